"""Millions of rows as copies of a few that the product itself wrote, each with keys and moments of its own.

Whoever copies keeps the rows in `pattern_<table>` and has a table of new keys, called `new` in the statements, with
`age` (how far back a copy's moments lie) and `candidate` (the new person, of whom what is unique is made).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from django.db import connection, models
from django.db.backends.utils import CursorWrapper

from bench.progress import say
from candidates.fields import BlindIndexField

# How an index is dropped and made; of a unique constraint, the constraint itself.
INDEXES = """
SELECT CASE WHEN conname IS NULL THEN format('DROP INDEX %%s', indexrelid::regclass)
        ELSE format('ALTER TABLE %%s DROP CONSTRAINT %%I', indrelid::regclass, conname) END,
    CASE WHEN conname IS NULL THEN pg_get_indexdef(indexrelid)
        ELSE format('ALTER TABLE %%s ADD CONSTRAINT %%I ', indrelid::regclass, conname)
            || pg_get_constraintdef(con.oid) END
FROM pg_index LEFT JOIN pg_constraint AS con ON conindid = indexrelid AND contype = 'u'
WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary AND indpred IS NULL
"""


def tables_of(filled: Collection[type[models.Model]]) -> list[str]:
    return [model._meta.db_table for model in filled]


@contextmanager
def bare_tables(cursor: CursorWrapper, tables: Collection[str]) -> Iterator[None]:
    """Within a transaction: no foreign keys looked up, no indexes kept up, and the patterns apart.

    Foreign keys hold by construction, and looking each of them up would take longer than the rows. Primary keys stay,
    and partial indexes, which are few or small.
    """
    cursor.execute("SET LOCAL session_replication_role = replica; SET LOCAL maintenance_work_mem = '256MB'")
    for table in tables:
        # Else a growing table would be read whole for every chunk.
        cursor.execute(f"CREATE TEMPORARY TABLE pattern_{table} ON COMMIT DROP AS TABLE {table}")
        cursor.execute(f"ANALYZE pattern_{table}")
    indexes = _drop_indexes(cursor, tables)
    yield
    for definition in indexes:
        cursor.execute(definition)
    say(f"built {len(indexes)} indexes")


def _drop_indexes(cursor: CursorWrapper, tables: Collection[str]) -> list[str]:
    """The definitions of what was dropped: building it at the end is quicker than keeping it up."""
    cursor.execute(INDEXES, [list(tables)])
    found = cursor.fetchall()
    for drop, _ in found:
        cursor.execute(drop)
    return [definition for _, definition in found]


def copying(model: type[models.Model], source: str, key: str, changes: Mapping[str, str]) -> str:
    """The statement that copies a table. `changes`: what stands in a column instead of the old or shifted value."""
    fields = model._meta.concrete_fields
    names = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(changes.get(str(field.column)) or _value(field) for field in fields)
    table = model._meta.db_table
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM {source.format(table=table, key=key)}"  # noqa: S608  ours


def _value(field: models.Field[object, object]) -> str:
    """Everything of a copy lies as far back as the copy does."""
    if isinstance(field, models.DateTimeField):
        return f'old."{field.column}" - new.age'
    if isinstance(field, BlindIndexField):
        return f"CASE old.\"{field.column}\" WHEN '' THEN '' ELSE md5(old.\"{field.column}\" || new.candidate) END"
    return f'old."{field.column}"'


def settle(tables: Collection[str]) -> None:
    """As autovacuum would leave the tables, and with nothing of the filling still to be written."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute("CHECKPOINT")


def size_gb() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return float(cursor.fetchone()[0] / 2**30)
