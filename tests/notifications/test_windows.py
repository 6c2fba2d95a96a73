"""Send windows: what is open when, and where a message goes that falls outside of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from branches.models import Calendar
from branches.working_days import NoWorkingDay, WorkingDays
from notifications.windows import Place, Window

SHANGHAI, LONDON, NEW_YORK = map(ZoneInfo, ["Asia/Shanghai", "Europe/London", "America/New_York"])
CHINA, WEEKDAYS = WorkingDays(), WorkingDays(Calendar.WEEKDAYS)
OPEN = Window(SHANGHAI, CHINA)
DAYTIME = Window(SHANGHAI, CHINA, opens=time(8), closes=time(21))
EARLIER = Window(
    SHANGHAI, CHINA, opens=time(9), closes=time(18), off_days="earlier", slot=(time(15), time(17))
)
SAME_TIME = Window(SHANGHAI, CHINA, opens=time(9), closes=time(18), off_days="earlier")
LATER = Window(SHANGHAI, CHINA, opens=time(9), closes=time(18), off_days="later", slot=(time(10), time(11)))


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """ "03-14 10:00" of 2026, by the clocks of the zone."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=zone)


def placed(window: Window, wish: str, **limits: Any) -> tuple[str, str] | None:
    place = window.place(at(wish), **limits)
    return (f"{place.at.astimezone(SHANGHAI):%m-%d %H:%M}", place.moved) if place else None


# --- Open or not ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("window", "moment", "is_open"),
    [
        (OPEN, "03-15 03:00", True),
        (DAYTIME, "03-16 07:59", False),
        (DAYTIME, "03-16 08:00", True),
        (DAYTIME, "03-16 20:59", True),
        (DAYTIME, "03-16 21:00", False),
        (DAYTIME, "03-15 12:00", True),  # a Sunday, and nothing is said of days off
        (EARLIER, "03-15 12:00", False),
        (EARLIER, "02-28 12:00", True),  # a Saturday that is worked
        (LATER, "10-05 12:00", False),  # a Monday of National Day
    ],
)
def test_a_window_is_open_at_its_hours_on_its_days(window: Window, moment: str, is_open: bool) -> None:
    assert window.is_open(at(moment)) is is_open


@pytest.mark.parametrize(
    ("window", "moment", "opens"),
    [
        (DAYTIME, "03-16 12:00", "03-16 12:00"),
        (DAYTIME, "03-16 05:00", "03-16 08:00"),
        (DAYTIME, "03-16 22:00", "03-17 08:00"),
        (SAME_TIME, "03-13 18:00", "03-16 09:00"),  # Friday evening
        (LATER, "03-13 18:00", "03-16 10:00"),  # the stated time after days off
        (LATER, "03-12 18:00", "03-13 09:00"),  # and not after a night
        (LATER, "02-15 12:00", "02-24 10:00"),  # over Spring Festival
        (LATER, "02-14 19:00", "02-24 10:00"),
    ],
)
def test_the_next_opening(window: Window, moment: str, opens: str) -> None:
    assert window.next_open(at(moment)) == at(opens)


# --- Where a message goes ------------------------------------------------------------------------
@pytest.mark.parametrize("window", [OPEN, DAYTIME, EARLIER, LATER])
def test_what_falls_into_the_window_stays(window: Window) -> None:
    assert window.place(at("03-16 12:00")) == Place(at("03-16 12:00"))


def test_the_night_is_waited_for() -> None:
    assert placed(DAYTIME, "03-16 23:00", may_be_early=True) == ("03-17 08:00", "window")


def test_where_the_morning_is_too_late_it_is_just_before_closing() -> None:
    limits = {"latest": at("03-17 08:00"), "may_be_early": True}
    assert placed(DAYTIME, "03-16 23:00", **limits) == ("03-16 20:59", "window")
    assert placed(DAYTIME, "03-17 05:00", **limits) == ("03-16 20:59", "window")


def test_where_the_morning_is_too_late_and_it_must_not_be_early_there_is_no_room() -> None:
    assert placed(DAYTIME, "03-16 23:00", latest=at("03-17 08:00")) is None


def test_nothing_goes_out_before_what_it_follows() -> None:
    limits = {"latest": at("03-17 08:00"), "may_be_early": True}
    assert placed(DAYTIME, "03-16 23:00", not_before=at("03-16 20:59"), **limits) == ("03-16 20:59", "window")
    assert placed(DAYTIME, "03-16 23:00", not_before=at("03-16 21:00"), **limits) is None


