"""What is told ahead of time is what goes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branches.models import Branch
from candidates.models import Candidate, Offer, OfferState
from notifications.looks import look_at_due
from notifications.models import Purpose, ReminderRule, SendWindow
from notifications.plan import plan
from notifications.upcoming import Upcoming, upcoming, upcoming_of
from tests.factories import OfferFactory
from tests.notifications.played import Play
from tests.notifications.test_looks import FIRST_DAY, NOW, joining
from tests.notifications.when import Person, enter, publish_texts, state
from tests.notifications.when_cases import CASES

pytestmark = pytest.mark.django_db

BY_NAME = {case.name: case for case in CASES}
# After the last thing that happens in each, nothing comes otherwise than was told.
TOLD_AT = {
    "confirmed within the hour: only the first day is left to be reminded of": "03-02 10:31",
    "opened but not answered: it was read, and is still to be confirmed": "03-03 09:31",
    "time until the first day itself: reminded of that day without an answer": "03-05 09:01",
    "granted at once: answered, and reminded of the new day": "03-05 09:01",
    "pending across the three-day mark, then refused: what is left for the day that stands": "03-14 09:01",
    "Sunday's reminder goes out on Friday afternoon": "03-02 10:31",
    "later would be too late: then on the Friday before": "03-02 10:31",
    "the first day after National Day: both reminders on the last afternoon of September": "09-14 10:31",
    "counted in working days over Spring Festival, the worked Saturday among them": "02-05 10:31",
    "London, where the clocks go forward on the day before": "03-16 10:31",
    "one message a day: the second reminder waits for the next morning": "03-02 10:05",
    "a reminder that falls into the night goes out when the window opens": "03-02 22:05",
    "two days before, and nobody reacts: all of it in a day, then it is HR's": "03-14 10:05",
    "everything at once on short notice: one message a day all the same": "03-02 10:05",
}


@pytest.mark.parametrize("name", TOLD_AT)
def test_what_is_told_is_what_goes_out(name: str, bj_cbd: Branch) -> None:
    publish_texts()
    case = replace(BY_NAME[name])
    state(case, bj_cbd)
    game, told = Play(answers=dict(case.carriers)), list[str]()
    person = enter(case, bj_cbd, game)
    asked_at = case.moment(TOLD_AT[name])
    game.happens(asked_at, lambda: told.extend(_lines(person, upcoming_of(person.offer, at=timezone.now()))))
    game.until(case.first_day_at + timedelta(days=60), start=case.passed_at)
    assert told == [line for line in person.lines() if line > f"{asked_at:%m-%d %H:%M}"]


def _lines(person: Person, entries: list[Upcoming]) -> list[str]:
    zone = person.case.clocks
    told = [
        (one.at, f"{one.purpose} {channel}" if channel else "task")
        for one in entries
        for channel in one.channels or ("",)
    ]
    return [f"{at.astimezone(zone):%m-%d %H:%M} {what}" for at, what in sorted(told)]


# --- Of many -------------------------------------------------------------------------------------
@pytest.fixture
def sunday() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def rule(db: None) -> ReminderRule:
    return ReminderRule.objects.create(kind="the_day", anchor="first_day", amount=0, at=time(8))


@pytest.fixture
def looked_at(sunday: object, rule: ReminderRule, bj_cbd: Branch) -> Callable[[int], list[Offer]]:
    """So many people who start tomorrow and whom the planner has looked at."""
    return partial(_looked_at, bj_cbd)


def _looked_at(branch: Branch, count: int) -> list[Offer]:
    offers = joining(branch, count)
    look_at_due(at=NOW)
    return offers


def test_each_entry_says_what_when_by_which_way_and_why(looked_at: Callable[[int], list[Offer]]) -> None:
    [offer] = looked_at(1)
    [entry] = upcoming(Offer.objects.all(), at=NOW).entries
    assert (entry.offer, entry.at) == (offer, FIRST_DAY - timedelta(hours=1))
    assert (entry.purpose, entry.channels) == ("the_day", ("sms",))
    assert entry.reasons == ("preferred", "first_day:0")


def test_the_number_of_queries_does_not_grow(looked_at: Callable[[int], list[Offer]]) -> None:
    for count in (1, 9):
        looked_at(count)
        with CaptureQueriesContext(connection) as queries:
            coming = upcoming(Offer.objects.all(), at=NOW)
        assert len(queries) <= 6
    assert len(coming.entries) == 10


def test_what_comes_after_the_days_asked_for_is_left_out(looked_at: Callable[[int], list[Offer]]) -> None:
    looked_at(1)
    assert upcoming(Offer.objects.all(), at=NOW, days=0).entries == []


def test_more_than_fit_are_told_so(looked_at: Callable[[int], list[Offer]]) -> None:
    looked_at(3)
    all_of_it, some = (upcoming(Offer.objects.all(), at=NOW, limit=limit) for limit in (3, 2))
    assert (all_of_it.is_all, all_of_it.told) == (True, "")
    assert (some.is_all, some.offers, len(some.entries)) == (False, 2, 2)
    assert "2" in some.told


def test_what_waits_for_the_window_is_coming_too(sunday: object, bj_cbd: Branch) -> None:
    SendWindow.objects.create(branch=bj_cbd, opens_at=time(11), closes_at=time(21))
    [offer] = joining(bj_cbd)
    plan(offer=offer, purpose=Purpose.HR_CONTACT)
    [entry] = upcoming(Offer.objects.all(), at=NOW).entries
    assert (entry.purpose, entry.at, entry.channels) == ("hr_contact", NOW + timedelta(hours=1), ("sms",))
    assert "window" in entry.reasons


def test_a_task_for_hr_is_coming_without_a_channel(sunday: object, bj_cbd: Branch) -> None:
    OfferFactory.create(branch=bj_cbd, onboarding_at=FIRST_DAY, answer_by=NOW + timedelta(hours=5))
    [entry] = upcoming(Offer.objects.all(), at=NOW).entries
    assert (entry.purpose, entry.channels, entry.at) == ("hr_task", (), NOW + timedelta(hours=5))


def test_a_person_whose_data_cannot_be_read_is_left_out(looked_at: Callable[[int], list[Offer]]) -> None:
    lost, other = looked_at(2)
    with connection.cursor() as cursor:
        sql = f"UPDATE {Candidate._meta.db_table} SET name = 'lost' WHERE id = %s"  # noqa: S608
        cursor.execute(sql, [lost.candidate_id])
    assert [one.offer.pk for one in upcoming(Offer.objects.all(), at=NOW).entries] == [other.pk]


def test_nothing_comes_for_who_declined(looked_at: Callable[[int], list[Offer]]) -> None:
    [offer] = looked_at(1)
    offer.state, offer.answer_by = OfferState.DECLINED, datetime(2026, 3, 5, tzinfo=UTC)
    offer.save()
    assert upcoming(Offer.objects.all(), at=NOW).entries == []
