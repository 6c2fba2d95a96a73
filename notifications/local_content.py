"""What a branch states for itself: the only way to write it, for the dashboard and for machines.

What is headquarters' is refused here, whoever asks by whatever door; who asks too much is told by an exception, and
the door keeps a record of it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext

from branches.models import Branch
from notifications.catalogue import Core
from notifications.conditions import Condition, normal
from notifications.core_papers import core_paper_called
from notifications.facts import FILLED_BY_SYSTEM
from notifications.field_texts import normal_text, seen, text_problems, writing_problems
from notifications.models import CoreField, Demand, LocalField, LocalPaper, LocalValue

VALUE_COLUMNS = ("condition", "value", "value_en")
PAPER_TEXTS = ("name", "name_en", "purpose", "purpose_en")


# Rows of one field or one paper at one branch, each for other candidates.
MOST_ROWS = 20


class Editor(Protocol):
    """A signed-in user, or a machine with a key."""

    def may_edit_content(self, branch: Branch) -> bool: ...


class NotYours(Exception):
    """Whoever asks may not write this branch's content."""

    def __init__(self, branch: Branch) -> None:
        super().__init__(f"{branch.code} is not theirs to write")
        self.branch = branch


class NoSuchField(Exception):
    """Neither the branches nor headquarters have a field of this name."""

    def __init__(self, key: str) -> None:
        super().__init__(f"there is no field {key}")
        self.key = key


class LockedByHeadquarters(Exception):
    """The core states this. `field` says by what it was told: its "key", or a paper's "name" or "name_en"."""

    def __init__(self, key: str, field: str = "key") -> None:
        super().__init__(f"{key} is locked by headquarters")
        self.key, self.field = key, field


class InvalidContent(Exception):
    """What was written cannot stand so: by the field's name, a sentence for each thing wrong with it."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(said)}" for name, said in problems.items()))
        self.problems = problems


class ChangedMeanwhile(Exception):
    """Somebody else has written since; `now` is what stands, None where it was taken away."""

    def __init__(self, now: LocalValue | LocalPaper | None) -> None:
        super().__init__("changed by somebody else")
        self.now = now


@dataclass(frozen=True, kw_only=True)
class PaperFacts:
    """What is said of a local paper; the names and whys in Chinese and English."""

    name: str
    name_en: str
    demand: str = Demand.REQUIRED
    form: str = ""
    valid_months: int | None = None
    purpose: str = ""
    purpose_en: str = ""
    kept_months: int = 0


PAPER_FACTS = tuple(PaperFacts.__dataclass_fields__)
PAPER_COLUMNS = ("key", "condition", *PAPER_FACTS)


def digest(row: LocalValue | LocalPaper | None) -> str:
    """What a writer's page was based on, to be told of a change meanwhile; "" where nothing is stated."""
    if row is None:
        return ""
    names = VALUE_COLUMNS if isinstance(row, LocalValue) else PAPER_COLUMNS
    told = json.dumps([getattr(row, name) for name in names], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:20]


# --- Local fields -------------------------------------------------------------------------------
@transaction.atomic
def state_value(
    *,
    branch: Branch,
    field_key: str,
    condition: Any,
    value: str,
    value_en: str,
    by: Editor,
    replaces: Condition | None = None,
    basis: str | None = None,
) -> LocalValue:
    """From now on this counts at `branch` and below; the same again changes nothing.

    `condition` in the form of notifications.conditions. `replaces`: the condition of the row this is a new state of,
    where that changes too. `basis`: the `digest` of the row as the writer saw it; without one the last writer wins.
    Raises NotYours, NoSuchField, LockedByHeadquarters, InvalidContent, ChangedMeanwhile.
    """
    must_be_theirs(branch, by)
    field = local_field(field_key)
    facts = _value_facts(field, condition, value, value_en)
    rows = _rows_for_one_writer(LocalValue, branch).filter(field=field)
    new = LocalValue(branch=branch, field=field)
    return _store(rows, new, facts, was=replaces, basis=basis)


@transaction.atomic
def withdraw_value(
    *, branch: Branch, field_key: str, condition: Any, by: Editor, basis: str | None = None
) -> None:
    """The branch no longer states this; what is stated above it counts again. Raises as `state_value` does."""
    must_be_theirs(branch, by)
    field = local_field(field_key)
    rows = _rows_for_one_writer(LocalValue, branch).filter(field=field)
    _take_away(rows, _condition(condition), basis)


def local_field(key: str) -> LocalField:
    """The branches' field of this name. Raises LockedByHeadquarters for the core's names, else NoSuchField."""
    if key in FILLED_BY_SYSTEM or CoreField.objects.filter(key=key).exists():
        raise LockedByHeadquarters(key)
    field = LocalField.objects.filter(key=key).first()
    if field is None:
        if key in Core.in_force().paper_keys:
            raise LockedByHeadquarters(key)
        raise NoSuchField(key)
    return field


def _value_facts(field: LocalField, condition: Any, value: str, value_en: str) -> dict[str, Any]:
    """The facts as they are stored. Raises InvalidContent."""
    texts = {"value": normal_text(field.kind, value), "value_en": normal_text(field.kind, value_en)}
    problems = {name: list(text_problems(text, field=field)) for name, text in texts.items() if text}
    if not texts["value"]:
        problems["value"] = [gettext("Write the Chinese text, too: it is what most candidates read.")]
    asked, problems["condition"] = _asked_condition(condition)
    if any(problems.values()):
        raise InvalidContent({name: said for name, said in problems.items() if said})
    return {"condition": asked, **texts}


