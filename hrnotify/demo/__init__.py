"""`make demo`: the whole way once, on real parts, with the sandbox in place of the carriers."""
