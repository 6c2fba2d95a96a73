"""Headquarters' pages for who we are. Each module here is one subject."""

from branches.admin import accesses, calendar, keys, people, tree

__all__ = ["accesses", "calendar", "keys", "people", "tree"]
