"""A text's conditional paragraphs, put in where it names them. They are headquarters' text, not values. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from notifications.compose import PLACEHOLDER
from notifications.conditions import Profile, meant_for
from notifications.models import Passage


def with_passages(text: str, passages: Iterable[Passage], *, profile: Profile, language: str) -> str:
    """`text` with each passage's words for this reader; one that is meant for others leaves its place empty.

    `passages` come sorted by key, as their table orders them.
    """
    words = {
        key: _words(meant_for(rows, profile), language)
        for key, rows in groupby(passages, key=lambda passage: passage.key)
    }
    if not words:
        return text
    lines = (_expanded(line, words) for line in text.splitlines())
    return "\n".join(line for line in lines if line is not None)


def _words(passage: Passage | None, language: str) -> str:
    return passage.in_language(language).strip() if passage else ""


def _expanded(line: str, words: dict[str, str]) -> str | None:
    """A line, or None where all it named was meant for others."""
    named = [name for name in PLACEHOLDER.findall(line) if name in words]
    if not named:
        return line
    if not any(words[name] for name in named) and set(PLACEHOLDER.findall(line)) == set(named):
        return None
    return PLACEHOLDER.sub(lambda match: words.get(match[1], match[0]), line)
