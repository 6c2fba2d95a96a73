"""Which days a branch works: the official calendar, Monday to Friday where it ends, and what people state beside it.

China's public holidays and the weekends worked for them (调休) are announced year by year; the library
chinesecalendar knows the years that were announced when it was released.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from chinese_calendar import constants

from branches.models import Branch, Calendar, CalendarDay

# No bank is closed for so long; a calendar that says so is refused instead of searched for ever.
LONGEST_BREAK = 60


class NoWorkingDay(Exception):
    """Sixty days in a row are stated as not worked."""


@dataclass(frozen=True)
class WorkingDays:
    """The working days of one branch. `stated`: days of which somebody says whether they are worked."""

    calendar: str = Calendar.CHINA
    stated: Mapping[date, bool] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        stated = self.stated.get(day)
        if stated is not None:
            return stated
        if self.calendar == Calendar.CHINA:
            if day in constants.workdays:
                return True
            if day in constants.holidays:
                return False
        return day.weekday() < 5

    def is_known(self, day: date) -> bool:
        """Whether the year's official calendar is known, so that holidays and worked weekends are in it."""
        return self.calendar != Calendar.CHINA or day.year in known_years()

    def at_or_before(self, day: date) -> date:
        """The last working day up to and with this one. Raises NoWorkingDay."""
        return self._next(day, -1)

    def at_or_after(self, day: date) -> date:
        """Raises NoWorkingDay."""
        return self._next(day, 1)

    def before(self, day: date, count: int) -> date:
        """So many working days before a day, which itself need not be one. Raises NoWorkingDay."""
        for _ in range(count):
            day = self.at_or_before(day - timedelta(days=1))
        return day

    def _next(self, day: date, step: int) -> date:
        for distance in range(LONGEST_BREAK):
            if self.is_working(found := day + timedelta(days=step * distance)):
                return found
        raise NoWorkingDay


@cache
def known_years() -> frozenset[int]:
    """The years of which the library has the official calendar."""
    return frozenset(day.year for day in constants.holidays)


def working_days(branch: Branch, stated: Iterable[CalendarDay]) -> WorkingDays:
    """`stated`: at least all days stated at the branch or above it, with their branches at hand. The nearest counts."""
    above = set(branch.path_and_above)
    own = [one for one in stated if one.branch.path in above]
    nearest_last = sorted(own, key=lambda one: len(one.branch.path))
    return WorkingDays(branch.calendar, {one.day: one.is_working for one in nearest_last})
