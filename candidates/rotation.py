"""Moving rows to the key that writes: every encrypted column and every blind index of every model.

A row is done when none of its encrypted values carries another key's fingerprint, so a run that was stopped goes
on where it was. Rows are locked batch by batch: whoever sends at the same time waits for a moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Func, Q

from candidates.encryption import FINGERPRINT_BYTES, parse_keys
from candidates.fields import BlindIndexField, EncryptedTextField


class KeyOf(Func):
    """The fingerprint in an encrypted value; empty for an empty one."""

    template = f"substring(%(expressions)s from 2 for {FINGERPRINT_BYTES})"
    output_field = models.BinaryField()


def encrypted_models() -> Iterator[type[models.Model]]:
    for model in apps.get_models():
        if _fields(model, EncryptedTextField):
            yield model


def _fields(model: type[models.Model], kind: type[models.Field[Any, Any]]) -> list[models.Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if isinstance(field, kind)]


def stale(model: type[models.Model]) -> models.QuerySet[Any]:
    """Rows with a value that another key than the first one wrote."""
    current = parse_keys(tuple(settings.FIELD_KEYS))[0].fingerprint
    rows, any_stale = model._default_manager.order_by("pk"), Q()
    for field in _fields(model, EncryptedTextField):
        rows = rows.alias(**{f"key_of_{field.name}": KeyOf(F(field.name))})
        any_stale |= ~Q(**{f"key_of_{field.name}__in": [b"", current]})
    return rows.filter(any_stale)


def rotate(model: type[models.Model], *, batch: int) -> Iterator[int]:
    """Rewrite the model's stale rows; yields the number of rows after each committed batch.

    Raises DecryptionError for a row that none of FIELD_KEYS opens.
    """
    while done := _rotate_batch(model, batch):
        yield done


@transaction.atomic
def _rotate_batch(model: type[models.Model], batch: int) -> int:
    rows = list(stale(model).select_for_update(of=("self",), no_key=True)[:batch])
    indexes = _fields(model, BlindIndexField)
    for row in rows:
        for index in indexes:
            index.pre_save(row, False)
    names = [field.name for field in (*_fields(model, EncryptedTextField), *indexes)]
    model._default_manager.bulk_update(rows, names)
    return len(rows)
