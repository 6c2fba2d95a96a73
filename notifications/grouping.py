"""Rows that are of one thing, put together: of a field, a paper, a branch, a paragraph."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Row = TypeVar("Row")
Thing = TypeVar("Thing")


def grouped(rows: Iterable[Row], *, by: Callable[[Row], Thing]) -> dict[Thing, list[Row]]:
    """The rows of each thing in their order; the things in the order in which they first come."""
    found: dict[Thing, list[Row]] = {}
    for row in rows:
        found.setdefault(by(row), []).append(row)
    return found
