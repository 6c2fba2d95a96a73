"""Papers that are headquarters' alone to state, however a branch writes their names."""

from __future__ import annotations

import re
import unicodedata

from notifications.catalogue import Core
from notifications.models import CorePaper, Demand

FORM_AT_END = re.compile(r"(?:原件及复印件|原件|复印件|电子版)$")


def core_paper_called(stated: str, *, by: str) -> CorePaper | None:
    """The paper of the core in force with this `key`, `name` or `name_en`, whichever `by` says.

    One that must never be asked for is not asked for as an original or a copy either.
    """
    told = _told(stated)
    for paper in Core.in_force().papers:
        theirs = _told(getattr(paper, by))
        forbidden = paper.demand == Demand.FORBIDDEN and FORM_AT_END.sub("", told) == theirs
        if told == theirs or forbidden:
            return paper
    return None


def _told(name: str) -> str:
    """A name as it is compared: spaces, width and case make no other paper of it."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
