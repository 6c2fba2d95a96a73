"""Turns by name, for what no row stands for yet."""

from django.db import connection


def one_at_a_time(name: str) -> None:
    """Wait for other transactions with this name to end; the turn ends with the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
