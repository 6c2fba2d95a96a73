"""Many receipts at once: in one request, in requests at the same time, and before anybody knows their message."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from branches.models import Branch
from candidates.models import Offer
from notifications import arrivals
from notifications.arrivals import take_arrived
from notifications.channels.base import ParsedReceipt
from notifications.models import Message, Receipt
from notifications.planner import tick
from notifications.receipts import apply_waiting, take_receipts
from notifications.states import State
from tests.factories import MessageFactory, OfferFactory
from tests.notifications.twilio_receipts import receipt
from tests.notifications.workers import own_connection, somebody_waits_for_a_lock
from tests.sandbox.running import eventually
from tracking.models import Event, Kind, Progress, Stage

pytestmark = pytest.mark.django_db


def people(branch: Branch, count: int, **values: Any) -> list[Message]:
    """So many messages that Twilio has, each of another person."""
    known = {"state": State.ACCEPTED, "provider": "twilio", **values}
    return [
        MessageFactory.create(
            offer=OfferFactory.create(branch=branch), **{"reference": f"SM{number}", **known}
        )
        for number in range(count)
    ]


def about(message: Message, word: str, *, named: bool = True) -> ParsedReceipt:
    """By our id, or by the carrier's number alone."""
    told = receipt(message, word, code="30003" if word == "undelivered" else "")
    number = f"SM-{message.pk}" if named else message.reference
    key = f"{number}:{word}"
    return replace(told, key=key, reference=number, message_id=message.pk if named else None)


def states() -> dict[Any, str]:
    return dict(Message.objects.values_list("pk", "state"))


