"""The kept changes of all audited models, read together: the newest first, a page at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pghistory.core
from django.db.models import ForeignKey, Model, OuterRef, Q, QuerySet, Subquery, UUIDField, Value
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from branches.history import ADDED, BEFORE, CHANGED, DELETED
from branches.kept_values import Difference, Kept, Names, differences, followed_fields
from branches.models import User

PER_PAGE = 50
HAPPENED = {ADDED: _("Added"), CHANGED: _("Changed"), DELETED: _("Deleted")}


@dataclass(frozen=True)
class Asked:
    """`model`: the label of a followed model; `who`: a sign-in name or a key's name; `record`: what it is about."""

    model: str = ""
    who: str = ""
    record: UUID | None = None
    before: str = ""  # the place of the last change of the page before


@dataclass(frozen=True)
class Change:
    at: datetime
    model: str
    record: str
    record_id: Any
    happened: str
    who: str  # "" for commands and the like, which have no request
    address: str
    differences: list[Difference]


@dataclass(frozen=True)
class Page:
    changes: list[Change]
    next: str  # the place to go on from; "" on the last page


@dataclass(frozen=True)
class Place:
    """Where a change stands in the order of all: newest first, then by model, then newest row first."""

    at: datetime
    label: str
    key: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.label}~{self.key}"

    @classmethod
    def parse(cls, text: str) -> Place | None:
        """None for nonsense in an address: the list then starts at its beginning."""
        at, *rest = text.split("~")
        try:
            label, key = rest
            return cls(datetime.fromisoformat(at), label, int(key))
        except ValueError:
            return None

    def after(self, label: str) -> Q:
        """The rows of a model that come after this place."""
        if label == self.label:
            return Q(pgh_created_at__lt=self.at) | Q(pgh_created_at=self.at, pgh_id__lt=self.key)
        return Q(**{"pgh_created_at__lte" if label > self.label else "pgh_created_at__lt": self.at})


def followed_models() -> dict[str, type[Model]]:
    """The models that keep changes, by the label of the model each follows."""
    kept: list[Any] = pghistory.core.event_models()
    return {
        model.pgh_tracked_model._meta.label: model for model in sorted(kept, key=lambda one: one._meta.label)
    }


def page(asked: Asked) -> Page:
    """Fast however much was kept: each model gives its newest rows by its index, and only a page's is read."""
    places = _places(asked)
    shown = places[:PER_PAGE]
    rows = _rows(shown)
    names = Names([*rows.values(), *(row.was for row in rows.values() if row.was)])
    people = User.objects.in_bulk({_user_of(row) for row in rows.values() if _user_of(row)})
    changes = [_change(rows[place], names, people) for place in shown]
    return Page(changes, str(shown[-1]) if len(places) > PER_PAGE else "")


def _places(asked: Asked) -> list[Place]:
    """One more than a page."""
    wanted = {label: model for label, model in followed_models().items() if asked.model in ("", label)}
    if not wanted:
        return []
    start = Place.parse(asked.before)
    first, *others = (_newest(label, model, asked, start) for label, model in wanted.items())
    ordered = ("-pgh_created_at", "followed", "-pgh_id")
    found = first.union(*others, all=True).order_by(*ordered)[: PER_PAGE + 1] if others else first
    return [Place(at, label, key) for at, label, key in found]


def _newest(label: str, model: type[Model], asked: Asked, start: Place | None) -> QuerySet[Any, Any]:
    kept: Any = model
    rows = kept.objects.exclude(pgh_label=BEFORE)
    if start:
        rows = rows.filter(start.after(label))
    if asked.who:
        rows = rows.filter(_by(asked.who))
    if asked.record:
        rows = rows.filter(_about(model, asked.record))
    newest: QuerySet[Any, Any] = (
        rows.annotate(followed=Value(label))
        .order_by("-pgh_created_at", "-pgh_id")
        .values_list("pgh_created_at", "followed", "pgh_id")[: PER_PAGE + 1]
    )
    return newest


def _by(who: str) -> Q:
    person = User.objects.filter(username=who).values_list("pk", flat=True).first()
    return Q(pgh_context__key=who) | (Q(pgh_context__user=str(person)) if person else Q(pk__in=[]))


def _about(model: type[Model], record: UUID) -> Q:
    """The record's own changes, and those of rows that point at it: a person's memberships, a branch's keys."""
    found = Q(pk__in=[])
    for field in (model._meta.get_field("pgh_obj"), *followed_fields(model)):
        if isinstance(field, ForeignKey) and isinstance(field.target_field, UUIDField):
            found |= Q(**{field.attname: record})
    return found


def _rows(places: Iterable[Place]) -> dict[Place, Kept]:
    """The kept rows, each with the row of the values before it (`was`, None unless it is an update)."""
    keys: defaultdict[str, dict[int, Place]] = defaultdict(dict)
    for place in places:
        keys[place.label][place.key] = place
    found = {}
    for label, by_key in keys.items():
        model: Any = followed_models()[label]
        before = model.objects.filter(
            pgh_obj_id=OuterRef("pgh_obj_id"), pgh_label=BEFORE, pgh_id__lt=OuterRef("pgh_id")
        )
        rows = model.objects.annotate(was_id=Subquery(before.order_by("-pgh_id").values("pgh_id")[:1]))
        rows = list(rows.filter(pk__in=by_key))
        changed = [row for row in rows if row.pgh_label == CHANGED]
        was = model.objects.in_bulk([row.was_id for row in changed])
        for row in rows:
            row.was = was.get(row.was_id) if row.pgh_label == CHANGED else None
            found[by_key[row.pk]] = row
    return found


def _change(row: Kept, names: Names, people: dict[Any, User]) -> Change:
    context = row.pgh_context or {}
    return Change(
        at=row.pgh_created_at,
        model=str(row.pgh_tracked_model._meta.verbose_name),
        record=names.record(row),
        record_id=row.pgh_obj_id,
        happened=str(HAPPENED.get(row.pgh_label, HAPPENED[CHANGED])),
        who=_who(context, people.get(_user_of(row))),
        address=context.get("address") or "",
        differences=differences(row, row.was, names),
    )


def _user_of(row: Kept) -> UUID | None:
    user = (row.pgh_context or {}).get("user")
    return UUID(user) if user else None


def _who(context: dict[str, Any], person: User | None) -> str:
    if key := context.get("key"):
        return gettext("API key %(name)s") % {"name": key}
    return str(person or context.get("user") or "")
