"""What is said of a draft or of what branches state, for people to judge; some of it stops a publication."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext

from notifications.conditions import Condition, coverage, in_words

BRANCHES_NAMED = 5
GROUPS_NAMED = 10


@dataclass(frozen=True)
class Note:
    """One thing found. `stops`: the draft cannot be published with it. `where` is "" for the whole of it."""

    words: str
    where: str = ""
    stops: bool = False
    branches: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        said = f"{self.where}: {self.words}" if self.where else self.words
        return f"{said} {_some(self.branches)}".strip()


def _some(codes: Sequence[str]) -> str:
    """The first branches by name, and how many more."""
    named = ", ".join(codes[:BRANCHES_NAMED])
    more = len(codes) - BRANCHES_NAMED
    return (
        gettext("%(branches)s and %(more)s more") % {"branches": named, "more": more} if more > 0 else named
    )


def coverage_notes(conditions: Sequence[Condition], *, where: str, gaps: bool = True) -> Iterator[Note]:
    """For whom two of these compete, and for whom there is none. Nothing stops: either may be meant."""
    found = coverage(conditions)
    if found.overlaps:
        words = gettext("Two of them fit one person (%(who)s); the first one counts.")
        yield Note(words % {"who": _groups(found.overlaps)}, where)
    if gaps and found.gaps:
        words = gettext("Nothing is said to: %(who)s.")
        yield Note(words % {"who": _groups(found.gaps)}, where)
    if not found.is_complete:
        words = gettext("They tell too many groups of people apart to try them all: name fewer values.")
        yield Note(words, where)


def _groups(conditions: Sequence[Condition]) -> str:
    """The first groups in words, and how many more."""
    named = gettext("; ").join(in_words(condition) for condition in conditions[:GROUPS_NAMED])
    more = len(conditions) - GROUPS_NAMED
    return (
        gettext("%(groups)s and %(more)s groups more") % {"groups": named, "more": more}
        if more > 0
        else named
    )
