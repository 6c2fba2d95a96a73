"""What the steps say beside their minute: by which ways, why, until when, and what they follow."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from branches.models import Branch
from candidates.models import Channel, Deferral, DeferralReason, Offer, OfferState
from notifications.models import ChannelStrategy, Message, Purpose, ReminderRule, SendWindow
from notifications.policy import Policy
from notifications.states import State
from notifications.steps import Outlook, Step, outlook
from notifications.stories import stories_of
from tests.factories import MessageFactory
from tracking import answers

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)  # a Monday, 10:00 in Beijing
FIRST_DAY = datetime(2026, 3, 16, 1, tzinfo=UTC)
DEADLINE = datetime(2026, 3, 5, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _monday_at_ten() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def told(offer: Offer) -> Offer:
    """The notice was taken by the carrier at this very moment."""
    offer.onboarding_at, offer.answer_by = FIRST_DAY, DEADLINE
    offer.save()
    said(offer, Purpose.PASS_NOTICE)
    return offer


def said(offer: Offer, purpose: str, **facts: Any) -> Message:
    usual = {"state": State.DELIVERED, "created_at": NOW, "first_sent_at": NOW, "accepted_at": NOW}
    values = {**usual, "provider": "twilio", **facts}
    return MessageFactory.create(offer=offer, purpose=purpose, **values)


def rule(kind: str, anchor: str, amount: int, **stated: Any) -> ReminderRule:
    at = {"at": time(10)} if anchor == "first_day" else {}
    return ReminderRule.objects.create(kind=kind, anchor=anchor, amount=amount, **at, **stated)


def strategy(**stated: Any) -> ChannelStrategy:
    return ChannelStrategy.objects.create(**{"channels": ["sms", "email"], **stated})


def seen(offer: Offer, *, at: datetime = NOW, usable: Collection[str] = Channel.values) -> Outlook:
    fresh = Offer.objects.select_related("progress").get(pk=offer.pk)
    policy = Policy.current()
    [story] = stories_of([fresh], policy).values()
    return outlook(story, policy, at=at, usable=usable)


def steps(offer: Offer, *, at: datetime = NOW) -> list[Step]:
    """Without the task for HR."""
    return [step for step in seen(offer, at=at).steps if step.purpose != "hr_task"]


# --- Why -----------------------------------------------------------------------------------------
def test_a_reminder_names_its_rule_and_the_reason_of_its_channel(told: Offer) -> None:
    rule("unread", "notice", 24)
    [step] = steps(told)
    assert [(way.channel, way.reason) for way in step.ways] == [("sms", "preferred")]
    assert step.reasons == ("notice:24",)
    assert (step.at, step.expires_at) == (NOW + DAY, DEADLINE)


def test_a_reminder_that_is_moved_says_so(told: Offer, bj_cbd: Branch) -> None:
    SendWindow.objects.create(branch=bj_cbd, opens_at=time(11), off_days="earlier")
    rule("unread", "notice", 24)
    rule("one_day", "first_day", 1)
    unread, one_day = steps(told)[0], _confirmed(told)[0]
    assert unread.reasons == ("notice:24", "window")
    assert one_day.reasons == ("first_day:1", "day_off:earlier")


def _confirmed(offer: Offer) -> list[Step]:
    offer.state = OfferState.CONFIRMED
    offer.save()
    return steps(offer)


def test_days_counted_as_working_days_are_named_so(told: Offer) -> None:
    rule("three_days", "first_day", 3, working_days=True)
    assert _confirmed(told)[0].reasons == ("first_working_day:3",)


def test_a_full_day_is_named(told: Offer, bj_cbd: Branch) -> None:
    SendWindow.objects.create(branch=bj_cbd, messages_a_day=1)
    rule("unread", "notice", 24)
    rule("unconfirmed", "notice", 25)
    first, second = steps(told)
    assert (first.purpose, first.reasons) == ("unread", ("notice:24",))
    assert (second.at, second.reasons) == (datetime(2026, 3, 4, 0, tzinfo=UTC), ("notice:25", "full_day"))


def test_the_task_names_its_rule_or_the_deadline(told: Offer) -> None:
    [task] = seen(told).steps
    assert (task.at, task.reasons, task.ways) == (DEADLINE, ("deadline:0",), ())
    rule("hr_task", "deadline", 12)
    [task] = seen(told).steps
    assert (task.at, task.reasons) == (DEADLINE - 12 * HOUR, ("deadline:12",))


# --- By which ways -------------------------------------------------------------------------------
def test_what_must_not_be_missed_goes_two_ways(told: Offer) -> None:
    strategy(on_two=True)
    rule("unread", "notice", 24)
    [step] = steps(told)
    assert [(way.channel, way.reason) for way in step.ways] == [("sms", "preferred"), ("email", "both")]


@pytest.mark.parametrize(
    ("state", "stated", "after"),
    [
        (State.ACCEPTED, {"no_receipt_minutes": 120}, "after:sms:no_receipt:120"),
        (State.DELIVERED, {"unopened_minutes": 90}, "after:sms:unopened:90"),
        (State.ACCEPTED, {"no_receipt_minutes": 120, "unopened_minutes": 90}, "after:sms:unopened:90"),
    ],
)
def test_the_next_channel_names_what_it_follows(
    told: Offer, state: State, stated: dict[str, int], after: str
) -> None:
    strategy(**stated)
    told.messages.update(state=state)
    [step] = steps(told)
    assert [(way.channel, way.reason) for way in step.ways] == [("email", after)]
    assert step.at == NOW + timedelta(minutes=int(after.rpartition(":")[2]))
    assert step.follows == told.messages.get()
    assert step.occurrence == "1"


@pytest.mark.parametrize("state", [State.PLANNED, State.SENDING, State.UNCERTAIN])
def test_what_is_still_on_its_way_is_waited_for(told: Offer, state: State) -> None:
    strategy(no_receipt_minutes=10, unopened_minutes=10)
    told.messages.update(state=state)
    assert steps(told, at=NOW + DAY) == []


def test_after_the_last_channel_there_is_none(told: Offer) -> None:
    strategy(unopened_minutes=120)
    said(told, Purpose.PASS_NOTICE, channel=Channel.EMAIL)
    assert steps(told) == []


def test_an_opened_page_is_a_receipt_for_what_went_out_before_it(told: Offer) -> None:
    strategy(no_receipt_minutes=120)
    told.messages.update(state=State.ACCEPTED)
    answers.mark_opened(offer=told, channel="sms")
    assert steps(told) == []
    said(told, Purpose.CHANGE_OF_FACTS, state=State.ACCEPTED, accepted_at=NOW + HOUR, created_at=NOW + HOUR)
    assert [step.purpose for step in steps(told, at=NOW + HOUR)] == ["change_of_facts"]


def test_nothing_is_coming_while_a_wish_for_another_day_is_pending(told: Offer) -> None:
    strategy(unopened_minutes=120)
    rule("unconfirmed", "notice", 24)
    rule("three_days", "first_day", 3)
    assert len(steps(told)) == 2  # the next channel, and the reminder to answer
    Deferral.objects.create(
        offer=told, before=FIRST_DAY, wanted=FIRST_DAY + DAY, reason=DeferralReason.HEALTH
    )
    assert seen(told).steps == []


def test_facts_that_were_told_anew_are_not_told_by_the_old_notice(told: Offer) -> None:
    strategy(unopened_minutes=120)
    said(told, Purpose.CHANGE_OF_FACTS, created_at=NOW + HOUR, accepted_at=NOW + HOUR)
    assert [step.purpose for step in steps(told, at=NOW + HOUR)] == ["change_of_facts"]


# --- Looks ---------------------------------------------------------------------------------------
def test_the_next_look_is_the_next_step_and_in_the_end_the_first_day(told: Offer) -> None:
    rule("unread", "notice", 24)
    assert seen(told).look_at == NOW + DAY
    told.state = OfferState.CONFIRMED
    told.save()
    assert seen(told).look_at == FIRST_DAY
    assert seen(told, at=FIRST_DAY).look_at is None


def test_what_is_on_its_way_is_looked_at_soon(told: Offer) -> None:
    told.messages.update(state=State.SENDING)
    assert seen(told).look_at == NOW + timedelta(minutes=10)


def test_a_withdrawn_offer_is_looked_at_for_its_withdrawal_alone(told: Offer) -> None:
    strategy(no_receipt_minutes=120)
    rule("unread", "notice", 24)
    told.state = OfferState.WITHDRAWN
    told.save()
    assert seen(told) == Outlook()
    said(told, Purpose.WITHDRAWAL, state=State.ACCEPTED)
    withdrawn = seen(told)
    assert [(step.purpose, step.ways[0].channel) for step in withdrawn.steps] == [("withdrawal", "email")]
    assert withdrawn.look_at == NOW + 2 * HOUR


def test_who_has_not_answered_by_the_first_day_is_handed_over(told: Offer) -> None:
    told.answer_by = FIRST_DAY + DAY
    told.save()
    assert [step.purpose for step in seen(told, at=FIRST_DAY).steps] == ["hr_task"]


# --- Out of reach --------------------------------------------------------------------------------
def test_what_no_channel_can_carry_when_it_is_due_is_looked_at_again_while_it_is_of_use(told: Offer) -> None:
    rule("unread", "notice", 24)
    due = NOW + DAY
    without = seen(told, at=due, usable=[])
    assert [step.purpose for step in without.steps if step.purpose != "hr_task"] == []
    assert without.look_at == due + HOUR
    assert [step.at for step in steps(told, at=due + HOUR)] == [due + HOUR]
    assert seen(told, at=DEADLINE, usable=[]).look_at != DEADLINE + HOUR
