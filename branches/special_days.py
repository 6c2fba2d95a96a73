"""Days that are not as the week has them: holidays, and weekends that are worked for them (调休). In stretches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from chinese_calendar import constants
from django.utils.translation import gettext_lazy as _

from branches.models import Branch, Calendar, CalendarDay
from branches.working_days import WorkingDays, working_days

SATURDAY = 5
NAMES = {
    constants.Holiday.new_years_day.value: _("New Year’s Day"),
    constants.Holiday.spring_festival.value: _("Spring Festival"),
    constants.Holiday.tomb_sweeping_day.value: _("Qingming Festival"),
    constants.Holiday.labour_day.value: _("Labour Day"),
    constants.Holiday.dragon_boat_festival.value: _("Dragon Boat Festival"),
    constants.Holiday.national_day.value: _("National Day"),
    constants.Holiday.mid_autumn_festival.value: _("Mid-Autumn Festival"),
}


@dataclass(frozen=True)
class Stretch:
    """Days in a row, all worked or all off. `why`: the holiday, or what people noted; "" where nobody said."""

    first: date
    last: date
    is_working: bool
    why: str

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def special_days(branch: Branch, stated: Iterable[CalendarDay], *, first: date, days: int) -> list[Stretch]:
    """Breaks with at least one day off that is no weekend, each as a whole, and worked weekends, day by day.

    `stated`: as for `working_days`; also of some days before `first` and after the last, for breaks that lie across.
    """
    rows = list(stated)
    calendar, notes = working_days(branch, rows), _notes(branch, rows)
    last = first + timedelta(days=days - 1)
    return list(_stretches(calendar, notes, first, last))


def _notes(branch: Branch, rows: list[CalendarDay]) -> dict[date, str]:
    """The nearest node's words count."""
    above = set(branch.path_and_above)
    own = sorted((one for one in rows if one.branch.path in above), key=lambda one: len(one.branch.path))
    return {one.day: one.note for one in own}


def _stretches(
    calendar: WorkingDays, notes: Mapping[date, str], first: date, last: date
) -> Iterator[Stretch]:
    day = first
    while day <= last:
        if not calendar.is_working(day):
            off = _break_from(calendar, notes, day)
            if _has_more_than_a_weekend(off):
                yield off
            day = off.last
        elif day.weekday() >= SATURDAY:
            yield Stretch(day, day, True, _why(calendar, notes, day))
        day += timedelta(days=1)


def _break_from(calendar: WorkingDays, notes: Mapping[date, str], day: date) -> Stretch:
    found = Stretch(day, day, False, _why(calendar, notes, day))
    # One that began before is shown from its beginning.
    while not calendar.is_working(before := found.first - timedelta(days=1)):
        found = replace(found, first=before, why=found.why or _why(calendar, notes, before))
    while not calendar.is_working(after := found.last + timedelta(days=1)):
        found = replace(found, last=after, why=found.why or _why(calendar, notes, after))
    return found


def _has_more_than_a_weekend(off: Stretch) -> bool:
    return any(
        (off.first + timedelta(days=number)).weekday() < SATURDAY for number in range(min(off.days, 7))
    )


def _why(calendar: WorkingDays, notes: Mapping[date, str], day: date) -> str:
    if day in notes:
        return notes[day]
    if calendar.calendar != Calendar.CHINA:
        return ""
    name = constants.holidays.get(day) or constants.workdays.get(day) or ""
    return str(NAMES.get(name, ""))
