"""New rows of several tables in one round trip, without the cost that Django's own way has by the row.

A column in which all rows are alike is written once, any other as one array; a row alone is written as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.db.backends.utils import CursorWrapper

from candidates.fields import EncryptedTextField


def insert(*tables: Sequence[models.Model]) -> None:
    """Rows of one model each, all filled but never saved; the tables in this order, in one round trip."""
    with connection.cursor() as cursor:
        statements = [_insertion(cursor, rows) for rows in tables if rows]
        if statements:
            cursor.execute("; ".join(statements))


def insert_unless_there(rows: Sequence[models.Model]) -> set[Any]:
    """The keys of those rows that no unique column or constraint stopped.

    Where another transaction is inserting the same, its end is waited for: so callers that may meet put their rows
    in one order.
    """
    if not rows:
        return set()
    key = _quoted(type(rows[0])._meta.pk)
    with connection.cursor() as cursor:
        cursor.execute(f"{_insertion(cursor, rows)} ON CONFLICT DO NOTHING RETURNING {key}")
        return {pk for (pk,) in cursor.fetchall()}


def array(texts: Iterable[str | None]) -> str:
    """PostgreSQL's own writing of an array (8.15.2), which it reads faster than a list of values."""
    return "{" + ",".join("NULL" if text is None else f'"{_escaped(text)}"' for text in texts) + "}"


def _insertion(cursor: CursorWrapper, rows: Sequence[models.Model]) -> str:
    meta = type(rows[0])._meta
    alike: list[tuple[models.Field[Any, Any], object]] = []
    own: list[tuple[models.Field[Any, Any], str]] = []
    for field in meta.concrete_fields:
        # As Django saves: a moment of creation and an index are set only now.
        values = [field.pre_save(row, True) for row in rows]
        if _are_alike(field, values):
            alike.append((field, field.get_db_prep_save(values[0], connection)))
        else:
            own.append((field, array(_text(field.get_db_prep_save(one, connection)) for one in values)))
    columns = ", ".join(_quoted(field) for field, _ in [*own, *alike])
    cells = ", ".join([*(_cast(field) for field, _ in own), *["%s"] * len(alike)])
    names, arrays = ", ".join(_quoted(field) for field, _ in own), ", ".join(["%s::text[]"] * len(own))
    source = f" FROM unnest({arrays}) AS new ({names})" if own else ""
    table = connection.ops.quote_name(meta.db_table)
    statement = f"INSERT INTO {table} ({columns}) SELECT {cells}{source}"
    written: bytes = cursor.mogrify(statement, [value for _, value in [*alike, *own]])
    return written.decode()


def _are_alike(field: models.Field[Any, Any], values: list[Any]) -> bool:
    if len(values) == 1:
        return True
    if isinstance(field, EncryptedTextField) and values[0]:
        return False  # equal texts must not show by equal ciphertexts
    return values.count(values[0]) == len(values)


def _cast(field: models.Field[Any, Any]) -> str:
    """Without the column's length: a cast would cut off in silence what the column itself refuses."""
    return f"new.{_quoted(field)}::{re.sub(r'[(].*?[)]', '', field.db_type(connection) or 'text')}"


def _quoted(field: models.Field[Any, Any]) -> str:
    return connection.ops.quote_name(str(field.column))


def _text(value: Any) -> str | None:
    """A value as PostgreSQL reads it from a text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return array(map(_text, value))
    if isinstance(value, connection.Database.Binary):
        return f"\\x{value.adapted.hex()}"
    return str(value)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
