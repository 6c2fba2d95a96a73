"""Headquarters enters holidays in one go, and is told when the official calendar of a near year is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from branches.calendar_days import LOOKED_AHEAD, UnknownYear, last_known_year, unknown_years
from branches.models import Branch, Calendar, CalendarDay
from tests.notifications.admin_pages import as_auditor, as_hq, page

__all__ = ["as_auditor", "as_hq"]
NEXT_YEAR = last_known_year() + 1
LATE_IN_THE_YEAR = date(last_known_year(), 11, 25)


def form(branch: Branch, first: str, last: str = "", **changes: Any) -> dict[str, Any]:
    return {"branch": branch.pk, "day": first, "last": last, "note": "春节"} | changes


def errors(answer: Any) -> set[str]:
    return set() if answer.context is None else set(answer.context["adminform"].form.errors)


def test_a_holiday_is_entered_from_its_first_day_to_its_last(as_hq: Client, bank: Branch) -> None:
    answer = as_hq.post(page(CalendarDay, "add"), form(bank, "2027-02-05", "2027-02-11"))
    assert answer.status_code == 302
    days = CalendarDay.objects.order_by("day")
    assert [one.day.day for one in days] == [5, 6, 7, 8, 9, 10, 11]
    assert {(one.is_working, one.note, one.branch) for one in days} == {(False, "春节", bank)}


def test_one_day_needs_no_last_day(as_hq: Client, bank: Branch) -> None:
    as_hq.post(page(CalendarDay, "add"), form(bank, "2027-02-20", is_working="on"))
    assert CalendarDay.objects.get().is_working


def test_what_is_said_already_is_kept_and_what_is_said_otherwise_is_told(as_hq: Client, bank: Branch) -> None:
    there = CalendarDay.objects.create(branch=bank, day=date(2027, 2, 5), note="除夕")
    as_hq.post(page(CalendarDay, "add"), form(bank, "2027-02-05", "2027-02-07"))
    assert CalendarDay.objects.count() == 3
    assert CalendarDay.objects.get(day=there.day).note == "除夕"
    again = as_hq.post(page(CalendarDay, "add"), form(bank, "2027-02-07", "2027-02-08", is_working="on"))
    assert errors(again) == {"day"}
    assert "2027-02-07" in again.content.decode()
    assert CalendarDay.objects.count() == 3


@pytest.mark.parametrize(
    ("field", "first", "last"),
    [
        ("last", "2027-02-05", "2027-02-04"),
        ("last", "2027-02-01", "2027-03-04"),
        ("day", "0027-02-05", ""),
        ("day", "soon", ""),
    ],
)
def test_what_is_wrong_is_told_at_the_field(
    as_hq: Client, bank: Branch, field: str, first: str, last: str
) -> None:
    assert errors(as_hq.post(page(CalendarDay, "add"), form(bank, first, last))) == {field}
    assert not CalendarDay.objects.exists()


def test_nobody_closes_for_sixty_days(as_hq: Client, bank: Branch, bj: Branch) -> None:
    for first, last in (("2027-01-01", "2027-01-31"), ("2027-02-01", "2027-02-28")):
        assert as_hq.post(page(CalendarDay, "add"), form(bank, first, last)).status_code == 302
    answer = as_hq.post(page(CalendarDay, "add"), form(bj, "2027-03-01", "2027-03-05"))
    assert errors(answer) == {"last"}
    assert "BJ" in answer.content.decode()
    assert CalendarDay.objects.count() == 59


def test_one_day_is_changed_and_not_stated_twice(as_hq: Client, bank: Branch) -> None:
    first = CalendarDay.objects.create(branch=bank, day=date(2027, 2, 5))
    CalendarDay.objects.create(branch=bank, day=date(2027, 2, 6))
    change = page(CalendarDay, "change", first.pk)
    assert errors(as_hq.post(change, form(bank, "2027-02-06"))) == {"day"}
    assert as_hq.post(change, form(bank, "2027-02-05", is_working="on", note="调休")).status_code == 302
    first.refresh_from_db()
    assert (first.is_working, first.note) == (True, "调休")


def test_the_auditor_reads_the_days(as_auditor: Client, bank: Branch) -> None:
    day = CalendarDay.objects.create(branch=bank, day=date(2027, 2, 5))
    assert as_auditor.get(page(CalendarDay)).status_code == 200
    assert 'name="_save"' not in as_auditor.get(page(CalendarDay, "change", day.pk)).content.decode()
    assert as_auditor.get(page(CalendarDay, "add")).status_code == 403


# --- The official calendar ends -----------------------------------------------------------------
def test_a_near_year_without_a_calendar_is_known_to_be_missing(bank: Branch) -> None:
    assert unknown_years(today=LATE_IN_THE_YEAR) == [UnknownYear(NEXT_YEAR, stated=0)]
    assert unknown_years(today=date(NEXT_YEAR - 1, 1, 1)) == []
    assert LOOKED_AHEAD == 90
    assert unknown_years(today=date(NEXT_YEAR - 1, 10, 2)) == []
    assert unknown_years(today=date(NEXT_YEAR - 1, 10, 3)) == [UnknownYear(NEXT_YEAR, stated=0)]


def test_a_branch_that_works_by_the_week_misses_nothing(bank: Branch, bj: Branch) -> None:
    bj.calendar = Calendar.WEEKDAYS
    assert unknown_years(today=LATE_IN_THE_YEAR, branch=bj) == []
    Branch.objects.update(calendar=Calendar.WEEKDAYS)
    assert unknown_years(today=LATE_IN_THE_YEAR) == []


def test_days_entered_by_hand_are_counted_where_they_count(bank: Branch, bj: Branch, sh: Branch) -> None:
    CalendarDay.objects.create(branch=bj, day=date(NEXT_YEAR, 1, 1))
    assert unknown_years(today=LATE_IN_THE_YEAR, branch=bj) == [UnknownYear(NEXT_YEAR, stated=1)]
    for elsewhere in (sh, None):
        assert unknown_years(today=LATE_IN_THE_YEAR, branch=elsewhere) == [UnknownYear(NEXT_YEAR, stated=0)]
    CalendarDay.objects.create(branch=bank, day=date(NEXT_YEAR, 1, 1))
    assert unknown_years(today=LATE_IN_THE_YEAR) == [UnknownYear(NEXT_YEAR, stated=1)]
    assert unknown_years(today=LATE_IN_THE_YEAR, branch=bj) == [UnknownYear(NEXT_YEAR, stated=1)]


@pytest.mark.parametrize("where", ["front", "list"])
def test_headquarters_is_warned_until_days_are_entered(as_hq: Client, bank: Branch, where: str) -> None:
    address = reverse("admin:index") if where == "front" else page(CalendarDay)
    # Not so late that the session would have run out.
    with time_machine.travel(datetime(NEXT_YEAR - 1, 11, 25, 12, tzinfo=UTC), tick=False):
        assert '<p class="front-alert" role="status">' in as_hq.get(address).content.decode()
        CalendarDay.objects.create(branch=bank, day=date(NEXT_YEAR, 1, 1))
        shown = as_hq.get(address).content.decode()
    assert "front-alert" not in shown
    assert f"{NEXT_YEAR}" in shown
