"""A copy, a scan or a photo where the core wants the original."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notifications.lint.copy_words import (
    BESIDES,
    COPY,
    COPY_ITSELF,
    ENOUGH,
    INSTEAD,
    MADE_HERE,
    ORIGINAL,
    ORIGINAL_LEFT,
    ORIGINAL_WANTED,
    REFUSED,
)
from notifications.lint.findings import CorePaper, Finding, Kind
from notifications.lint.papers import Mention, Mentions
from notifications.lint.reading import Reading


def copies_for_originals(reading: Reading, mentions: Mentions) -> Iterator[Finding]:
    """Copies that are to do where the original must be shown, and originals that may stay at home."""
    for match in COPY.finditer(reading.text):
        meant = mentions.meant(*match.span())
        if (paper := _original_due(meant)) and _replaces_original(reading, match, meant, paper):
            yield reading.finding(Kind.FORM, *match.span(), core=paper.named_for(reading.original))
        elif _is_general(meant) and _replaces_original(reading, match, meant, None):
            yield reading.finding(Kind.FORM, *match.span())
    for match in ORIGINAL_LEFT.finditer(reading.text):
        meant = mentions.meant(*match.span())
        if REFUSED.search(reading.text, *reading.sentence(*match.span())):
            continue
        if _original_due(meant) or _is_general(meant):
            yield reading.finding(Kind.FORM, *match.span())


def _original_due(meant: list[Mention]) -> CorePaper | None:
    due = (mention.required for mention in meant if mention.required and "original" in mention.required.form)
    return next(due, None)


def _is_general(meant: list[Mention]) -> bool:
    return all(mention.general for mention in meant)


def _replaces_original(
    reading: Reading, match: re.Match[str], meant: list[Mention], paper: CorePaper | None
) -> bool:
    text, clause, sentence = reading.text, reading.clause(*match.span()), reading.sentence(*match.span())
    if REFUSED.search(text, *sentence):
        return False
    if ORIGINAL_LEFT.search(text, *sentence) or INSTEAD.search(text, *sentence):
        return True
    if ORIGINAL.search(text, *clause) or ORIGINAL_WANTED.search(text, *sentence):
        return False
    if MADE_HERE.search(text, *clause) or BESIDES.search(text, *clause):
        return False
    if ENOUGH.search(text, *sentence):
        return True
    return bool(paper and paper.form == "original") and _asked_for(match, meant)


def _asked_for(match: re.Match[str], meant: list[Mention]) -> bool:
    """离职证明（复印件）, copy of the degree certificate: a copy by name, right beside its paper."""
    near = min(max(match.start() - mention.end, mention.start - match.end()) for mention in meant)
    return near <= 12 and COPY_ITSELF.match(match[0]) is not None
