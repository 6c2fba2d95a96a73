"""Many rows written in one statement each, without the cost that Django's own ways have by the row.

Django builds an update of many rows with a branch per row and field, which takes longer than all else that a batch
does. Here a column in which all rows are alike is written once, and any other as one array.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from operator import attrgetter
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models.base import ModelState
from psycopg2.extensions import Binary
from psycopg2.extras import Json

from candidates.fields import EncryptedTextField

Row = TypeVar("Row", bound=models.Model)

# Their values are written as they are; Django's own preparing would find nothing to do.
PLAIN = (
    models.BooleanField,
    models.CharField,
    models.DateTimeField,
    models.ForeignKey,
    models.IntegerField,
    models.UUIDField,
)


def new_row(model: type[Row], **values: Any) -> Row:
    """`model(**values)`, without asking every field for its default again, which by the thousand takes longest."""
    row = model.__new__(model)
    row.__dict__.update(_defaults(model))
    row._state = ModelState()
    for name, make in _made_anew(model):
        row.__dict__[name] = make()
    for name, value in values.items():
        setattr(row, name, value)
    return row


@cache
def _defaults(model: type[models.Model]) -> dict[str, Any]:
    return {name: value for name, value in vars(model()).items() if name != "_state"}


@cache
def _made_anew(model: type[models.Model]) -> list[tuple[str, Callable[[], Any]]]:
    """Keys, moments, lists: what no two rows may share."""
    return [
        (field.attname, field.get_default) for field in model._meta.concrete_fields if callable(field.default)
    ]


def update_rows(rows: Collection[models.Model], fields: Sequence[str]) -> None:
    """Write these fields of the rows, all of one model, as `bulk_update` does, in one statement."""
    if not rows:
        return
    model = type(next(iter(rows)))
    key, *columns = (_column(model._meta.get_field(name)) for name in (model._meta.pk.name, *fields))
    database = _database()
    with database.cursor() as cursor:
        cells = _Cells.of([key, *columns], rows, database, whole=key)
        sets = ", ".join(
            f"{column.name} = {cell}" for column, cell in zip(columns, cells.written[1:], strict=True)
        )
        table = database.ops.quote_name(model._meta.db_table)
        statement = f"UPDATE {table} SET {sets} {cells.source} WHERE {table}.{key.name} = {cells.written[0]}"  # noqa: S608  names only
        cursor.execute(_filled(cursor, statement, cells))


def insert_rows(*tables: Sequence[models.Model]) -> None:
    """Rows of one model each, all filled but never saved; the tables in this order, in one round trip."""
    database = _database()
    with database.cursor() as cursor:
        statements = [_insertion(database, cursor, rows) for rows in tables if rows]
        if statements:
            cursor.execute("; ".join(statements))


def insert_unless_there(rows: Sequence[models.Model]) -> set[Any]:
    """The keys of those rows that no unique column or constraint stopped.

    Where another transaction is inserting the same, its end is waited for: so callers that may meet put their rows
    in one order.
    """
    if not rows:
        return set()
    database = _database()
    key = database.ops.quote_name(str(type(rows[0])._meta.pk.column))
    with database.cursor() as cursor:
        cursor.execute(f"{_insertion(database, cursor, rows)} ON CONFLICT DO NOTHING RETURNING {key}")
        return {pk for (pk,) in cursor.fetchall()}


def array(texts: Iterable[str | None]) -> str:
    """PostgreSQL's own writing of an array (8.15.2), which it reads faster than a list of values."""
    return "{" + ",".join("NULL" if text is None else f'"{_escaped(text)}"' for text in texts) + "}"


# --- Columns ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Column:
    """`read`: a row's value; `created`: the same for a new row, whose moment of creation is set only then."""

    name: str
    cast: str
    read: Callable[[models.Model], Any]
    created: Callable[[models.Model], Any]
    stored: Callable[[Any, BaseDatabaseWrapper], Any]
    # Equal texts must not show by equal ciphertexts.
    is_secret: bool

    def is_alike(self, values: Sequence[Any]) -> bool:
        if len(values) == 1:
            return True
        if self.is_secret and values[0]:
            return False
        return bool(values[0] == values[-1]) and values.count(values[0]) == len(values)

    def text(self, value: Any, database: BaseDatabaseWrapper) -> str | None:
        return None if value is None else _text(self.stored(value, database))


@cache
def _column(field: Any) -> Column:
    database = _database()
    read = attrgetter(field.attname)
    may_be_set = getattr(field, "auto_now", True) or getattr(field, "auto_now_add", True)
    is_set_by_field = may_be_set and type(field).pre_save is not models.Field.pre_save
    return Column(
        name=database.ops.quote_name(str(field.column)),
        # Without the column's length: a cast would cut off in silence what the column itself refuses.
        cast=re.sub(r"[(].*?[)]", "", field.db_type(database) or "text"),
        read=read,
        created=partial(field.pre_save, add=True) if is_set_by_field else read,
        stored=_as_it_is if isinstance(field, PLAIN) else field.get_db_prep_save,
        is_secret=isinstance(field, EncryptedTextField),
    )


@dataclass(frozen=True)
class _Cells:
    """What a statement says for each column, where that comes from, and the values it is given."""

    written: list[str]
    source: str
    values: list[str | None]

    @classmethod
    def of(
        cls,
        columns: Sequence[Column],
        rows: Collection[models.Model],
        database: BaseDatabaseWrapper,
        *,
        whole: Column | None = None,
    ) -> _Cells:
        """`whole`: a column that tells the rows apart and is never taken for alike; without it rows are new."""
        written, alike, arrays, names = [], [], [], []
        for column in columns:
            values = [(column.read if whole else column.created)(row) for row in rows]
            if column is not whole and column.is_alike(values):
                written.append(f"%s::{column.cast}")
                alike.append(column.text(values[0], database))
            else:
                written.append(f"new.{column.name}::{column.cast}")
                arrays.append(array(column.text(value, database) for value in values))
                names.append(column.name)
        unnested = ", ".join(["%s::text[]"] * len(arrays))
        source = f"FROM unnest({unnested}) AS new ({', '.join(names)})" if arrays else ""
        return cls(written, source, [*alike, *arrays])


def _insertion(database: BaseDatabaseWrapper, cursor: CursorWrapper, rows: Sequence[models.Model]) -> str:
    meta = type(rows[0])._meta
    columns = [_column(field) for field in meta.concrete_fields]
    cells = _Cells.of(columns, rows, database)
    names = ", ".join(column.name for column in columns)
    table = database.ops.quote_name(meta.db_table)
    statement = f"INSERT INTO {table} ({names}) SELECT {', '.join(cells.written)} {cells.source}"
    return _filled(cursor, statement, cells)


def _filled(cursor: CursorWrapper, statement: str, cells: _Cells) -> str:
    """Put together here and not by the driver, which would hand the values to whoever looks at statements."""
    written: bytes = cursor.mogrify(statement, cells.values)
    return written.decode()


def _database() -> BaseDatabaseWrapper:
    return connections[DEFAULT_DB_ALIAS]


def _as_it_is(value: Any, _database: BaseDatabaseWrapper) -> Any:
    return value


def _text(value: Any) -> str | None:
    """A value as PostgreSQL reads it from a text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return array(map(_text, value))
    if isinstance(value, Binary):
        return f"\\x{value.adapted.hex()}"
    if isinstance(value, Json):
        return str(value.dumps(value.adapted))
    return str(value)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
