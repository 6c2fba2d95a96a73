"""What a clause is about: the reporting itself, or something else that may well have its own day, hour or address."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from notifications.lint.findings import is_chinese
from notifications.lint.reading import Reading, masked
from notifications.lint.topic_words import AT_WEEKENDS, SUPPOSED, THOSE_WHO, TOPICS, WHILE, Weight

# Keys of local fields. ARRIVAL tells the way to the reporting desk.
ARRIVAL = "arrival"
METRO_EXIT = "metro_exit"
PAPERS_NOTE = "papers_note"
HEALTH_CHECK = "health_check"
BENEFITS = "benefits"
# HR's own words to one candidate, which the offer's messages hold under this name.
PERSONAL_TEXT = "personal_text"
# Elsewhere people meet for a health check, too.
FIELDS_OF_MEETING = frozenset({ARRIVAL, METRO_EXIT, PAPERS_NOTE, PERSONAL_TEXT})
BEFORE_IN_CHINESE = 4  # letters: in Chinese a moment belongs to the verb that follows it


@dataclass(frozen=True)
class Word:
    weight: Weight
    start: int
    end: int
    chinese: bool

    def farness(self, start: int, end: int) -> int:
        gap = max(self.start - end, start - self.end, 0)
        return gap + BEFORE_IN_CHINESE if self.chinese and self.end <= start else gap


class Topics:
    """The words of one text that say what its clauses are about, in their order."""

    def __init__(self, reading: Reading, *, taken: list[tuple[int, int]]) -> None:
        """`taken`: where no word may be read, such as the 到 of 9点到11点."""
        plain = masked(reading.text, taken)
        found = (
            Word(weight, *match.span(), is_chinese(match[0]))
            for weight, pattern in TOPICS.items()
            for match in pattern.finditer(plain)
        )
        self.reading = reading
        self.words = sorted(found, key=lambda word: (word.start, word.end))
        self._starts = [word.start for word in self.words]

    def within(self, start: int, end: int) -> list[Word]:
        return self.words[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def nearest(self, start: int, end: int, *, field: str) -> Word | None:
        """The word that says most about what stands at `start:end`: in its clause, else in the sentence before it."""
        clause_start, clause_end = self.reading.clause(start, end)
        if heard := self._heard(clause_start, clause_end, field):
            return min(heard, key=lambda word: (word.farness(start, end), word.weight))
        before = self._heard(self.reading.sentence(start, end)[0], clause_start, field)
        return before[-1] if before else None

    def names_reporting(self, start: int, end: int) -> bool:
        return any(word.weight == Weight.FIRM for word in self.within(*self.reading.clause(start, end)))

    def supposed(self, start: int, end: int) -> bool:
        """Whether the clause only says what holds if somebody comes then or there."""
        text, (clause_start, _) = self.reading.text, self.reading.clause(start, end)
        return SUPPOSED.search(text, max(clause_start - 1, 0), end) is not None

    def conditional(self, start: int, end: int) -> bool:
        """The same, said of those who come then or there."""
        text, (clause_start, _) = self.reading.text, self.reading.clause(start, end)
        if self.supposed(start, end) or WHILE.match(text, max(clause_start - 1, 0)):
            return True
        return bool(THOSE_WHO.match(text, end) or AT_WEEKENDS.match(text, start))

    def _heard(self, start: int, end: int, field: str) -> list[Word]:
        around = self.within(start, end)
        told = field == ARRIVAL or any(word.weight == Weight.LEAN for word in around)
        return [word for word in around if self._is_heard(word, field, told)]

    @staticmethod
    def _is_heard(word: Word, field: str, told: bool) -> bool:
        if word.weight == Weight.MEETING:
            return field in FIELDS_OF_MEETING
        return word.weight in (Weight.FIRM, Weight.ELSE) or (word.weight == Weight.FAINT and told)
