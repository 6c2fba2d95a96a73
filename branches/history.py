"""The database keeps every change of an audited model by itself, whoever makes it and by whatever way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import pghistory
import pgtrigger
from django.db import models

ModelClass = TypeVar("ModelClass", bound=type[models.Model])

# What a kept row says happened. An update leaves two rows, one with the values before it and one with those after.
ADDED, BEFORE, CHANGED, DELETED = "insert", "before", "update", "delete"
# Followed by the name of a field whose value is not kept.
SECRET_CHANGED = "secret."  # noqa: S105


def audited(*, exclude: Sequence[str] = (), secret: Sequence[str] = ()) -> Callable[[ModelClass], ModelClass]:
    """Keep every insert, update and delete of the model's rows in a table of its own, the model `<Name>Change`.

    Triggers do it, so that bulk changes and plain SQL are kept too; other triggers refuse any change of what is kept.
    The values before an update are kept beside those after it, and not taken from the change before: rows older than
    the audit have a "before" too, and what was done while triggers were off shows as a gap.

    `exclude`: fields that are not kept at all (counters, moments of use). `secret`: fields whose values must never be
    seen; only that they changed is kept. A column encrypted anew at each saving belongs into `exclude`. Personal data
    has no place in an audited model.

    A decorator of the model class; the model's app needs a migration after it.
    """

    def keep(model: ModelClass) -> ModelClass:
        kept: ModelClass = pghistory.track(
            pghistory.InsertEvent(ADDED),
            pghistory.UpdateEvent(BEFORE, row=pghistory.Old),
            pghistory.UpdateEvent(CHANGED),
            pghistory.DeleteEvent(DELETED),
            *(_without_value(name) for name in secret),
            exclude=[*exclude, *secret],
            model_name=f"{model.__name__}Change",
            append_only=True,
            obj_field=pghistory.ObjForeignKey(related_name="+", related_query_name="+"),
            # In the row itself, which nobody can change; a table of contexts could be written to.
            context_field=pghistory.ContextJSONField(),
            meta={
                "default_permissions": (),
                # The newest changes of all models are read together, a page at a time.
                "indexes": [models.Index(fields=["pgh_created_at", "pgh_id"])],
            },
        )(model)
        return kept

    return keep


def _without_value(name: str) -> pghistory.UpdateEvent:
    return pghistory.UpdateEvent(f"{SECRET_CHANGED}{name}", condition=pgtrigger.AnyChange(name))
