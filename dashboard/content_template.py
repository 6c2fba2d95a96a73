"""Headquarters' text as a branch reads it: what is locked, what the branch fills in, what the system does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from candidates.models import Offer
from notifications.catalogue import Catalogue
from notifications.compose import BULLET, HEADING, PLACEHOLDER, Value
from notifications.conditions import in_words
from notifications.facts import OF_PAPERS, offer_values
from notifications.grouping import grouped
from notifications.models import LocalField, TemplateBody
from notifications.preview import SAMPLE_FACTS

# Filled from the branches' papers, not from their fields.
LOCAL_PAPERS = "local_papers"
SPLIT = re.compile(rf"({PLACEHOLDER.pattern.replace('(', '(?:')})")


@dataclass(frozen=True)
class Part:
    """A stretch of a line. `core` and `system` carry the value put there, `local` the name of its field."""

    kind: Literal["text", "core", "system", "local", "papers"]
    text: str
    key: str = ""


@dataclass(frozen=True)
class Line:
    """`who`: of a conditional paragraph, for whom it is."""

    parts: list[Part]
    is_heading: bool = False
    is_entry: bool = False
    who: str = ""


@dataclass(frozen=True)
class Locked:
    """A template's text; `uses` names the local fields in it."""

    number: int
    subject: list[Part]
    lines: list[Line]
    uses: frozenset[str]


def locked(
    body: TemplateBody, offer: Offer, *, catalogue: Catalogue, fields: Mapping[str, LocalField], language: str
) -> Locked:
    """`language`: of the page, for the fields' names."""
    values = {
        **SAMPLE_FACTS[body.language],
        **catalogue.values(offer, language=body.language),
        **offer_values(offer, channel=body.channel, language=body.language),
    }
    core = catalogue.core.field_keys | OF_PAPERS - {LOCAL_PAPERS}
    reader = _Reader(values, core, {key: field.named(language) for key, field in fields.items()})
    lines = list(reader.lines(body))
    uses = {part.key for line in lines for part in line.parts if part.kind == "local"}
    return Locked(body.version.number, list(reader.parts(body.subject)), lines, frozenset(uses))


@dataclass(frozen=True)
class _Reader:
    values: Mapping[str, Value]
    core: set[str]
    labels: Mapping[str, str]

    def lines(self, body: TemplateBody) -> Iterator[Line]:
        passages = grouped(body.version.passages.all(), by=lambda row: row.key)
        for raw in body.text.strip().splitlines():
            named = PLACEHOLDER.fullmatch(raw.strip())
            for row in passages.get(named[1], []) if named else []:
                text, who = row.in_language(body.language), in_words(row.condition)
                yield from (self._line(line, who) for line in text.strip().splitlines())
            if not named or named[1] not in passages:
                yield self._line(raw)

    def _line(self, raw: str, who: str = "") -> Line:
        bare = raw.removeprefix(HEADING).removeprefix(BULLET)
        return Line(
            list(self.parts(bare)),
            is_heading=raw.startswith(HEADING),
            is_entry=raw.startswith(BULLET),
            who=who,
        )

    def parts(self, line: str) -> Iterator[Part]:
        for piece in filter(None, SPLIT.split(line)):
            named = PLACEHOLDER.fullmatch(piece)
            yield self._part(named[1]) if named else Part("text", piece)

    def _part(self, name: str) -> Part:
        if name in self.core:
            return Part("core", _shown(self.values.get(name, "")), name)
        if name == LOCAL_PAPERS:
            return Part("papers", name, name)
        if name in self.labels:
            return Part("local", self.labels[name], name)
        return Part("system", _shown(self.values.get(name, "")), name)


def _shown(value: Value) -> str:
    return " · ".join(value) if isinstance(value, list) else value
