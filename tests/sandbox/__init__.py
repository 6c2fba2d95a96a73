"""The sandbox as the product meets it: a process, talked to with the carriers' own clients."""