@pytest.mark.parametrize("wish", ["03-14 10:00", "03-15 10:00", "03-15 23:00", "03-14 05:00"])
def test_earlier_is_the_stated_afternoon_of_the_last_working_day(wish: str) -> None:
    assert placed(EARLIER, wish, may_be_early=True) == ("03-13 15:00", "day_off:earlier")


@pytest.mark.parametrize(
    ("wish", "goes"),
    [("03-14 10:00", "03-13 10:00"), ("03-14 05:00", "03-13 09:00"), ("03-14 23:00", "03-13 17:59")],
)
def test_earlier_is_the_same_time_within_the_hours_where_no_afternoon_is_stated(wish: str, goes: str) -> None:
    assert placed(SAME_TIME, wish, may_be_early=True) == (goes, "day_off:earlier")


def test_what_must_not_be_early_is_later_where_others_are_earlier() -> None:
    assert placed(EARLIER, "03-14 10:00") == ("03-16 09:00", "day_off:later")


def test_what_would_be_earlier_than_it_may_is_later() -> None:
    limits = {"not_before": at("03-13 15:01"), "may_be_early": True}
    assert placed(EARLIER, "03-14 10:00", **limits) == ("03-16 09:00", "day_off:later")
    assert placed(EARLIER, "03-14 10:00", latest=at("03-16 09:00"), **limits) is None


def test_later_is_the_stated_morning_and_earlier_only_where_that_is_too_late() -> None:
    assert placed(LATER, "03-14 12:00", may_be_early=True) == ("03-16 10:00", "day_off:later")
    limits = {"latest": at("03-16 10:00"), "may_be_early": True}
    assert placed(LATER, "03-14 12:00", **limits) == ("03-13 10:00", "day_off:earlier")


def test_a_year_without_working_days_is_refused() -> None:
    idle = WorkingDays(
        stated={date.fromordinal(date(2026, 1, 1).toordinal() + day): False for day in range(365)}
    )
    with pytest.raises(NoWorkingDay):
        Window(SHANGHAI, idle, off_days="later").next_open(at("03-14 12:00"))


# --- Clocks that are put forward and back --------------------------------------------------------
def test_times_of_day_are_the_branchs_whatever_the_season() -> None:
    london = Window(LONDON, WEEKDAYS, opens=time(8), closes=time(21))
    assert london.at(date(2026, 3, 28), time(10)) == datetime(2026, 3, 28, 10, tzinfo=UTC)
    assert london.at(date(2026, 3, 29), time(10)) == datetime(2026, 3, 29, 9, tzinfo=UTC)
    assert london.next_open(at("03-28 22:00", LONDON)) == datetime(2026, 3, 29, 7, tzinfo=UTC)
    assert london.next_open(at("10-24 22:00", LONDON)) == datetime(2026, 10, 25, 8, tzinfo=UTC)


def test_a_time_that_does_not_exist_counts_by_the_clock_before() -> None:
    window = Window(NEW_YORK, WEEKDAYS, opens=time(2, 30), closes=time(21))
    assert window.next_open(at("03-08 01:00", NEW_YORK)) == at("03-08 03:30", NEW_YORK)
    assert not window.is_open(at("03-08 03:29", NEW_YORK))


def test_of_a_time_that_comes_twice_the_first_counts() -> None:
    window = Window(NEW_YORK, WEEKDAYS, opens=time(1, 30), closes=time(21))
    assert window.next_open(at("11-01 00:30", NEW_YORK)) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_a_day_of_23_or_25_hours_is_open_all_of_it() -> None:
    window = Window(LONDON, WEEKDAYS)
    for day in ("03-29", "10-25"):
        assert all(window.is_open(at(f"{day} {hour:02}:30", LONDON)) for hour in range(24))
    assert window.start_of(date(2026, 3, 30)) == datetime(2026, 3, 29, 23, tzinfo=UTC)


def test_a_window_of_half_a_minute_is_kept_to() -> None:
    moment = Window(SHANGHAI, CHINA, opens=time(9), closes=time(9, 0, 30))
    place = moment.place(at("03-16 20:00"), latest=at("03-16 23:00"), may_be_early=True)
    assert place
    assert moment.is_open(place.at)
