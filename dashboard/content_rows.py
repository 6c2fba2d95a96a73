"""What a branch typed into the content page, row by row: what it would state, and how it is saved.

`was` and `basis` say what a row was made from: its condition, and a digest of it.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from branches.models import Branch
from dashboard.content_forms import LOCALES
from notifications.field_texts import normal_text
from notifications.local_content import (
    PAPER_FACTS,
    ChangedMeanwhile,
    Editor,
    InvalidContent,
    LockedByHeadquarters,
    PaperFacts,
    digest,
    state_paper,
    state_value,
    withdraw_paper,
    withdraw_value,
)
from notifications.models import LocalField, LocalPaper, LocalValue

# The name of the group in which a paper that is stated nowhere yet is written.
NEW = "new"


@dataclass
class Row(ABC):
    """One form of the page. `now`: what somebody else stated while this was being typed.

    `locked`: the key of what is headquarters' and was asked for here by its name.
    """

    key: str
    number: int
    form: Any
    conflict: bool = False
    now: LocalValue | LocalPaper | None = None
    locked: str = ""

    kind: ClassVar[str]

    @property
    def prefix(self) -> str:
        return f"{self.kind}-{self.key}-{self.number}"

    def asked(self, name: str) -> Any:
        """What was typed, else what the page was made with."""
        if self.form.is_bound:
            self.form.is_valid()
            return self.form.cleaned_data.get(name)
        return (
            self.form.get_initial_for_field(self.form.fields[name], name)
            if name in self.form.fields
            else None
        )

    @property
    def condition(self) -> Any:
        return self.asked("condition") or {}

    @property
    def is_new(self) -> bool:
        """Not stated yet; it still may be blank."""
        return not self.form["basis"].value()

    @property
    def is_removed(self) -> bool:
        return bool(self.asked("remove"))

    @property
    @abstractmethod
    def is_blank(self) -> bool:
        """New, with nothing in it: that a form stands on the page says nothing."""

    @abstractmethod
    def stated(self, branch: Branch) -> LocalValue | LocalPaper:
        """As it would be stored."""

    @abstractmethod
    def _write(self, branch: Branch, by: Editor) -> None:
        """State it, or withdraw what is to be removed."""

    def counts(self) -> bool:
        return not (self.is_removed or self.is_blank)

    def save(self, *, branch: Branch, by: Editor) -> bool:
        """Whether it changed anything. What is wrong is told by the form and by `conflict`."""
        if self.is_new and not self.counts():
            return False
        if not self.form.is_valid() or (
            digest(self.stated(branch)) == self.asked("basis") and not self.is_removed
        ):
            return False
        try:
            self._write(branch, by)
        except InvalidContent as invalid:
            self._say(invalid.problems)
        except ChangedMeanwhile as changed:
            self._say_conflict(changed.now)
        return True

    def _say(self, problems: Mapping[str, list[str]]) -> None:
        for name, said in problems.items():
            self.form.add_error(name if name in self.form.fields else None, said)

    def _say_conflict(self, now: LocalValue | LocalPaper | None) -> None:
        """From here on the page is based on what stands now: saving once more replaces it knowingly."""
        self.conflict, self.now = True, now
        data = self.form.data.copy()
        data[f"{self.prefix}-basis"] = digest(now)
        data[f"{self.prefix}-was"] = json.dumps(now.condition) if now else ""
        self.form.data = data

    @property
    def is_wrong(self) -> bool:
        return self.conflict or bool(self.form.is_bound and self.form.errors)


@dataclass
class ValueRow(Row):
    field: LocalField = field(default_factory=LocalField)
    kind = "v"

    @property
    def for_everybody(self) -> bool:
        return self.number == 0

    @property
    def is_blank(self) -> bool:
        """A text that was emptied is not blank: the writer is asked what is meant."""
        return self.is_new and not any(self._text(name) for name, _ in LOCALES)

    def _text(self, name: str) -> str:
        return normal_text(self.field.kind, self.asked(name) or "")

    def stated(self, branch: Branch) -> LocalValue:
        return LocalValue(
            branch=branch,
            field=self.field,
            condition=self.condition,
            value=self._text("value"),
            value_en=self._text("value_en"),
        )

    def _write(self, branch: Branch, by: Editor) -> None:
        was, basis = self.asked("was"), self.asked("basis")
        if self.is_removed:
            withdraw_value(branch=branch, field_key=self.key, condition=was, by=by, basis=basis)
            return
        state_value(
            branch=branch,
            field_key=self.key,
            condition=self.condition,
            value=self._text("value"),
            value_en=self._text("value_en"),
            by=by,
            replaces=was,
            basis=basis,
        )


@dataclass
class PaperRow(Row):
    kind = "p"

    @property
    def is_blank(self) -> bool:
        return self.is_new and not (self.asked("name") or self.asked("name_en"))

    @property
    def facts(self) -> PaperFacts:
        asked = {name: self.asked(name) for name in PAPER_FACTS}
        blank = {"name": "", "name_en": ""}
        return PaperFacts(**blank | {name: value for name, value in asked.items() if value is not None})

    @property
    def paper_key(self) -> str:
        """A new paper is called by its English name, or by a number made from the Chinese one."""
        if self.key != NEW:
            return self.key
        spoken = slugify(self.asked("name_en") or "").replace("-", "_")[:50]
        if spoken == NEW:  # which here names the place where a paper without a key is written
            spoken = ""
        return spoken or f"paper_{hashlib.sha256((self.asked('name') or '').encode()).hexdigest()[:8]}"

    def stated(self, branch: Branch) -> LocalPaper:
        facts = {name: getattr(self.facts, name) for name in PAPER_FACTS}
        # Behind what is stated already, as it will be when it is saved.
        return LocalPaper(
            branch=branch, key=self.paper_key, condition=self.condition, position=self.number, **facts
        )

    def _write(self, branch: Branch, by: Editor) -> None:
        was, basis = self.asked("was"), self.asked("basis")
        if self.is_removed:
            withdraw_paper(branch=branch, key=self.key, condition=was, by=by, basis=basis)
            return
        try:
            state_paper(
                branch=branch,
                key=self.paper_key,
                condition=self.condition,
                facts=self.facts,
                by=by,
                replaces=was,
                basis=basis,
            )
        except LockedByHeadquarters as locked:
            self._say_locked(locked)

    def _say_locked(self, locked: LockedByHeadquarters) -> None:
        """A name that is headquarters' is an honest mistake; its key nobody can type."""
        if self.key != NEW and locked.field == "key":
            raise locked
        self.locked = locked.key
        name = "name" if locked.field == "key" else locked.field
        self._say(
            {name: [str(_("Headquarters decides about this paper; a branch cannot ask for it itself."))]}
        )


def save_all(rows: Sequence[Row], *, branch: Branch, by: Editor) -> int:
    """How many rows changed: all that were to be, or none where one of them is wrong."""
    with transaction.atomic():
        # What goes makes room for what comes in its place.
        ordered = sorted(rows, key=lambda row: not row.is_removed)
        changed = sum(row.save(branch=branch, by=by) for row in ordered)
        if any(row.is_wrong for row in rows):
            transaction.set_rollback(True)
            return 0
    return changed