def statements(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        work()
    return len(captured)


# --- In one request -----------------------------------------------------------------------------
def test_a_hundred_receipts_take_as_many_statements_as_one(bj_cbd: Branch) -> None:
    messages = people(bj_cbd, 101)
    one = statements(lambda: take_receipts([about(messages[0], "delivered")]))
    hundred = statements(lambda: take_receipts([about(message, "delivered") for message in messages[1:]]))
    assert hundred == one <= 10
    assert set(states().values()) == {State.DELIVERED}
    assert Progress.objects.filter(stage=Stage.DELIVERED).count() == 101
    assert Event.objects.filter(kind=Kind.DELIVERED).count() == 101


def test_a_report_of_what_is_known_already_is_stored_and_writes_nothing_else(bj_cbd: Branch) -> None:
    [message] = people(bj_cbd, 1, accepted_at="2026-12-01T09:00:00Z")
    assert statements(lambda: take_receipts([about(message, "sent")])) <= 4
    assert message.receipts.count() == 1


def test_a_request_names_messages_by_either_number(bj_cbd: Branch) -> None:
    messages = people(bj_cbd, 6)
    take_receipts(
        [about(message, "delivered", named=number % 2 == 0) for number, message in enumerate(messages)]
    )
    assert set(states().values()) == {State.DELIVERED}


def test_the_same_report_twice_in_one_request_is_one(bj_cbd: Branch) -> None:
    [message] = people(bj_cbd, 1)
    take_receipts([about(message, "delivered")] * 3)
    assert message.receipts.count() == 1
    assert Event.objects.filter(kind=Kind.DELIVERED).count() == 1


def test_new_ones_are_taken_from_among_repeats_and_strangers(bj_cbd: Branch) -> None:
    known, new = people(bj_cbd, 2)
    take_receipts([about(known, "delivered")])
    stranger = replace(about(new, "delivered"), key="x", message_id=None, reference="SM-of-somebody-else")
    take_receipts([about(known, "delivered"), stranger, about(new, "delivered")])
    assert set(states().values()) == {State.DELIVERED}
    assert Receipt.objects.count() == 3
    assert Event.objects.filter(kind=Kind.DELIVERED).count() == 2


def test_each_that_failed_goes_to_its_next_channel(bj_cbd: Branch) -> None:
    messages = people(bj_cbd, 3)
    take_receipts(
        [
            about(messages[0], "undelivered"),
            about(messages[1], "delivered"),
            about(messages[2], "undelivered"),
        ]
    )
    following = Message.objects.filter(channel="email").values_list("offer_id", flat=True)
    assert set(following) == {messages[0].offer_id, messages[2].offer_id}


def test_an_empty_request_asks_the_database_nothing_of_receipts(offer: Offer) -> None:
    assert statements(lambda: take_arrived([])) == 0


# --- Too early ----------------------------------------------------------------------------------
def test_many_receipts_before_their_numbers_are_known_are_applied_with_them(bj_cbd: Branch) -> None:
    messages = people(bj_cbd, 20, reference="")
    take_receipts(
        [
            replace(about(message, word, named=False), reference=f"SM{number}", key=f"{number}:{word}")
            for number, message in enumerate(messages)
            for word in ("delivered", "sent", "undelivered")
        ]
    )
    for number, message in enumerate(messages):
        message.reference = f"SM{number}"
    before = statements(lambda: apply_waiting(messages[:1]))
    assert statements(lambda: apply_waiting(messages[1:])) == before
    assert set(states().values()) == {State.DELIVERED}
    assert not Receipt.objects.filter(message=None).exists()


def test_receipts_of_strangers_never_stand_in_the_way_of_ours(
    bj_cbd: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They wait for ever, and are more than one round looks at."""
    monkeypatch.setattr("notifications.receipts.MATCHED_AT_ONCE", 2)
    [message] = people(bj_cbd, 1, reference="")
    foreign = [replace(about(message, "sent", named=False), reference=f"F{n}", key=f"F{n}") for n in range(5)]
    take_receipts(
        [*foreign, replace(about(message, "delivered", named=False), reference="SM7", key="SM7:delivered")]
    )
    Message.objects.update(reference="SM7")
    assert tick(at=message.due_at)["matched"] == 1
    assert set(states().values()) == {State.DELIVERED}


# --- Several requests at the same time ----------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_requests_with_the_same_reports_in_any_order_do_not_block_each_other(bj_cbd: Branch) -> None:
    messages = people(bj_cbd, 12)
    told = [about(message, word) for message in messages for word in ("sent", "delivered", "undelivered")]
    start = Barrier(4)

    def report(turned: int) -> None:
        with own_connection():
            start.wait()
            order = told[turned * 5 :] + told[: turned * 5]
            take_receipts(order if turned % 2 else reversed(order))

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(report, turned) for turned in range(4)]:
            done.result()
    assert set(states().values()) == {State.DELIVERED}
    assert Receipt.objects.count() == len(told)
    assert Event.objects.filter(kind=Kind.DELIVERED).count() == len(messages)
    assert Message.objects.count() == len(messages)


@contextmanager
def message_held(message: Message) -> Iterator[None]:
    """Somebody else is busy with the message's row."""
    with transaction.atomic():
        Message.objects.select_for_update().get(pk=message.pk)
        yield


@pytest.mark.django_db(transaction=True)
def test_what_arrives_while_a_transaction_runs_is_taken_by_the_next_one(
    bj_cbd: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = people(bj_cbd, 6)
    taken: list[int] = []

    def counted(parsed: list[ParsedReceipt]) -> None:
        taken.append(len(parsed))
        take_receipts(parsed)

    monkeypatch.setattr(arrivals, "take_receipts", counted)

    def arrive(message: Message) -> None:
        with own_connection():
            take_arrived([about(message, "delivered")])

    with ThreadPoolExecutor(6) as pool:
        with message_held(messages[0]):
            calls = [pool.submit(arrive, messages[0])]
            eventually(somebody_waits_for_a_lock)
            calls += [pool.submit(arrive, message) for message in messages[1:]]
            eventually(lambda: len(arrivals._arrivals.waiting) == 5)
            assert not any(call.done() for call in calls)
        for call in calls:
            call.result()
    assert taken == [1, 5]
    assert set(states().values()) == {State.DELIVERED}
    assert arrivals._arrivals.waiting == []


@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_of_one_is_told_to_that_one_alone(bj_cbd: Branch) -> None:
    messages = people(bj_cbd, 4)
    unstorable = replace(about(messages[1], "delivered"), word="x" * 101)

    def arrive(told: ParsedReceipt) -> None:
        with own_connection():
            take_arrived([told])

    with ThreadPoolExecutor(4) as pool:
        with message_held(messages[0]):
            calls = [pool.submit(arrive, about(messages[0], "delivered"))]
            eventually(somebody_waits_for_a_lock)
            calls += [pool.submit(arrive, unstorable)]
            calls += [pool.submit(arrive, about(message, "delivered")) for message in messages[2:]]
            eventually(lambda: len(arrivals._arrivals.waiting) == 3)
        failed = [isinstance(call.exception(), DatabaseError) for call in calls]
    assert failed == [False, True, False, False]
    assert [states()[message.pk] for message in messages] == [
        State.DELIVERED,
        State.ACCEPTED,
        State.DELIVERED,
        State.DELIVERED,
    ]
