"""Receipts come in any order, more than once, too early and two at a time; the message ends where it must."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import permutations
from threading import Barrier

import pytest
from django.db import transaction

from candidates.models import Offer
from notifications.models import Message, Receipt
from notifications.planner import tick
from notifications.receipts import take_receipts
from notifications.states import RANK, State
from tests.factories import MessageFactory
from tests.notifications.twilio_receipts import receipt
from tests.notifications.workers import own_connection, somebody_waits_for_a_lock
from tests.sandbox.running import eventually
from tracking.models import Event, Kind, Progress, Stage

pytestmark = pytest.mark.django_db
SENT, DELIVERED, UNDELIVERED, READ = "sent", "delivered", "undelivered", "read"


@pytest.fixture
def message(offer: Offer) -> Message:
    """With the carrier, which has answered."""
    return MessageFactory.create(offer=offer, state=State.ACCEPTED, provider="twilio", reference="SM1")


def now_of(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def take(message: Message, *words: str) -> None:
    for word in words:
        code = "30005" if word == UNDELIVERED else ""
        take_receipts([receipt(message, word, code=code)])


# --- Order --------------------------------------------------------------------------------------
@pytest.mark.parametrize("words", [*permutations((SENT, UNDELIVERED, DELIVERED))])
def test_whatever_the_order_the_message_ends_in_the_same_state(message: Message, words: list[str]) -> None:
    take(message, *words)
    done = now_of(message)
    assert done.state == State.DELIVERED
    assert done.delivered_at is not None
    assert Receipt.objects.count() == 3
    assert Progress.objects.get(pk=message.offer_id).stage == Stage.DELIVERED


@pytest.mark.parametrize("outcome", [State.ACCEPTED, State.UNDELIVERED, State.DELIVERED, State.BOUNCED])
@pytest.mark.parametrize("state", State)
def test_a_receipt_only_ever_moves_a_message_up(message: Message, state: State, outcome: State) -> None:
    Message.objects.update(state=state)
    take_receipts([replace(receipt(message, "word"), outcome=outcome)])
    assert now_of(message).state == max(state, outcome, key=lambda one: (RANK[State(one)], one == state))


def test_a_delivery_is_dated_and_told_once(message: Message) -> None:
    take(message, DELIVERED)
    at = now_of(message).delivered_at
    take(message, READ)
    assert now_of(message).delivered_at == at
    assert Event.objects.filter(kind=Kind.DELIVERED).count() == 1


def test_a_report_tells_that_the_carrier_has_it_though_its_worker_died(message: Message) -> None:
    Message.objects.update(state=State.UNCERTAIN, reference="", accepted_at=None)
    take(message, SENT)
    done = now_of(message)
    assert (done.state, done.reference) == (State.ACCEPTED, "SM1")
    assert done.accepted_at is not None
    assert Progress.objects.get(pk=message.offer_id).stage == Stage.SENT


# --- Repeats ------------------------------------------------------------------------------------
@pytest.mark.parametrize("word", [SENT, DELIVERED, UNDELIVERED, "no such word"])
def test_a_repeat_changes_nothing(message: Message, word: str) -> None:
    take(message, word)
    before = [*Message.objects.order_by("pk").values(), *Receipt.objects.values(), *Event.objects.values()]
    take(message, word, word)
    after = [*Message.objects.order_by("pk").values(), *Receipt.objects.values(), *Event.objects.values()]
    assert [{**row, "facts": None} for row in after] == [{**row, "facts": None} for row in before]


# --- Failures -----------------------------------------------------------------------------------
def test_a_failure_is_told_with_its_reason_and_the_next_channel_starts(message: Message) -> None:
    take(message, UNDELIVERED)
    assert now_of(message).error_code == "30005"
    assert Event.objects.get(kind=Kind.FAILED).detail == "30005"
    assert [one.channel for one in Message.objects.exclude(pk=message.pk)] == ["email"]


def test_two_reported_failures_start_one_fallback(message: Message) -> None:
    take_receipts(
        [
            receipt(message, UNDELIVERED, code="30005"),
            receipt(message, UNDELIVERED, code="30006"),
            replace(receipt(message, "bounce"), outcome=State.BOUNCED),
        ]
    )
    assert now_of(message).state == State.BOUNCED
    assert Message.objects.count() == 2


def test_two_reported_failures_of_the_last_channel_are_one_for_hr(message: Message) -> None:
    message.offer.candidate.email = ""
    message.offer.candidate.save()
    for code in ("30005", "30006"):
        bounced = replace(receipt(message, f"bounce {code}", code=code), outcome=State.BOUNCED)
        take_receipts([receipt(message, UNDELIVERED, code=code), bounced])
    assert Event.objects.filter(kind=Kind.UNREACHABLE).count() == 1


def test_a_failure_after_a_late_delivery_starts_no_second_fallback(message: Message) -> None:
    message.offer.candidate.wechat_openid = "oHAIYUE1"  # a third channel is there
    message.offer.candidate.save()
    take(message, UNDELIVERED, DELIVERED)
    take_receipts([replace(receipt(message, "bounce"), outcome=State.BOUNCED)])
    assert Message.objects.count() == 2


def test_a_failure_reported_after_we_gave_up_starts_no_second_fallback(message: Message) -> None:
    Message.objects.update(state=State.EXPIRED)
    MessageFactory.create(offer=message.offer, channel="email")
    take(message, UNDELIVERED)
    assert now_of(message).state == State.UNDELIVERED
    assert Message.objects.count() == 2


# --- What cannot be applied ---------------------------------------------------------------------
def test_an_unknown_word_is_kept_and_moves_nothing(message: Message) -> None:
    take(message, "partially_delivered")
    assert now_of(message).state == State.ACCEPTED
    kept = message.receipts.get()
    assert (kept.word, kept.outcome, kept.raw) == (
        "partially_delivered",
        "",
        "MessageStatus=partially_delivered",
    )


def test_a_receipt_of_nothing_of_ours_is_kept_by_itself(message: Message) -> None:
    take_receipts([receipt(message, DELIVERED, by_reference="SM-of-somebody-else")])
    assert Receipt.objects.get().message is None
    assert now_of(message).state == State.ACCEPTED


def test_the_same_number_at_another_carrier_is_another_message(message: Message) -> None:
    take_receipts([replace(receipt(message, DELIVERED, by_reference="SM1"), provider="wechat")])
    assert Receipt.objects.get().message is None


# --- At the same time ---------------------------------------------------------------------------
def test_a_receipt_that_crossed_with_its_message_s_reference_is_applied_by_the_next_tick(
    message: Message,
) -> None:
    """Stored while the reference was not yet committed, and not seen by the batch that committed it."""
    Message.objects.update(reference="")
    take_receipts([receipt(message, DELIVERED, by_reference="SM1")])
    Message.objects.update(reference="SM1")
    assert tick(at=now_of(message).due_at)["matched"] == 1
    assert now_of(message).state == State.DELIVERED
    assert tick(at=now_of(message).due_at)["matched"] == 0


@pytest.mark.django_db(transaction=True)
def test_a_receipt_waits_for_the_one_before_it_and_sees_what_it_did(message: Message) -> None:
    def report_failure() -> None:
        with own_connection():
            take(message, UNDELIVERED)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            take(message, DELIVERED)
            failure = pool.submit(report_failure)
            eventually(somebody_waits_for_a_lock)
        failure.result()
    assert now_of(message).state == State.DELIVERED
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("words", [(DELIVERED, UNDELIVERED), (UNDELIVERED, UNDELIVERED), (SENT, DELIVERED)])
def test_two_receipts_at_once_are_applied_one_after_the_other(message: Message, words: list[str]) -> None:
    start = Barrier(2)

    def report(number: int, word: str) -> None:
        with own_connection():
            start.wait()
            take_receipts([receipt(message, word, code=f"3000{number}")])

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(report, number, word) for number, word in enumerate(words)]:
            done.result()
    expected = State.DELIVERED if DELIVERED in words else State.UNDELIVERED
    assert now_of(message).state == expected
    assert message.receipts.count() == 2
    assert Message.objects.exclude(pk=message.pk).count() <= 1
