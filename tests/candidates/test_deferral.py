"""Which policy counts, what stands against a day, and which days are granted at once."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from branches.models import Branch, Calendar
from branches.working_days import WorkingDays
from candidates.deferral import Grounds, Obstacle, at_same_time, obstacles, policy_for, possible_days
from candidates.models import DeferralPolicy

HQ, BJ, CBD, SH = (
    Branch(code=code, path=path)
    for code, path in (("HQ", "0001"), ("BJ", "00010001"), ("CBD", "000100010001"), ("SH", "00010002"))
)
MONDAY = date(2026, 3, 2)
FIRST_DAY = date(2026, 3, 9)  # a Monday


def policy(branch: Branch = CBD, category: str = "", **stated: Any) -> DeferralPolicy:
    return DeferralPolicy(branch=branch, category=category, **stated)


def grounds(**stated: Any) -> Grounds:
    given = {
        "policy": policy(),
        "working": WorkingDays(),
        "today": MONDAY,
        "first_day": FIRST_DAY,
        "offered_at_first": FIRST_DAY,
    }
    return Grounds(**{**given, **stated})


# --- The policy that counts ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("stated", "counts"),
    [
        ([(HQ, ""), (BJ, ""), (CBD, "")], (CBD, "")),
        ([(HQ, "campus"), (BJ, "")], (BJ, "")),
        ([(BJ, ""), (BJ, "campus")], (BJ, "campus")),
        ([(CBD, "intern"), (BJ, "")], (BJ, "")),
        ([(SH, ""), (SH, "campus")], None),
        ([], None),
    ],
)
def test_the_nearest_node_counts_and_there_the_category_before_all(
    stated: list[tuple[Branch, str]], counts: tuple[Branch, str] | None
) -> None:
    found = policy_for(CBD, "campus", [policy(branch, category) for branch, category in stated])
    assert (found and (found.branch, found.category)) == counts


def test_a_branch_is_not_ruled_by_one_below_it() -> None:
    assert policy_for(BJ, "campus", [policy(CBD)]) is None


# --- What stands against a day ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("wanted", "stated", "found"),
    [
        (date(2026, 3, 16), {}, []),
        (FIRST_DAY, {}, [Obstacle.TOO_EARLY]),
        (date(2026, 3, 4), {}, [Obstacle.TOO_EARLY]),
        # The first day is over: not before tomorrow.
        (date(2026, 3, 12), {"today": date(2026, 3, 12)}, [Obstacle.TOO_EARLY]),
        (date(2026, 3, 14), {}, [Obstacle.DAY_OFF]),
        (date(2026, 4, 6), {}, [Obstacle.DAY_OFF]),  # 清明节, a Monday
        (date(2026, 4, 8), {}, []),
        (date(2026, 4, 9), {}, [Obstacle.TOO_LATE]),
        (date(2026, 3, 17), {"policy": policy(weekdays=[0])}, [Obstacle.WEEKDAY]),
        (date(2026, 3, 16), {"policy": policy(weekdays=[0])}, []),
        (date(2026, 3, 16), {"policy": policy(at_once=False)}, [Obstacle.BY_HAND]),
        (date(2026, 3, 16), {"policy": None}, [Obstacle.NO_POLICY]),
        (date(2026, 3, 16), {"times_granted": 1}, [Obstacle.TOO_OFTEN]),
        (date(2026, 3, 16), {"times_granted": 1, "policy": policy(times=2)}, []),
        (
            date(2026, 3, 16),
            {"policy": policy(places_a_day=2), "taken": {date(2026, 3, 16): 2}},
            [Obstacle.FULL],
        ),
        (date(2026, 3, 16), {"policy": policy(places_a_day=2), "taken": {date(2026, 3, 16): 1}}, []),
        (date(2026, 3, 16), {"taken": {date(2026, 3, 16): 99}}, []),
        (
            date(2026, 5, 9),
            {"policy": policy(weekdays=[0], at_once=False)},
            [Obstacle.TOO_LATE, Obstacle.WEEKDAY, Obstacle.BY_HAND],  # a Saturday worked for 劳动节
        ),
    ],
)
def test_what_stands_against_a_day(wanted: date, stated: dict[str, Any], found: list[Obstacle]) -> None:
    assert obstacles(wanted, grounds(**stated)) == found


def test_a_year_whose_calendar_nobody_knows_is_not_promised_by_a_rule() -> None:
    """Unless somebody has stated the day, or the branch works Monday to Friday whatever is announced."""
    new_year = date(2099, 1, 1)
    asked = grounds(
        today=date(2098, 12, 1), first_day=date(2098, 12, 18), offered_at_first=date(2098, 12, 18)
    )
    assert obstacles(new_year, asked) == [Obstacle.UNKNOWN_DAY]
    stated = WorkingDays(stated={new_year: True})
    assert obstacles(new_year, replace(asked, working=stated)) == []
    assert obstacles(new_year, replace(asked, working=WorkingDays(Calendar.WEEKDAYS))) == []


def test_the_latest_day_counts_from_the_day_that_was_offered_at_first() -> None:
    once_moved = grounds(
        policy=policy(times=2, latest_days=14), first_day=date(2026, 3, 20), offered_at_first=FIRST_DAY
    )
    assert obstacles(date(2026, 3, 23), once_moved) == []
    assert obstacles(date(2026, 3, 24), once_moved) == [Obstacle.TOO_LATE]


# --- Days to choose from ------------------------------------------------------------------------
def test_the_days_offered_are_the_next_ones_a_rule_grants() -> None:
    asked = grounds(
        policy=policy(places_a_day=1, weekdays=[0, 1]),
        taken={date(2026, 3, 10): 1},
        working=WorkingDays(stated={date(2026, 3, 17): False}),
    )
    days = possible_days(asked, limit=4)
    assert days == [date(2026, 3, 16), date(2026, 3, 23), date(2026, 3, 24), date(2026, 3, 30)]
    assert not [day for day in days if obstacles(day, asked)]


@pytest.mark.parametrize(
    "stated",
    [
        {"policy": None},
        {"policy": policy(at_once=False)},
        {"times_granted": 1},
        {"policy": policy(latest_days=0)},
    ],
)
def test_no_day_is_offered_where_none_would_be_granted(stated: dict[str, Any]) -> None:
    assert possible_days(grounds(**stated)) == []


def test_at_most_ten_days_are_offered() -> None:
    assert len(possible_days(grounds())) == 10


def test_the_time_of_day_stays_by_the_clocks_of_the_branch() -> None:
    """Also where they are put forward in between."""
    berlin = ZoneInfo("Europe/Berlin")
    moved = at_same_time(datetime(2026, 3, 27, 8, tzinfo=UTC), date(2026, 3, 30), zone=berlin)
    assert moved == datetime(2026, 3, 30, 9, tzinfo=berlin)
    assert moved.astimezone(UTC).hour == 7
