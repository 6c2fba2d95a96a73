"""How days of the calendar are stated, several at once, and where the official calendar is still missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from branches.models import Branch, Calendar, CalendarDay
from branches.working_days import LONGEST_BREAK, NoWorkingDay, WorkingDays, known_years, working_days

LOOKED_AHEAD = 90  # days
# Holidays are entered by the week; a month is more than any of them has.
LONGEST_ENTRY = 31


class StatedOtherwise(Exception):
    """Some of the days are stated already, and otherwise."""

    def __init__(self, days: list[date]) -> None:
        super().__init__(", ".join(map(str, days)))
        self.days = days


class ClosedTooLong(Exception):
    """A branch would not work for sixty days in a row: nobody could be told when it does."""

    def __init__(self, branch: Branch) -> None:
        super().__init__(branch.code)
        self.branch = branch


def days_between(first: date, last: date) -> Iterator[date]:
    """Both ends are in it."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def new_days(
    *, branch: Branch, first: date, last: date, is_working: bool, note: str = ""
) -> list[CalendarDay]:
    """The rows that say this of each of the days, not yet stored; what is said already is not said again.

    Inside a transaction: the branch stays locked, so that nobody states the same days meanwhile.
    Raises StatedOtherwise, ClosedTooLong.
    """
    Branch.objects.select_for_update(no_key=True).get(pk=branch.pk)
    there = {one.day: one for one in CalendarDay.objects.filter(branch=branch, day__range=(first, last))}
    if other := sorted(day for day, one in there.items() if one.is_working != is_working):
        raise StatedOtherwise(other)
    new = [
        CalendarDay(branch=branch, day=day, is_working=is_working, note=note)
        for day in days_between(first, last)
        if day not in there
    ]
    must_not_close_for_long(new)
    return new


def must_not_close_for_long(days: Sequence[CalendarDay]) -> None:
    """Raises ClosedTooLong where these days of one branch make too long a break there or at a branch below."""
    if not days:
        return
    branch, first, last = days[0].branch, min(one.day for one in days), max(one.day for one in days)
    around = timedelta(days=2 * LONGEST_BREAK)
    # The later of two words about one day counts.
    stated = [*stated_days(first - around, last + around), *days]
    for node in Branch.objects.filter(path__startswith=branch.path):
        calendar = working_days(node, stated)
        try:
            calendar.at_or_after(calendar.at_or_before(first) + timedelta(days=1))
        except NoWorkingDay:
            raise ClosedTooLong(node) from None


def stated_days(first: date, last: date) -> QuerySet[CalendarDay]:
    """What anybody states of these days, with the branches at hand, as `working_days` wants them."""
    return CalendarDay.objects.filter(day__range=(first, last)).select_related("branch")


# --- Where the official calendar ends ---
@dataclass(frozen=True)
class UnknownYear:
    """A year whose official calendar this release does not have, though its days are near.

    `stated`: how many of its days are entered by hand, at the branch that was asked about or above it.
    """

    year: int
    stated: int


def unknown_years(*, today: date, branch: Branch | None = None) -> list[UnknownYear]:
    """Of the coming days that nobody knows the official calendar of; for the whole bank where no branch is named."""
    if not _follows_china(branch):
        return []
    calendar = WorkingDays()
    coming = days_between(today, today + timedelta(days=LOOKED_AHEAD))
    years = sorted({day.year for day in coming if not calendar.is_known(day)})
    return [UnknownYear(year, _stated_by_hand(year, branch)) for year in years]


def _follows_china(branch: Branch | None) -> bool:
    if branch:
        return bool(branch.calendar == Calendar.CHINA)
    return bool(Branch.objects.filter(calendar=Calendar.CHINA).exists())


def _stated_by_hand(year: int, branch: Branch | None) -> int:
    rows = CalendarDay.objects.filter(day__year=year)
    if branch:
        return rows.filter(branch__path__in=branch.path_and_above).values("day").distinct().count()
    return rows.filter(branch__depth=1).count()


def last_known_year() -> int:
    return max(known_years())
