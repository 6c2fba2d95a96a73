"""The fault run: everything is killed at random while results come in, and the carriers' side is counted."""
