"""A mandatory paper said to be unnecessary, or that it may come later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from notifications.lint.copy_words import COPY, ORIGINAL
from notifications.lint.findings import Finding, Kind
from notifications.lint.paper_words import LOCAL
from notifications.lint.papers import Mention, Mentions
from notifications.lint.reading import Reading
from notifications.lint.waiver_words import (
    ALLOWED,
    LATER,
    LATER_BEFORE,
    MISSING_AFTER,
    MISSING_BEFORE,
    NEEDLESS_AFTER,
    NEEDLESS_BEFORE,
    NOT_LATER,
    NOT_THE_PAPER,
    NOTHING_ELSE,
    ONLY_BEFORE,
    STILL_FINE,
    WHEN_LATER,
    WITH_VERB,
)

ANSWER = 20  # letters into the next sentence
MEDIUM = 5  # letters before a paper in which a copy makes it a copy too: 扫描件或照片
Span = tuple[int, int]


@dataclass(frozen=True)
class Around:
    """Papers at `start:end`, and how far what stands around them can be about them."""

    text: str
    start: int
    end: int
    clause: int  # where their clause begins
    sentence: int  # where their sentence begins
    sentence_end: int
    until: int  # where their sentence ends, or the next papers are named
    beyond: int  # the same, past the end of the sentence


def waived(reading: Reading, mentions: Mentions) -> Iterator[Finding]:
    """Mandatory papers that the text lets its readers leave at home or hand in after the day of reporting."""
    lists = mentions.lists()
    for listed, following in zip(lists, [*lists, []][1:], strict=True):
        due = [mention.required for mention in listed if mention.required]
        general = all(mention.general for mention in listed)
        if due or general:
            papers = _around(reading, listed, following)
            core = due[0].named_for(reading.original) if due else ""
            for start, end in _waivers(papers, general=general):
                if not _fits_the_core(reading, listed, start, end):
                    yield reading.finding(Kind.WAIVED, start, end, core=core)


def _around(reading: Reading, listed: list[Mention], following: list[Mention]) -> Around:
    start, end = listed[0].start, listed[-1].end
    clause, (sentence, sentence_end) = reading.clause(start, end)[0], reading.sentence(start, end)
    next_papers = following[0].start if following else len(reading.text)
    until, beyond = min(sentence_end, next_papers), min(end + reading.earshot, next_papers)
    return Around(reading.text, start, end, clause, sentence, sentence_end, until, beyond)


def _waivers(papers: Around, *, general: bool) -> Iterator[Span]:
    """`general`: papers as such, of which 材料不用带 and 材料后补 are said, and little else that counts."""
    if not general:
        yield from _needless_before(papers)
        yield from _missing_but_fine(papers)
        yield from _nothing_else(papers)
        yield from _when_later(papers)
    yield from _needless_after(papers)
    yield from _later_before(papers)
    yield from _later_after(papers, general=general)


def _needless_before(papers: Around) -> Iterator[Span]:
    """无需提供离职证明."""
    match = NEEDLESS_BEFORE.search(papers.text[papers.clause : papers.start])
    if match and not NOT_THE_PAPER.match(papers.text, papers.end):
        yield papers.clause + match.start(), papers.end


def _needless_after(papers: Around) -> Iterator[Span]:
    """离职证明不用带. What is answered to a question speaks of it still: 三方协议？不用了."""
    text = papers.text
    asked = papers.until + ANSWER if text[papers.until - 1 : papers.until] == "?" else papers.until
    for match in NEEDLESS_AFTER.finditer(text, papers.end, min(asked, papers.beyond)):
        of_a_copy = COPY.search(text, max(papers.clause, papers.start - MEDIUM), match.start())
        # 原件不用带，复印件就够: that is a copy instead of the original, and no paper less.
        of_the_original = ORIGINAL.search(text, papers.end, match.start())
        if not of_a_copy and not (
            of_the_original and COPY.search(text, match.start(), papers.until + ANSWER)
        ):
            yield match.span()


def _later_before(papers: Around) -> Iterator[Span]:
    """入职后补交毕业证."""
    match = LATER_BEFORE.search(papers.text[papers.clause : papers.start])
    if match and not NOT_LATER.search(papers.text, papers.clause, papers.end):
        yield papers.clause + match.start(), papers.end


def _later_after(papers: Around, *, general: bool) -> Iterator[Span]:
    """毕业证入职后补交."""
    text = papers.text
    if general and not ALLOWED.search(text, papers.end, papers.until):
        return
    for match in LATER.finditer(text, papers.end, papers.beyond):
        refused = NOT_LATER.search(text, max(papers.end, match.start() - 8), papers.until)
        if not refused and match.start() <= papers.until + ANSWER:
            yield match.span()


def _when_later(papers: Around) -> Iterator[Span]:
    """Submit the diploma in your first week: English puts the paper between the verb and the time."""
    text = papers.text
    asked = WITH_VERB.search(text, papers.clause, papers.start) or ALLOWED.search(
        text, papers.end, papers.until
    )
    if asked:
        yield from (match.span() for match in WHEN_LATER.finditer(text, papers.end, papers.until))


def _missing_but_fine(papers: Around) -> Iterator[Span]:
    """没有离职证明也可以报到."""
    lacking = MISSING_BEFORE.search(papers.text[papers.sentence : papers.start])
    pending = MISSING_AFTER.match(papers.text, papers.end)
    if (lacking or pending) and (fine := STILL_FINE.search(papers.text, papers.end, papers.sentence_end)):
        yield (papers.sentence + lacking.start() if lacking else papers.start), fine.end()


def _nothing_else(papers: Around) -> Iterator[Span]:
    """只带身份证就行."""
    text = papers.text
    match = ONLY_BEFORE.search(text[papers.clause : papers.start])
    enough = match and NOTHING_ELSE.search(text, papers.end, papers.until)
    if match and enough and not COPY.search(text, papers.start, papers.until):
        yield papers.clause + match.start(), papers.end


def _fits_the_core(reading: Reading, listed: list[Mention], start: int, end: int) -> bool:
    """The core itself lets those go without a paper who never had it; a local paper is the branch's to waive."""
    text, first = reading.text, min(start, listed[0].start)
    near = reading.sentence(first, end)
    if all(mention.general for mention in listed):
        return LOCAL.search(text, max(near[0], first - 12), listed[-1].end) is not None
    excused = (mention.not_owed_by for mention in listed if mention.not_owed_by)
    return any(pattern.search(text, *near) for pattern in excused)
