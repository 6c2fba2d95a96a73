"""A local text in one spelling, cut into sentences and clauses, every letter still knowing where it came from."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from notifications.lint.findings import Finding, Kind, is_chinese

# Signs that people type for one another; NFKC already folds full-width letters, digits and punctuation.
SAME_SIGN = {
    **dict.fromkeys("‐‑‒–—―−﹣ー", "-"),
    **dict.fromkeys("〜∼", "~"),
    **dict.fromkeys("’‘`´", "'"),
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("\t\u00a0", " "),
    **dict.fromkeys("\r\v\f\u2028\u2029", "\n"),
}
# Besides marks of direction and the like, which are a category of their own: letters that are blank.
INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# don't, can't, won't, cannot: the rules know `not` as a word of its own.
SHORT_FORMS = re.compile(r"\b(?:(?P<stem>[a-z]{2,6})n't|(?P<can>can)(?:'t|not))\b", re.A)
STEMS = {"wo": "will", "ca": "can", "sha": "shall"}
LIST_NUMBERS = frozenset("①②③④⑤⑥⑦⑧⑨⑩⑪⑫❶❷❸❹❺❻❼❽❾❿")  # NFKC would glue ①9点 to 19点

SENTENCE_END = re.compile(
    r"[。!?;\n…]|(?<![ap]\.m)(?<!\bno)(?<!\btel)(?<!\bext)(?<!\brd)(?<!\bst)\.(?=\s|$)", re.A
)
CLAUSE_END = re.compile(r"[,。!?;\n…]|:(?!\d)|\.(?=\s|$)|(?<!不)但|不过|然而|\bbut\b|\bhowever\b", re.A)


@dataclass(frozen=True)
class Reading:
    """`text` is what the rules read; `origins[i]` is where its i-th letter stands in `original`."""

    original: str
    text: str
    origins: tuple[int, ...]

    def finding(self, kind: Kind, start: int, end: int, *, core: str = "") -> Finding:
        """`start` and `end` count in `text`; the finding's in `original`."""
        first, last = self.origins[start], self.origins[end - 1] + 1
        return Finding(kind, first, last, self.original[first:last], core)

    @cached_property
    def _sentence_ends(self) -> list[int]:
        return [match.end() for match in SENTENCE_END.finditer(self.text)]

    @cached_property
    def _clause_ends(self) -> list[int]:
        return [match.end() for match in CLAUSE_END.finditer(self.text)]

    @cached_property
    def earshot(self) -> int:
        """Letters: what stands farther away in a sentence is about something else."""
        return 40 if is_chinese(self.text) else 90

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """From where to where the sentence around `start:end` goes, within earshot."""
        return self._around(self._sentence_ends, start, end)

    def clause(self, start: int, end: int) -> tuple[int, int]:
        return self._around(self._clause_ends, start, end)

    def _around(self, ends: list[int], start: int, end: int) -> tuple[int, int]:
        index = bisect_right(ends, start)
        first = ends[index - 1] if index else 0
        last = ends[index] if index < len(ends) else len(self.text)
        return max(first, start - self.earshot), max(end, min(last, end + self.earshot))


def read(text: str) -> Reading:
    letters = [(letter, index) for index, original in enumerate(text) for letter in _plain(original)]
    plain, origins = "".join(letter for letter, _ in letters), [index for _, index in letters]
    parts, places, done = [], [], 0
    for match in SHORT_FORMS.finditer(plain):
        stem = match["can"] or match["stem"]
        full = f"{STEMS.get(stem, stem)} not"
        parts += [plain[done : match.start()], full]
        places += [*origins[done : match.start()], *_spread(origins[match.start() : match.end()], len(full))]
        done = match.end()
    return Reading(text, "".join([*parts, plain[done:]]), (*places, *origins[done:]))


def _spread(origins: list[int], length: int) -> list[int]:
    """The origins of a word's letters for a spelling of `length` letters."""
    return [
        origins[min(index * len(origins) // length, len(origins) - 1)] for index in range(length - 1)
    ] + origins[-1:]


def _plain(letter: str) -> Iterator[str]:
    if letter in INVISIBLE or unicodedata.category(letter) == "Cf":
        return
    if letter in LIST_NUMBERS:
        yield ";"
        return
    for sign in unicodedata.normalize("NFKC", SAME_SIGN.get(letter, letter)).lower():
        yield SAME_SIGN.get(sign, sign)


def masked(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with these spans made unreadable, at the same length."""
    letters = list(text)
    for start, end in spans:
        letters[start:end] = "\0" * (end - start)
    return "".join(letters)
