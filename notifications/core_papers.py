"""Papers that are headquarters' alone to state, however a branch writes their names."""

from __future__ import annotations

import re
import unicodedata

from notifications.catalogue import Core
from notifications.models import CorePaper, Demand

FORM_WORDS = re.compile(
    r"^(?:original|cop(?:y|ies))of(?:the)?"
    r"|(?:原件及复印件|原件|复印件|电子版|originalandcopy|originals?|cop(?:y|ies)|scans?)$"
)


def core_paper_called(stated: str, *, by: str, demand: str = Demand.REQUIRED) -> CorePaper | None:
    """The paper of the core in force with this `key`, `name` or `name_en`, whichever `by` says.

    One that must never be asked for is not asked for as an original or a copy either. And whoever says of
    headquarters' paper that its original is not needed (`demand`) speaks of that paper.
    """
    told = _told(stated)
    for paper in Core.in_force().papers:
        theirs = _told(getattr(paper, by))
        in_any_form = paper.demand == Demand.FORBIDDEN or demand == Demand.NOT_NEEDED
        if told == theirs or (in_any_form and FORM_WORDS.sub("", told) == theirs):
            return paper
    return None


def _told(name: str) -> str:
    """A name as it is compared: spaces, signs, width and case make no other paper of it."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))
