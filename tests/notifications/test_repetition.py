"""What failed and reached nobody, and how it is said once more: wanted, asked for, and never doubled."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from branches.models import User
from candidates.models import Candidate, Offer, OfferState
from notifications.channels import TRANSPORTS
from notifications.channels.base import TransportError
from notifications.models import Attempt, DeadLetter, Message, Purpose
from notifications.outbox import Tried, claim, finish
from notifications.repetition import NotRepeated, WhyNot, say_again
from notifications.states import FAILED, State
from tests.factories import MessageFactory, published
from tests.notifications.workers import own_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def dead(offer: Offer) -> Message:
    """The pass notice, refused on the only channel that was tried."""
    return MessageFactory.create(offer=offer, state=State.REJECTED, error_code="30003", facts='{"a": 1}')


def dead_letters() -> set[UUID]:
    return set(DeadLetter.objects.values_list("pk", flat=True))


def refusal(message: Message) -> WhyNot:
    with pytest.raises(NotRepeated) as refused:
        say_again(message.pk, by=None)
    return refused.value.why


# --- Which messages these are ---------------------------------------------------------------------
@pytest.mark.parametrize("state", State.values)
def test_what_failed_is_dead_unless_another_channel_reached_the_person_or_may_still(
    offer: Offer, dead: Message, state: str
) -> None:
    MessageFactory.create(offer=offer, channel="email", state=state)
    assert (dead.pk in dead_letters()) == (state in {*FAILED, State.SKIPPED})


def test_another_purpose_or_person_says_nothing_about_it(
    offer: Offer, dead: Message, sh_offer: Offer
) -> None:
    MessageFactory.create(offer=offer, purpose=Purpose.THE_DAY, channel="email", state=State.DELIVERED)
    MessageFactory.create(offer=sh_offer, channel="email", state=State.DELIVERED)
    assert dead_letters() == {dead.pk}


@pytest.mark.parametrize(("purpose", "hidden"), [(Purpose.PASS_NOTICE, True), (Purpose.HR_REPLY, False)])
def test_what_was_said_later_replaces_it_unless_each_says_something_of_its_own(
    offer: Offer, purpose: Purpose, hidden: bool
) -> None:
    dead = MessageFactory.create(offer=offer, purpose=purpose, state=State.BOUNCED)
    MessageFactory.create(offer=offer, purpose=purpose, occurrence="2", state=State.DELIVERED)
    assert (dead.pk not in dead_letters()) == hidden


# --- Once more ------------------------------------------------------------------------------------
def test_it_is_planned_anew_on_its_own_channel_with_its_facts(offer: Offer, dead: Message, hq: User) -> None:
    again = say_again(dead.pk, by=hq)
    kept = Message.objects.get(pk=again.pk)
    assert (kept.occurrence, kept.channel, kept.state, kept.tries) == ("1~r1", "sms", State.PLANNED, 0)
    assert (kept.purpose, kept.facts) == (dead.purpose, dead.facts)
    assert kept.due_at <= timezone.now()
    assert Message.objects.get(pk=dead.pk).state == State.REJECTED


def test_asking_twice_plans_once(dead: Message) -> None:
    say_again(dead.pk, by=None)
    assert refusal(dead) == WhyNot.NOT_DEAD
    assert Message.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("channels", [("sms", "sms"), ("sms", "email")])
def test_two_people_asking_at_once_plan_once(offer: Offer, dead: Message, channels: tuple[str, str]) -> None:
    """Both for the same row, or each for another channel of the same notice."""
    MessageFactory.create(offer=offer, channel="email", state=State.BOUNCED)
    ids = [Message.objects.get(channel=channel).pk for channel in channels]
    together = Barrier(2)

    def ask(message_id: UUID) -> bool:
        with own_connection():
            together.wait()
            try:
                say_again(message_id, by=None)
            except NotRepeated:
                return False
            return True

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(ask, ids)) == [False, True]
    assert Message.objects.filter(occurrence="1~r1").count() == 1


def test_a_repetition_that_fails_too_can_be_repeated_and_stands_alone_in_the_list(
    offer: Offer, dead: Message
) -> None:
    for number in (1, 2, 3):
        again = say_again(dead.pk, by=None)
        assert again.occurrence == f"1~r{number}"
        assert dead_letters() == set()
        Message.objects.filter(pk=again.pk).update(state=State.UNDELIVERED)
        assert dead_letters() == {again.pk}
        dead = again


def test_a_repetition_falls_back_to_the_next_channel_when_it_is_refused(offer: Offer, dead: Message) -> None:
    published()
    again = say_again(dead.pk, by=None)
    batch = claim(transport=TRANSPORTS["twilio"], limit=1)
    refused = TransportError("refused", code="21211", permanent=True)
    finish(lease=batch.lease, tried=[Tried(again.pk, refused, timezone.now(), 5)])
    assert Message.objects.get(state=State.PLANNED).channel == "email"
    assert Message.objects.get(state=State.PLANNED).occurrence == "1~r1"
    assert dead_letters() == set()


def test_where_its_channel_is_closed_the_first_that_reaches_the_person_is_taken(
    offer: Offer, dead: Message
) -> None:
    Candidate.objects.update(phone="")
    assert say_again(dead.pk, by=None).channel == "email"


def test_nobody_is_told_what_is_no_longer_true(offer: Offer, dead: Message) -> None:
    Offer.objects.update(state=OfferState.WITHDRAWN)
    assert refusal(dead) == WhyNot.UNWANTED
    assert Message.objects.count() == 1


def test_without_a_channel_nothing_is_planned(offer: Offer, dead: Message) -> None:
    Candidate.objects.update(phone="", email="")
    assert refusal(dead) == WhyNot.NO_CHANNEL


def test_what_the_carrier_may_have_goes_out_again_only_where_somebody_takes_that_upon_them(
    offer: Offer, dead: Message
) -> None:
    now = timezone.now()
    Message.objects.update(state=State.EXPIRED)
    Attempt.objects.create(message=dead, provider="twilio", at=now, outcome=State.UNCERTAIN)
    assert refusal(dead) == WhyNot.MAY_BE_OUT
    assert say_again(dead.pk, by=None, also_uncertain=True).occurrence == "1~r1"


def test_a_refusal_after_an_uncertain_try_is_certain(offer: Offer, dead: Message) -> None:
    Attempt.objects.create(message=dead, provider="twilio", at=timezone.now(), outcome=State.UNCERTAIN)
    assert say_again(dead.pk, by=None)


def test_what_reached_the_person_after_all_is_not_repeated(offer: Offer, dead: Message) -> None:
    """The list was open for a while."""
    Message.objects.filter(pk=dead.pk).update(state=State.DELIVERED)
    assert refusal(dead) == WhyNot.NOT_DEAD


def test_a_repetition_is_not_sent_once_a_late_receipt_says_that_the_first_did_arrive(
    offer: Offer, dead: Message
) -> None:
    published(Purpose.PASS_NOTICE)
    again = say_again(dead.pk, by=None)
    Message.objects.filter(pk=dead.pk).update(state=State.DELIVERED)
    assert claim(transport=TRANSPORTS["twilio"], limit=10).envelopes == []
    again.refresh_from_db()
    assert again.state == State.SKIPPED


def test_another_occurrence_that_arrived_holds_no_repetition_back(offer: Offer) -> None:
    published(Purpose.PASS_NOTICE)
    MessageFactory.create(offer=offer, occurrence="1~r1")
    MessageFactory.create(offer=offer, occurrence="11", channel="email", state=State.DELIVERED)
    assert len(claim(transport=TRANSPORTS["twilio"], limit=10).envelopes) == 1


def test_a_reminder_whose_day_is_over_is_not_repeated(dead: Message) -> None:
    Message.objects.filter(pk=dead.pk).update(expires_at=timezone.now())
    assert refusal(dead) == WhyNot.UNWANTED


def test_the_list_is_read_by_its_own_index(offer: Offer) -> None:
    since = timezone.now() - timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a table of no rows would be read whole
    plan = DeadLetter.objects.filter(created_at__gte=since).order_by("-created_at", "-pk")[:50].explain()
    assert "message_failed" in plan, plan
