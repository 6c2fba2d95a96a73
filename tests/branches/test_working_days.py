"""Which days are worked: the official calendar with 调休, what people state beside it, and where the calendar ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from branches.models import Branch, Calendar, CalendarDay
from branches.special_days import Stretch, special_days
from branches.working_days import LONGEST_BREAK, NoWorkingDay, WorkingDays, known_years, working_days

CHINA, WEEKDAYS = WorkingDays(), WorkingDays(Calendar.WEEKDAYS)


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        (date(2026, 9, 20), True),  # a Sunday worked for National Day
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),  # a Wednesday
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # a Saturday worked for National Day
        (date(2026, 10, 11), False),  # an ordinary Sunday
        (date(2026, 2, 14), True),  # a Saturday worked for Spring Festival
        (date(2026, 2, 16), False),
    ],
)
def test_the_official_calendar_knows_holidays_and_the_weekends_worked_for_them(
    day: date, is_working: bool
) -> None:
    assert CHINA.is_working(day) == is_working
    assert WEEKDAYS.is_working(day) == (day.weekday() < 5)


def test_beyond_the_known_years_monday_to_friday_are_taken_as_worked() -> None:
    beyond = date(max(known_years()) + 1, 10, 1)
    assert not CHINA.is_known(beyond)
    assert WEEKDAYS.is_known(beyond)
    for number in range(14):
        day = beyond + timedelta(days=number)
        assert CHINA.is_working(day) == (day.weekday() < 5)


def test_working_days_are_counted_across_a_holiday() -> None:
    assert CHINA.before(date(2026, 10, 8), 1) == date(2026, 9, 30)
    assert CHINA.before(date(2026, 10, 12), 1) == date(2026, 10, 10)  # the worked Saturday
    assert CHINA.at_or_before(date(2026, 10, 4)) == date(2026, 9, 30)
    assert CHINA.at_or_after(date(2026, 10, 4)) == date(2026, 10, 8)
    assert CHINA.at_or_after(date(2026, 10, 10)) == date(2026, 10, 10)


def test_the_nearest_word_about_a_day_counts(bank: Branch, bj: Branch, bj_cbd: Branch, sh: Branch) -> None:
    day = date(2026, 12, 24)
    stated = [
        CalendarDay(branch=bj, day=day, is_working=True),
        CalendarDay(branch=bank, day=day, is_working=False),
    ]
    assert not working_days(bank, stated).is_working(day)
    assert not working_days(sh, stated).is_working(day)
    for branch in (bj, bj_cbd):
        assert working_days(branch, stated).is_working(day)


def test_a_break_without_end_is_refused_instead_of_searched_for_ever() -> None:
    closed = {date(2027, 1, 1) + timedelta(days=number): False for number in range(LONGEST_BREAK)}
    with pytest.raises(NoWorkingDay):
        WorkingDays(stated=closed).at_or_after(date(2027, 1, 1))


@given(
    day=st.dates(date(2004, 1, 1), date(2030, 12, 31)),
    count=st.integers(1, 30),
    stated=st.dictionaries(st.dates(date(2004, 1, 1), date(2030, 12, 31)), st.booleans(), max_size=20),
)
def test_so_many_working_days_before_a_day_are_so_many(
    day: date, count: int, stated: dict[date, bool]
) -> None:
    calendar = WorkingDays(stated=stated)
    found = calendar.before(day, count)
    between = [found + timedelta(days=number) for number in range((day - found).days)]
    assert calendar.is_working(found)
    assert sum(calendar.is_working(one) for one in between) == count


# --- What people are shown of it ----------------------------------------------------------------
def shown(
    branch: Branch, first: date, days: int = 60, stated: list[CalendarDay] | None = None
) -> list[Stretch]:
    with translation.override("en"):
        return special_days(branch, stated or [], first=first, days=days)


def test_national_day_is_one_break_with_its_worked_weekends(bank: Branch) -> None:
    national = Stretch(date(2026, 10, 1), date(2026, 10, 7), False, "National Day")
    assert shown(bank, date(2026, 9, 14), 30) == [
        Stretch(date(2026, 9, 20), date(2026, 9, 20), True, "National Day"),
        Stretch(date(2026, 9, 25), date(2026, 9, 27), False, "Mid-Autumn Festival"),
        national,
        Stretch(date(2026, 10, 10), date(2026, 10, 10), True, "National Day"),
    ]
    assert shown(bank, date(2026, 10, 4), 3) == [national]


def test_ordinary_weekends_are_nothing_special(bank: Branch) -> None:
    assert shown(bank, date(2026, 11, 25), 30) == []


def test_a_branch_by_the_week_shows_only_what_people_state(bank: Branch) -> None:
    bank.calendar = Calendar.WEEKDAYS
    stated = [CalendarDay(branch=bank, day=date(2026, 12, 25), note="行庆")]
    assert shown(bank, date(2026, 9, 20), 120, stated) == [
        Stretch(date(2026, 12, 25), date(2026, 12, 27), False, "行庆")
    ]
