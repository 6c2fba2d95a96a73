"""Which paper a text speaks of: one of the core's, one that the core excludes, or any other."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from notifications.lint.findings import Core, CorePaper
from notifications.lint.paper_words import GENERAL, LISTED, OTHER, PAPERS, REPORT, PaperWords
from notifications.lint.reading import Reading, masked, read
from notifications.lint.topics import BENEFITS, HEALTH_CHECK


@dataclass(frozen=True)
class Mention:
    """`required`, `excluded`: what the core says of it, neither for a local paper; `general`: papers as such."""

    start: int
    end: int
    required: CorePaper | None = None
    excluded: CorePaper | None = None
    not_owed_by: re.Pattern[str] | None = None
    general: bool = False


class Mentions:
    """All papers that a text names, in their order."""

    def __init__(self, reading: Reading, *, field: str, core: Core) -> None:
        found: list[Mention] = []
        for pattern, mention in _rows(core, field):
            unread = masked(reading.text, [(mention.start, mention.end) for mention in found])
            found += [replace(mention, start=m.start(), end=m.end()) for m in pattern.finditer(unread)]
        self.reading = reading
        self.all = sorted(found, key=lambda mention: mention.start)
        self._starts = [mention.start for mention in self.all]

    def lists(self) -> list[list[Mention]]:
        """Mentions that are named together count together: 学位证和离职证明."""
        lists: list[list[Mention]] = []
        for mention in self.all:
            if lists and LISTED.fullmatch(self.reading.text, lists[-1][-1].end, mention.start):
                lists[-1].append(mention)
            else:
                lists.append([mention])
        return lists

    def meant(self, start: int, end: int) -> list[Mention]:
        """The papers that what is said at `start:end` is about: those just before it, else the next in its clause."""
        before = bisect_right(self._starts, start) - 1
        if before >= 0 and start - self.all[before].end <= self.reading.earshot:
            return self._list_of[before]
        after = bisect_left(self._starts, end)
        if after < len(self.all) and self.all[after].start < self.reading.clause(start, end)[1]:
            return self._list_of[after]
        return []

    @cached_property
    def _list_of(self) -> list[list[Mention]]:
        return [together for together in self.lists() for _ in together]


def called(paper: CorePaper) -> list[PaperWords]:
    """How texts may call it: the rows of the table that its own names belong to, and these names."""
    names = [read(name).text for name in (paper.name, paper.name_en) if name.strip()]
    known = [row for row in PAPERS if any(row.called.search(name) for name in names)]
    return [*known, PaperWords(re.compile("|".join(re.escape(name) for name in names)))] if names else known


def _rows(core: Core, field: str) -> Iterator[tuple[re.Pattern[str], Mention]]:
    """Patterns with the mention they make; where two read the same letters, the first one counts."""
    for paper in core.excluded:
        for row in called(paper):
            yield row.called, Mention(0, 0, excluded=paper)
    for paper in core.required:
        for row in called(paper):
            yield row.called, Mention(0, 0, required=paper, not_owed_by=row.not_owed_by)
    yield OTHER, Mention(0, 0)
    for paper in core.required:
        yield from ((act, Mention(0, 0, required=paper)) for act in _acts(paper, field))
    yield GENERAL, Mention(0, 0, general=True)


def _acts(paper: CorePaper, field: str) -> Iterator[re.Pattern[str]]:
    """What is done to get the paper; among the benefits a health check is none of the candidate's papers."""
    for row in called(paper):
        if row.act and field == HEALTH_CHECK:
            yield REPORT
        if row.act and field != BENEFITS:
            yield row.act
