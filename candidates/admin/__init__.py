"""Headquarters' pages for whom we tell. Personal data is masked. Each module here is one subject."""

from candidates.admin import deferrals, people, sources
from candidates.admin.found import FoundByPerson

__all__ = ["FoundByPerson", "deferrals", "people", "sources"]
