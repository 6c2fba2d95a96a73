"""What differs between two texts, and between two versions of what headquarters states, word by word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

from django.utils.translation import get_language, gettext

from candidates.models import Language
from notifications.conditions import in_words
from notifications.models import (
    CorePaper,
    CoreVersion,
    Paper,
    Passage,
    TemplateBody,
    TemplateVersion,
    Version,
)

Kind = Literal["same", "added", "removed"]

# A placeholder is one word; so is a run of letters and digits. Of Chinese, each character is a word of its own.
WORD = re.compile(r"\{\{[^{}]*\}\}|[^\W\u2e80-\u9fff\uf900-\ufaff]+|\s|.", re.DOTALL)
# What stays between two changes and is no longer than this is told with them: single letters left over read badly.
SHORTEST_SAME = 1
# Pairs of equal words the two texts have. Comparing takes time with their number and more: a line of one letter two
# thousand times over would hold a page up for a minute. Beyond, texts are compared line by line.
MOST_PAIRS = 100_000
MOST_PAIRS_IN_A_LINE = MOST_PAIRS // 10


@dataclass(frozen=True)
class Piece:
    kind: Kind
    text: str


@dataclass(frozen=True)
class _Stretch:
    """A stretch of both texts; where it is the same in both, `old` and `new` are equal."""

    same: bool
    old: str
    new: str


# --- Two texts ----------------------------------------------------------------------------------
def marked(old: str, new: str) -> list[Piece]:
    """Both texts in one: the pieces that are not "added" make `old`, those that are not "removed" make `new`."""
    return [piece for stretch in _joined(_stretches(old, new)) for piece in _pieces(stretch)]


def _stretches(old: str, new: str) -> Iterator[_Stretch]:
    before, after = WORD.findall(old), WORD.findall(new)
    if _pairs(before, after) <= MOST_PAIRS:
        yield from _matched(before, after)
        return
    for stretch in _by_lines(old.splitlines(keepends=True), new.splitlines(keepends=True)):
        before, after = WORD.findall(stretch.old), WORD.findall(stretch.new)
        if stretch.same or _pairs(before, after) > MOST_PAIRS_IN_A_LINE:
            yield stretch
        else:
            yield from _matched(before, after)


def _pairs(before: Sequence[str], after: Sequence[str]) -> int:
    theirs = Counter(after)
    return sum(count * theirs[word] for word, count in Counter(before).items())


def _matched(before: Sequence[str], after: Sequence[str]) -> Iterator[_Stretch]:
    # Without autojunk: it would take every common character of a long text for noise.
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        yield _Stretch(tag == "equal", "".join(before[a:b]), "".join(after[c:d]))


def _by_lines(before: Sequence[str], after: Sequence[str]) -> Iterator[_Stretch]:
    if _pairs(before, after) <= MOST_PAIRS:
        yield from _matched(before, after)
    elif before == after:
        yield _Stretch(True, "".join(before), "".join(after))
    else:
        yield _Stretch(False, "".join(before), "".join(after))


def _joined(stretches: Iterable[_Stretch]) -> Iterator[_Stretch]:
    """Neighbouring changes as one, with what little stands between them; never across a line's end."""
    found = list(stretches)
    last = len(found) - 1
    changed = [
        not one.same or (0 < at < last and len(one.old) <= SHORTEST_SAME and one.old != "\n")
        for at, one in enumerate(found)
    ]
    for is_change, group in groupby(zip(changed, found, strict=True), key=lambda pair: pair[0]):
        run = [stretch for _, stretch in group]
        yield _Stretch(not is_change, "".join(one.old for one in run), "".join(one.new for one in run))


def _pieces(stretch: _Stretch) -> Iterator[Piece]:
    if stretch.same:
        yield Piece("same", stretch.old)
        return
    if stretch.old:
        yield Piece("removed", stretch.old)
    if stretch.new:
        yield Piece("added", stretch.new)


# --- Two versions -------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Block:
    """A part of a version. Its `key` is the same in both versions, whatever the part is called in them."""

    key: str
    title: str
    text: str


def compare(old: Version | None, new: Version) -> list[tuple[str, list[Piece]]]:
    """Title and marked text of every part that differs, in the order of `new`, then what it no longer has.

    Without an `old` one all of it is new.
    """
    before, after = _blocks(old) if old else {}, _blocks(new)
    texts = {key: (_text(before.get(key)), _text(after.get(key))) for key in [*after, *before]}
    titles = {key: block.title for key, block in (before | after).items()}
    return [(titles[key], marked(one, other)) for key, (one, other) in texts.items() if one != other]


def _text(block: _Block | None) -> str:
    return block.text if block else ""


def _blocks(version: Version) -> dict[str, _Block]:
    """A version's parts by their keys, in the language of the page."""
    parts = _template_blocks(version) if isinstance(version, TemplateVersion) else _core_blocks(version)
    return {block.key: block for block in parts}


def _template_blocks(version: TemplateVersion) -> Iterator[_Block]:
    subject, code = gettext("subject"), gettext("the carrier's template")
    for body in version.bodies.order_by(*TemplateBody.READING_ORDER):
        parts = {
            f"{body} · {subject}": body.subject,
            str(body): body.text,
            f"{body} · {code}": body.provider_template,
        }
        yield from (_Block(title, title, text) for title, text in parts.items() if text)
    for key, rows in groupby(version.passages.all(), key=lambda passage: passage.key):
        title = gettext("Paragraph %(key)s") % {"key": key}
        yield _Block(f"passage:{key}", title, "\n\n".join(map(_passage_text, rows)))


def _passage_text(passage: Passage) -> str:
    return "\n".join(filter(None, [_for_whom(passage), passage.text, passage.text_en]))


def _for_whom(row: Passage | Paper) -> str:
    return gettext("Only for: %(who)s") % {"who": in_words(row.condition)} if row.condition else ""


def _core_blocks(version: Version) -> Iterator[_Block]:
    if not isinstance(version, CoreVersion):
        raise TypeError(f"{type(version).__name__} has no parts to compare")
    for value in version.values.select_related("field").order_by("field__key"):
        label = value.field.named(get_language() or "")
        for language in Language:
            title = f"{label} · {language.label}"
            yield _Block(f"value:{value.field.key}:{language}", title, value.in_language(language))
    papers = list(version.papers.all())
    names = "\n".join(dict.fromkeys(map(_paper_name, papers)))
    yield _Block("papers", gettext("Papers in their order"), names)
    for key, rows in groupby(sorted(papers, key=lambda paper: paper.key), key=lambda paper: paper.key):
        same = list(rows)
        title = gettext("Paper: %(name)s") % {"name": _paper_name(same[0])}
        yield _Block(f"paper:{key}", title, "\n\n".join(map(_paper_text, same)))


def _paper_name(paper: Paper) -> str:
    return paper.name_en if get_language() == "en" else paper.name


def _paper_text(paper: CorePaper) -> str:
    """All that is stated of a paper, a line each."""
    lines = [
        f"{paper.name} / {paper.name_en}",
        _for_whom(paper),
        str(paper.get_demand_display()),
        str(paper.get_form_display()),
        gettext("Not older than %(months)s months") % {"months": paper.valid_months}
        if paper.valid_months
        else "",
        gettext("Kept for %(months)s months") % {"months": paper.kept_months} if paper.kept_months else "",
        paper.purpose,
        paper.purpose_en,
    ]
    return "\n".join(filter(None, lines))
