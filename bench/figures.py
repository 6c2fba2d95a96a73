"""What one measurement came to, and how it is told."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

WARM_UP = 20


@dataclass(frozen=True)
class Figure:
    """`floor`: what the least that could do the work took in the same run, in the same unit; None where there is none.

    `aim`: what was set out for, "" for nothing.
    """

    name: str
    value: float
    unit: str
    aim: str = ""
    floor: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return None if self.floor is None else self.value / self.floor


def median_ms(work: Callable[[], object], *, rounds: int) -> float:
    """The median time of one call, in milliseconds, once it has been called often enough to be warm."""
    for _ in range(WARM_UP):
        work()
    return statistics.median(_timed(work) for _ in range(rounds))


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def table(figures: list[Figure]) -> str:
    """Columns for a terminal."""
    head = ("what", "measured", "floor", "× floor", "aim")
    rows = [
        (
            figure.name,
            f"{figure.value:.3g} {figure.unit}",
            "" if figure.floor is None else f"{figure.floor:.3g} {figure.unit}",
            "" if figure.ratio is None else f"{figure.ratio:.2g}",
            figure.aim,
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in [head, *rows]
    )
