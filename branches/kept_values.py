"""What kept rows say, in words: labels of choices, names of the records pointed at, places in the tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Field, ForeignKey, Model
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext

from branches.history import ADDED, DELETED, SECRET_CHANGED
from branches.models import Branch

if TYPE_CHECKING:  # Django's fields take type arguments in its stubs only
    AnyField = Field[Any, Any]
    AnyForeignKey = ForeignKey[Any, Any]
else:
    AnyField, AnyForeignKey = Field, ForeignKey

# A row of a `<Name>Change` model. Its columns are those of the model it follows, so no type says more.
Kept = Any
# A branch that moves takes those below it along, in one statement: their rows are this close to each other.
TOGETHER = timedelta(seconds=1)


@dataclass(frozen=True)
class Difference:
    """One field in words: "" where it was or is empty, None where there is no such side to show."""

    label: str
    before: str | None
    after: str | None


def followed_fields(kept_model: type[Model]) -> list[AnyField]:
    """The fields of the followed model whose values are kept."""
    kept: Any = kept_model
    names = {field.name for field in kept._meta.fields}
    return [field for field in kept.pgh_tracked_model._meta.fields if field.name in names]


def differences(row: Kept, before: Kept | None, names: Names) -> list[Difference]:
    """What a kept row changed, against the row with the values before it (for an update)."""
    if row.pgh_label.startswith(SECRET_CHANGED):
        field = row.pgh_tracked_model._meta.get_field(row.pgh_label.removeprefix(SECRET_CHANGED))
        return [Difference(_label(field), None, gettext("a new value, which is not kept"))]
    was, now = {ADDED: (None, row), DELETED: (row, None)}.get(row.pgh_label, (before, row))
    fields = [field for field in followed_fields(type(row)) if not field.primary_key]
    found = [
        Difference(_label(field), names.value(field, was), names.value(field, now))
        for field in fields
        if _raw(field, was) != _raw(field, now)
    ]
    return [one for one in found if one.before or one.after]


def _raw(field: AnyField, row: Kept | None) -> Any:
    return None if row is None else getattr(row, field.attname)


def _label(field: AnyField) -> str:
    return gettext("belongs to") if _is_place(field) else str(field.verbose_name)


def _is_place(field: AnyField) -> bool:
    return field.name == "path" and field.model is Branch


class Names:
    """The words for everything that the rows of a page point at, in a few queries however many rows there are."""

    def __init__(self, rows: Iterable[Kept]) -> None:
        self._rows = list(rows)
        self._records = {model: _records(model, keys) for model, keys in _keys_by_model(self._rows).items()}

    @cached_property
    def _tree(self) -> Tree:
        """Only looked at where a branch came, went or moved."""
        return Tree(row.path for row in self._rows if row.pgh_tracked_model is Branch)

    def record(self, row: Kept) -> str:
        """The followed record as it called itself then; a part of something else with what it is a part of."""
        fields = followed_fields(type(row))
        then = row.pgh_tracked_model(**{field.attname: _raw(field, row) for field in fields})
        for field in fields:
            if isinstance(field, ForeignKey) and (other := self._other(field, _raw(field, row))):
                setattr(then, field.name, other)
        whole = getattr(then, "PART_OF", "")
        return f"{_words(getattr(then, whole))} · {_words(then)}" if whole else _words(then)

    def value(self, field: AnyField, row: Kept | None) -> str | None:
        value = _raw(field, row)
        if row is None:
            return None
        if value in (None, "", [], {}):
            return ""
        if _is_place(field):
            return self._tree.place(value, at=row.pgh_created_at)
        if isinstance(field, ForeignKey):
            other = self._other(field, value)
            return _words(other) if other else str(value)
        return plain(field, value)

    def _other(self, field: AnyForeignKey, key: Any) -> Model | None:
        return self._records.get(field.remote_field.model, {}).get(key)


def plain(field: AnyField, value: Any) -> str:
    """A value of a field that points at nothing else."""
    if isinstance(field, ArrayField):
        return " · ".join(plain(field.base_field, one) for one in value)
    if say := getattr(field, "said", None):  # a field that has words of its own for what it holds
        return str(say(value))
    labels = dict(field.flatchoices)
    return str(labels[value]) if _hashable(value) and value in labels else _said(value)


def _said(value: Any) -> str:
    match value:
        case bool():
            return gettext("yes") if value else gettext("no")
        case datetime():
            return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case time():
            return f"{value:%H:%M}"
        case dict():
            return "; ".join(f"{name}: {_said(one)}" for name, one in value.items())
        case list():
            return ", ".join(_said(one) for one in value)
    return "" if value is None else str(value)


def _hashable(value: Any) -> bool:
    return not isinstance(value, list | dict)


def _words(record: Model) -> str:
    """What the record calls itself; only its key where that hangs on something that is gone."""
    try:
        return str(record)
    except ObjectDoesNotExist:
        return str(record.pk)


def _keys_by_model(rows: Iterable[Kept]) -> Mapping[type[Model], set[Any]]:
    keys: defaultdict[type[Model], set[Any]] = defaultdict(set)
    for row in rows:
        for field in followed_fields(type(row)):
            if isinstance(field, ForeignKey) and (key := _raw(field, row)) is not None:
                keys[field.remote_field.model].add(key)
    return keys


def _records(model: type[Model], keys: set[Any]) -> dict[Any, Model]:
    """The records as they are; what is gone as it was last kept, where it was followed."""
    found: dict[Any, Model] = model._base_manager.in_bulk(keys)
    gone, kept_model = keys - found.keys(), getattr(model, "pgh_event_model", None)
    if gone and kept_model:
        last = kept_model.objects.filter(pgh_obj_id__in=gone).order_by("pgh_obj_id", "-pgh_id")
        fields = followed_fields(kept_model)
        for row in last.distinct("pgh_obj_id"):
            found[row.pgh_obj_id] = model(**{field.attname: _raw(field, row) for field in fields})
    return found


class Tree:
    """Who stood where in the tree of branches, and when: a path says it only for its own time."""

    def __init__(self, paths: Iterable[str]) -> None:
        above = {place for path in paths for place in _above(path)}
        kept: Any = Branch.pgh_event_model
        self._holders: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)
        rows = kept.objects.filter(path__in=above).order_by("pgh_id")
        for path, at, code in rows.values_list("path", "pgh_created_at", "code"):
            self._holders[path].append((at, code))
        self._now: dict[str, str] = dict(Branch.objects.filter(path__in=above).values_list("path", "code"))

    def place(self, path: str, *, at: datetime) -> str:
        """The codes of the branches above this path at that time, such as "HQ › BJ"; for the top itself, that."""
        return " › ".join(self._code(place, at) for place in _above(path)) or gettext("the top")

    def _code(self, path: str, at: datetime) -> str:
        holders = self._holders[path]
        until_then = [code for moment, code in holders if moment <= at + TOGETHER]
        if until_then:
            return until_then[-1]
        return holders[0][1] if holders else self._now.get(path, "?")


def _above(path: str) -> list[str]:
    step = Branch.steplen
    return [path[:end] for end in range(step, len(path), step)]
