"""Results that meet: equal ones, overlapping batches, and a session that is cut off in between."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import pytest
from django.db import DatabaseError, DataError, connection, transaction

from candidates.models import Candidate, InterviewSource, Offer, Signal
from notifications.intake import Incoming, Outcome, Taken, take_one, take_signals, together
from notifications.intake.hints import PAUSE_SECONDS, hint
from notifications.models import Message
from tests.notifications.test_intake import incoming, several, verdicts
from tests.notifications.test_pauses import queue, woken
from tests.notifications.workers import own_connection, somebody_waits_for_a_lock
from tests.sandbox.running import eventually
from tracking.models import Event, Progress

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bj_cbd", "sh_ljz")]
KEPT = (Offer, Candidate, Signal, Event, Progress, Message)
T = TypeVar("T")


def kept() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in KEPT}


def all_are(count: int) -> dict[str, int]:
    return {model.__name__: count for model in KEPT}


def at_once(works: Sequence[Callable[[], T]]) -> list[T]:
    """Each in a thread and a session of its own, started at the same moment."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> T:
        with own_connection():
            connection.ensure_connection()
            barrier.wait(timeout=30)
            return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@contextmanager
def messages_are_held() -> Iterator[None]:
    """Whoever plans a message waits until the end of this."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Message._meta.db_table} IN SHARE MODE")
        yield


def taking(batch: Sequence[Incoming]) -> Callable[[], list[Outcome]]:
    return lambda: take_signals(batch)


def taking_one(one: Incoming) -> Callable[[], Outcome]:
    return lambda: take_one(one)


# --- Nothing is doubled ----------------------------------------------------------------------------
@pytest.mark.parametrize("same_delivery", [True, False])
def test_twenty_equal_results_at_once_make_one_offer(source: InterviewSource, same_delivery: bool) -> None:
    batches = [[incoming(source, "msg" if same_delivery else f"msg_{number}")] for number in range(20)]
    outcomes = [outcome for [outcome] in at_once([taking(batch) for batch in batches])]
    assert Counter(verdicts(outcomes)) == {"accepted": 1, "duplicate": 19}
    assert len({one.offer_id for one in outcomes if isinstance(one, Taken)}) == 1
    assert kept() == all_are(1)


def test_twenty_equal_failures_at_once_are_noted_once(source: InterviewSource) -> None:
    batches = [[incoming(source, "msg", result="failed")] for _ in range(20)]
    outcomes = [outcome for [outcome] in at_once([taking(batch) for batch in batches])]
    assert Counter(verdicts(outcomes)) == {"not_passed": 1, "duplicate": 19}
    assert Signal.objects.count() == 1


def test_equal_changes_at_once_are_made_once(source: InterviewSource) -> None:
    take_signals([incoming(source, "msg_1")])
    batches = [[incoming(source, "msg_2", score=90)] for _ in range(10)]
    outcomes = [outcome for [outcome] in at_once([taking(batch) for batch in batches])]
    assert Counter(verdicts(outcomes)) == {"updated": 1, "duplicate": 9}
    assert Offer.objects.get().changes == 1


def test_batches_that_overlap_in_any_order_neither_double_nor_lose_nor_stop_each_other(
    source: InterviewSource,
) -> None:
    people = [(number, several(source, 1, first=number)[0].result) for number in range(60)]

    def batch(sender: int, numbers: Sequence[int]) -> list[Incoming]:
        return [Incoming(source, f"{sender}/{number}", "{}", people[number][1]) for number in numbers]

    there, back = range(40), range(59, 19, -1)
    batches = [batch(sender, there if sender % 2 else back) for sender in range(8)]
    outcomes = [one for answers in at_once([taking(one) for one in batches]) for one in answers]
    assert Counter(verdicts(outcomes)) == {"accepted": 60, "duplicate": 8 * 40 - 60}
    assert kept() == all_are(60)


def test_batches_in_opposite_order_do_not_wait_for_each_other(source: InterviewSource) -> None:
    """A third one holds both in the middle: had each gone its own way, each would now have what the other needs."""
    there, back = several(source, 21), several(source, 21)[::-1]

    def two_wait() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) = 2 FROM pg_locks WHERE NOT granted")
            return bool(cursor.fetchone() == (True,))

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            take_signals([there[10]])
            meeting = pool.submit(at_once, [taking(there), taking(back)])
            eventually(two_wait)
            transaction.set_rollback(True)
        outcomes = [one for answers in meeting.result() for one in answers]
    assert Counter(verdicts(outcomes)) == {"accepted": 21, "duplicate": 21}
    assert kept() == all_are(21)


def test_one_delivery_id_for_two_interviews_at_once_is_one_delivery(source: InterviewSource) -> None:
    batches = [[incoming(source, "msg", interview_id=f"AI-{number}")] for number in range(8)]
    outcomes = [outcome for [outcome] in at_once([taking(batch) for batch in batches])]
    assert Counter(verdicts(outcomes)) == {"accepted": 1, "duplicate": 7}
    assert kept() == all_are(1)


# --- Nothing is half kept --------------------------------------------------------------------------
def test_a_session_that_is_killed_in_between_leaves_nothing_and_the_repeat_everything(
    source: InterviewSource,
) -> None:
    batch = several(source, 5)

    def take() -> str:
        with own_connection():
            try:
                take_signals(batch)
            except DatabaseError as error:
                return type(error).__name__
        return "taken"

    with ThreadPoolExecutor(1) as pool:
        with messages_are_held():
            taking_in = pool.submit(take)
            eventually(somebody_waits_for_a_lock)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
        assert taking_in.result() != "taken"
    assert kept() == all_are(0)
    assert verdicts(take_signals(batch)) == ["accepted"] * 5
    assert kept() == all_are(5)


# --- One a request, together -----------------------------------------------------------------------
def test_results_that_come_while_one_is_taken_are_taken_in_one_transaction(source: InterviewSource) -> None:
    first, *others = several(source, 9)
    with ThreadPoolExecutor(9) as pool:
        with messages_are_held():
            outcomes = [pool.submit(at_once, [taking_one(first)])]
            eventually(somebody_waits_for_a_lock)
            outcomes += [pool.submit(at_once, [taking_one(one)]) for one in others]
            eventually(lambda: len(together._sources[source.pk].waiting) == len(others))
        taken = [outcome for future in outcomes for outcome in future.result()]
    assert verdicts(taken) == ["accepted"] * 9
    assert kept() == all_are(9)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM candidates_signal")
        assert cursor.fetchone() == (2,)


def test_of_results_taken_together_each_gets_its_own_answer(source: InterviewSource) -> None:
    batch = [
        incoming(source, "msg_1"),
        incoming(source, "msg_2", interview_id="nowhere", branch="XX"),
        incoming(source, "msg_3", interview_id="failed", result="failed"),
        *several(source, 5, first=10),
    ]
    outcomes = at_once([taking_one(one) for one in batch])
    assert verdicts(outcomes) == ["accepted", "InvalidResult", "not_passed", *["accepted"] * 5]


def test_what_the_database_refuses_of_one_stops_no_other(source: InterviewSource) -> None:
    too_long = incoming(source, "x" * 201, interview_id="refused")

    def take(one: Incoming) -> Callable[[], str]:
        def told() -> str:
            try:
                return verdicts([take_one(one)])[0]
            except DataError:
                return "refused"

        return told

    told = at_once([take(one) for one in [*several(source, 6), too_long]])
    assert told == [*["accepted"] * 6, "refused"]
    assert kept() == all_are(6)


# --- Workers are woken -----------------------------------------------------------------------------
@pytest.fixture
def nobody_is_woken() -> None:
    with queue() as broker:
        broker.delete("send")


@pytest.mark.usefixtures("nobody_is_woken")
def test_a_batch_wakes_a_channel_once(source: InterviewSource) -> None:
    take_signals(several(source, 30))
    eventually(woken)
    threading.Event().wait(PAUSE_SECONDS * 2)
    assert woken() == 1


@pytest.mark.usefixtures("nobody_is_woken")
def test_wake_ups_that_follow_closely_are_folded_into_one_after_them() -> None:
    for _ in range(20):
        hint("push")
    assert woken() == 1
    eventually(lambda: woken() == 2)
    threading.Event().wait(PAUSE_SECONDS * 2)
    assert woken() == 2
