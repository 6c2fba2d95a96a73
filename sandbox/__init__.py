"""The carriers' stand-ins for demo, staging and tests; knows their protocols, nothing of the product."""