def _asked_condition(condition: Any) -> tuple[dict[str, dict[str, list[str]]], list[str]]:
    """In its normal form, and what is wrong with it."""
    try:
        asked = normal(condition)
    except ValidationError as error:
        return {}, error.messages
    named = [value for clause in asked.values() for values in clause.values() for value in values]
    return asked, list(writing_problems(" ".join(named), several_lines=False))


# --- Local papers -------------------------------------------------------------------------------
@transaction.atomic
def state_paper(
    *,
    branch: Branch,
    key: str,
    condition: Any,
    facts: PaperFacts,
    by: Editor,
    replaces: Condition | None = None,
    basis: str | None = None,
) -> LocalPaper:
    """From now on the branch and those below it ask for this paper, or say that it is not needed.

    Raises as `state_value` does; LockedByHeadquarters for any paper that the core asks for or forbids.
    """
    must_be_theirs(branch, by)
    _must_be_no_core_paper(key, facts)
    clean = _paper_facts(branch, key, condition, facts)
    rows = _rows_for_one_writer(LocalPaper, branch).filter(key=key)
    new = LocalPaper(branch=branch, key=key, position=_next_position(branch))
    return _store(rows, new, clean, was=replaces, basis=basis)


@transaction.atomic
def withdraw_paper(*, branch: Branch, key: str, condition: Any, by: Editor, basis: str | None = None) -> None:
    """The branch no longer states this of the paper; what is stated above it counts again."""
    must_be_theirs(branch, by)
    rows = _rows_for_one_writer(LocalPaper, branch).filter(key=key)
    # One that the core came to ask for later may still be taken away; the core's own is nobody's to touch.
    if not rows and key in Core.in_force().paper_keys:
        raise LockedByHeadquarters(key)
    _take_away(rows, _condition(condition), basis)


def _must_be_no_core_paper(key: str, facts: PaperFacts) -> None:
    for name, stated in (("key", key), ("name", facts.name), ("name_en", facts.name_en)):
        if paper := core_paper_called(stated, by=name, demand=facts.demand):
            raise LockedByHeadquarters(paper.key, name)


def _paper_facts(branch: Branch, key: str, condition: Any, facts: PaperFacts) -> dict[str, Any]:
    """The facts as they are stored. Raises InvalidContent."""
    texts = {name: seen(getattr(facts, name)) for name in PAPER_TEXTS}
    stated = {**asdict(facts), **texts}
    problems = {name: list(writing_problems(text, several_lines=False)) for name, text in texts.items()}
    asked, problems["condition"] = _asked_condition(condition)
    try:
        LocalPaper(branch=branch, key=key, **stated).clean_fields(exclude=["branch"])
    except ValidationError as error:
        for name, said in error.message_dict.items():
            problems.setdefault(name, []).extend(said)
    if facts.demand == Demand.FORBIDDEN:
        problems["demand"] = [gettext("Only headquarters forbids papers.")]
    if any(problems.values()):
        raise InvalidContent({name: said for name, said in problems.items() if said})
    return {"condition": asked, **stated}


def _next_position(branch: Branch) -> int:
    last: int | None = LocalPaper.objects.filter(branch=branch).aggregate(last=models.Max("position"))["last"]
    return 0 if last is None else last + 1


# --- Both ---------------------------------------------------------------------------------------
Row = TypeVar("Row", LocalValue, LocalPaper)


def must_be_theirs(branch: Branch, by: Editor) -> None:
    if not by.may_edit_content(branch):
        raise NotYours(branch)


def _rows_for_one_writer(model: type[Row], branch: Branch) -> models.QuerySet[Row]:
    """A branch's rows, behind a lock on the branch: of two writers the second sees what the first wrote."""
    Branch.objects.select_for_update(no_key=True).get(pk=branch.pk)
    return model._default_manager.filter(branch=branch)


def _store(
    rows: models.QuerySet[Row],
    new: Row,
    facts: dict[str, Any],
    *,
    was: Condition | None,
    basis: str | None,
) -> Row:
    """The row of the same condition (`was`, where that changes) with these facts, or `new` with them."""
    found = rows.filter(condition=facts["condition"] if was is None else was).first()
    if found and all(getattr(found, name) == value for name, value in facts.items()):
        return found
    _must_be_as_seen(found, basis)
    others = rows.exclude(pk=found.pk) if found else rows
    if others.filter(condition=facts["condition"]).exists():
        raise InvalidContent({"condition": [gettext("These candidates have a text of their own already.")]})
    if not found and rows.count() >= MOST_ROWS:
        words = gettext("There are %(count)s for different candidates already: no more can be told apart.")
        raise InvalidContent({"condition": [words % {"count": MOST_ROWS}]})
    row = found or new
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()
    return row


def _take_away(rows: models.QuerySet[Row], condition: Condition, basis: str | None) -> None:
    if found := rows.filter(condition=condition).first():
        _must_be_as_seen(found, basis)
        found.delete()


def _must_be_as_seen(row: LocalValue | LocalPaper | None, basis: str | None) -> None:
    if basis is not None and digest(row) != basis:
        raise ChangedMeanwhile(row)


def _condition(condition: Any) -> Condition:
    asked, problems = _asked_condition(condition)
    if problems:
        raise InvalidContent({"condition": problems})
    return asked
