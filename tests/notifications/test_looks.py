"""The planner's looks: in batches, each offer once, past what is locked or cannot be read, and anew after a change."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from branches.models import Branch, CalendarDay
from candidates.models import Candidate, Offer, OfferState
from notifications import looks
from notifications.looks import PUT_ASIDE, look_at_due
from notifications.models import ChannelStrategy, Message, Purpose, ReminderRule, Schedule, SendWindow
from notifications.plan import plan
from notifications.schedules import FIRST_LOOK_AFTER, look_again, look_soon
from notifications.states import State
from tests.factories import MessageFactory, OfferFactory
from tests.notifications.workers import own_connection

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 15, 2, tzinfo=UTC)  # a Sunday, 10:00 in Beijing
FIRST_DAY = datetime(2026, 3, 16, 1, tzinfo=UTC)
TOLD = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _sunday_at_ten() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def rule(db: None) -> ReminderRule:
    """The day before at ten: now."""
    return ReminderRule.objects.create(kind="one_day", anchor="first_day", amount=1, at=time(10))


def joining(branch: Branch, count: int = 1) -> list[Offer]:
    """People who said yes a fortnight ago and start tomorrow."""
    return [_joining(branch) for _ in range(count)]


def _joining(branch: Branch) -> Offer:
    offer = OfferFactory.create(branch=branch, onboarding_at=FIRST_DAY, state=OfferState.CONFIRMED)
    MessageFactory.create(
        offer=offer, state=State.DELIVERED, created_at=TOLD, due_at=TOLD, first_sent_at=TOLD, accepted_at=TOLD
    )
    return offer


def reminders() -> list[Message]:
    return list(Message.objects.filter(purpose=Purpose.ONE_DAY))


def look_at(offer: Offer) -> datetime | None:
    return Schedule.objects.get(pk=offer.pk).look_at


# --- A look --------------------------------------------------------------------------------------
def test_what_is_due_is_put_into_the_outbox_and_looked_at_soon(bj_cbd: Branch) -> None:
    [offer] = joining(bj_cbd)
    looked = look_at_due(at=NOW)
    [message] = reminders()
    assert (looked.offers, looked.planned, looked.tasks) == (1, 1, 0)
    assert (message.offer, message.due_at, message.channel) == (offer, NOW, "sms")
    assert message.reasons == ["preferred", "first_day:1"]
    assert message.priority == Message.Priority.REMINDER
    assert look_at(offer) == NOW + FIRST_LOOK_AFTER


def test_looking_twice_puts_nothing_twice(bj_cbd: Branch) -> None:
    [offer] = joining(bj_cbd)
    look_at_due(at=NOW)
    look_again(offer.pk)
    assert look_at_due(at=NOW).planned == 0
    assert len(reminders()) == 1


def test_nobody_is_looked_at_before_the_moment(bj_cbd: Branch) -> None:
    joining(bj_cbd)
    Schedule.objects.update(look_at=NOW + timedelta(minutes=1))
    look_at_due(at=NOW)  # what is stated is newer than the schedule
    Schedule.objects.update(look_at=NOW + timedelta(minutes=1))
    assert look_at_due(at=NOW).offers == 0


def test_an_unanswered_offer_is_handed_over_once(offer: Offer) -> None:
    offer.onboarding_at, offer.answer_by = FIRST_DAY, NOW
    offer.save()
    assert look_at_due(at=NOW).tasks == 1
    look_again(offer.pk)
    assert look_at_due(at=NOW).tasks == 0


def test_after_the_first_day_there_are_no_more_looks(bj_cbd: Branch) -> None:
    [offer] = joining(bj_cbd)
    with time_machine.travel(FIRST_DAY, tick=False):
        look_at_due(at=FIRST_DAY)
    assert look_at(offer) is None


# --- Many ----------------------------------------------------------------------------------------
def test_the_number_of_queries_does_not_grow_with_the_batch(bj_cbd: Branch) -> None:
    joining(bj_cbd)
    with CaptureQueriesContext(connection) as one:
        look_at_due(at=NOW)
    joining(bj_cbd, 12)
    with CaptureQueriesContext(connection) as twelve:
        assert look_at_due(at=NOW).planned == 12
    assert len(twelve) <= len(one)


def test_a_round_goes_through_all_batches(bj_cbd: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "BATCH", 2)
    joining(bj_cbd, 5)
    assert look_at_due(at=NOW).planned == 5


def test_a_round_ends_when_its_time_is_over(bj_cbd: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "ROUND_SECONDS", 0)
    monkeypatch.setattr(looks, "STALE_SECONDS", 0)
    joining(bj_cbd)
    assert look_at_due(at=NOW).offers == 0


@pytest.mark.django_db(transaction=True)
def test_an_offer_that_somebody_holds_is_passed_by_and_looked_at_afterwards(bj_cbd: Branch) -> None:
    held, other = joining(bj_cbd, 2)
    with transaction.atomic(), ThreadPoolExecutor(1) as planner:
        Offer.objects.select_for_update(no_key=True).get(pk=held.pk)
        assert planner.submit(_look_elsewhere).result() == 1
    assert [one.offer for one in reminders()] == [other]
    look_at_due(at=NOW)
    assert {one.offer for one in reminders()} == {held, other}


def _look_elsewhere() -> int:
    with own_connection():
        return look_at_due(at=NOW).offers


# --- What cannot be worked out -------------------------------------------------------------------
def test_a_person_whose_data_cannot_be_read_is_put_aside_and_holds_nobody_up(bj_cbd: Branch) -> None:
    lost, other = joining(bj_cbd, 2)
    with connection.cursor() as cursor:
        sql = f"UPDATE {Candidate._meta.db_table} SET name = 'lost' WHERE id = %s"  # noqa: S608
        cursor.execute(sql, [lost.candidate_id])
    assert look_at_due(at=NOW).planned == 1
    assert [one.offer_id for one in reminders()] == [other.pk]
    assert look_at(lost) == NOW + PUT_ASIDE


def test_a_branch_without_working_days_is_put_aside_and_holds_nobody_up(
    bj_cbd: Branch, sh_ljz: Branch
) -> None:
    SendWindow.objects.create(branch=bj_cbd, off_days="earlier")
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(120)]
    CalendarDay.objects.bulk_create([CalendarDay(branch=bj_cbd, day=day, is_working=False) for day in days])
    [idle], [other] = joining(bj_cbd), joining(sh_ljz)
    look_at_due(at=NOW)
    assert [one.offer for one in reminders()] == [other]
    assert look_at(idle) == NOW + PUT_ASIDE


# --- After a change ------------------------------------------------------------------------------
def test_a_changed_rule_is_looked_at_before_its_old_moment(bj_cbd: Branch, rule: ReminderRule) -> None:
    rule.at = time(18)
    rule.save()
    [offer] = joining(bj_cbd)
    look_at_due(at=NOW)
    assert look_at(offer) == NOW + timedelta(hours=8)
    rule.at = time(9)
    rule.save()
    assert look_at_due(at=NOW).planned == 1


def test_after_a_change_everybody_is_looked_at_once(bj_cbd: Branch, rule: ReminderRule) -> None:
    rule.delete()
    joining(bj_cbd, 3)
    look_at_due(at=NOW)
    ChannelStrategy.objects.create(channels=["sms"])
    assert look_at_due(at=NOW).offers == 3
    assert look_at_due(at=NOW).offers == 0


def _held(bj_cbd: Branch) -> Message:
    SendWindow.objects.create(branch=bj_cbd, opens_at=time(11), closes_at=time(21))
    [offer] = joining(bj_cbd)
    message = plan(offer=offer, purpose=Purpose.HR_CONTACT)
    assert message
    assert message.due_at == NOW + timedelta(hours=1)
    return message


@pytest.mark.parametrize(("opens", "due_after"), [(13, 3), (10, 0), (8, 0)])
def test_what_waits_for_the_window_moves_with_it(bj_cbd: Branch, opens: int, due_after: int) -> None:
    message = _held(bj_cbd)
    SendWindow.objects.update(opens_at=time(opens))
    look_at_due(at=NOW)
    message.refresh_from_db()
    assert message.due_at == NOW + timedelta(hours=due_after)


@pytest.mark.parametrize("tried", [{"tries": 1}, {"first_sent_at": NOW}, {"state": State.UNCERTAIN}])
def test_what_waits_for_its_next_try_keeps_its_moment(bj_cbd: Branch, tried: dict[str, Any]) -> None:
    message = _held(bj_cbd)
    Message.objects.filter(pk=message.pk).update(**tried)
    SendWindow.objects.update(opens_at=time(8))
    look_at_due(at=NOW)
    message.refresh_from_db()
    assert message.due_at == NOW + timedelta(hours=1)


# --- Asking for a look ---------------------------------------------------------------------------
def test_a_look_that_is_asked_for_comes_first(bj_cbd: Branch) -> None:
    [offer] = joining(bj_cbd)
    for before in (None, NOW - timedelta(hours=1), NOW + timedelta(days=1)):
        Schedule.objects.filter(pk=offer.pk).update(look_at=before)
        look_again(offer.pk)
        assert look_at(offer) == NOW


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, NOW + FIRST_LOOK_AFTER),
        (NOW + timedelta(days=1), NOW + FIRST_LOOK_AFTER),
        (NOW + timedelta(minutes=1), NOW + timedelta(minutes=1)),
    ],
)
def test_what_is_put_beside_the_planner_is_looked_at_soon_and_delays_no_look(
    bj_cbd: Branch, before: datetime | None, after: datetime
) -> None:
    [offer] = joining(bj_cbd)
    Schedule.objects.filter(pk=offer.pk).update(look_at=before)
    look_soon(offer.pk)
    assert look_at(offer) == after
