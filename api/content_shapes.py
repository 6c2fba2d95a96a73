"""What the API takes and answers of a branch's local content."""

from __future__ import annotations

from typing import Literal

from ninja import Schema
from pydantic import Field

# As notifications.conditions has it: {"category": {"is": ["campus"]}}; {} for everybody.
Condition = dict[str, dict[Literal["is", "not"], list[str]]]
REVISION = "As it was read; a write with another one than the present is answered 409. Without it the last writer wins."


class ValueIn(Schema):
    value: str
    value_en: str = ""
    condition: Condition = {}
    revision: str | None = Field(None, description=REVISION)


class FindingOut(Schema):
    """What the lint holds against a text. It stops nothing."""

    key: str
    language: str
    kind: str
    start: int
    end: int
    found: str
    explanation: str


class ValueOut(Schema):
    condition: Condition
    value: str
    value_en: str
    revision: str


class InheritedValueOut(ValueOut):
    branch: str


class StatedOut(ValueOut):
    key: str
    findings: list[FindingOut]


class LocalFieldOut(Schema):
    """`inherited`: what the nodes above state, the nearest first."""

    key: str
    label: str
    label_en: str
    kind: str
    required: bool
    max_length: int
    own: list[ValueOut]
    inherited: list[InheritedValueOut]


class PaperOut(Schema):
    """`branch` is "" for the core's, which is locked."""

    branch: str
    locked: bool
    key: str
    condition: Condition
    name: str
    name_en: str
    demand: str
    form: str
    valid_months: int | None
    purpose: str
    purpose_en: str
    kept_months: int


class CoreValueOut(Schema):
    key: str
    label: str
    label_en: str
    value: str
    value_en: str
    locked: bool = True


class LocalContentOut(Schema):
    """`papers`: the core's, the branch's own, and those of the nodes above it."""

    branch: str
    fields: list[LocalFieldOut]
    papers: list[PaperOut]
    core: list[CoreValueOut]
    findings: list[FindingOut]
