"""What one measurement came to, and how it is told."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

WARM_UP = 20
COLUMNS = ("what", "measured", "floor", "× floor", "aim")


class NotMeasured(RuntimeError):
    """What was to be measured did not come about; the text says what is missing."""


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

    def __str__(self) -> str:
        beside = "" if self.floor is None else f" (floor {amount(self.floor, self.unit)})"
        return f"{self.name}: {amount(self.value, self.unit)}{beside}"


def amount(value: float, unit: str) -> str:
    """Three digits that count: nothing here can be measured more closely."""
    digits = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{digits} {unit}"


def spread(values: Sequence[float]) -> str:
    """How many runs a median is of, and how far they lie apart."""
    return f"median of {len(values)} ({min(values):.3g} to {max(values):.3g})"


def median_ms(work: Callable[[], object], *, rounds: int) -> float:
    """The median time of one call, in milliseconds, once it has been called often enough to be warm."""
    for _ in range(WARM_UP):
        work()
    return statistics.median(_timed(work) for _ in range(rounds))


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def table(groups: Iterable[tuple[str, list[Figure]]]) -> str:
    """Columns for a terminal, each group of figures under its title."""
    groups = list(groups)
    widths = [
        max(map(len, column))
        for column in zip(
            COLUMNS, *(_row(figure) for _, figures in groups for figure in figures), strict=True
        )
    ]
    lines = [_line(COLUMNS, widths)]
    for title, figures in groups:
        lines += ["", title, *(_line(_row(figure), widths) for figure in figures)]
    return "\n".join(lines)


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        f"  {figure.name}",
        amount(figure.value, figure.unit),
        "" if figure.floor is None else amount(figure.floor, figure.unit),
        "" if figure.ratio is None else f"{figure.ratio:.2g}",
        figure.aim,
    )


def _line(cells: Iterable[str], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
