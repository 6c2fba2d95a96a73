"""Claimed rows → carrier → outcome, with many requests in flight and no transaction open."""

from __future__ import annotations

import math
import statistics
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from uuid import UUID

import structlog
from django.utils import timezone

from notifications.channels import breaker, carriers_in_use, pace
from notifications.channels.base import Accepted, Envelope, Transport, TransportError
from notifications.outbox import Batch, Tried, claim, finish
from notifications.wake import wake

log = structlog.get_logger(__name__)

BATCH = 128
# Where a carrier takes few requests at once, a batch is soon through all the same, and its lease is long enough.
TURNS_OF_A_BATCH = 4
# A task that never ends could not be stopped without leaving messages behind, and starves other channels.
ROUND_SECONDS = 20.0
# While a carrier's pace holds everything back.
LONGEST_NAP = 0.5
# More than a process can hand over in a second, whatever the carrier.
MOST_A_SECOND = 2500
FEWEST_THREADS = 4
# Seconds each carrier took to answer lately, as this process has seen it.
_answers_in: dict[str, float] = {}


@dataclass(frozen=True)
class Flight:
    """A batch on its way: how many messages, which of them were tried so far, and the threads that do it."""

    lease: UUID
    size: int
    tried: list[Tried]
    threads: list[Future[None]]


def send_due(channel: str) -> int:
    """Send what is due on a channel, batch after batch, for the length of a round. Returns the number of tries.

    The first carrier that works takes what is new; what another may have already is settled with that one.
    """
    until = time.monotonic() + ROUND_SECONDS
    carriers = carriers_in_use(channel)
    count = sum(_send_by(carrier, takes_new=carrier is carriers[0], until=until) for carrier in carriers)
    if time.monotonic() >= until:
        wake(channel)
    return count


def _send_by(carrier: Transport, *, takes_new: bool, until: float) -> int:
    """While requests of one batch are answered, the next one is claimed."""
    under_way: deque[Flight] = deque()
    count = 0
    try:
        while True:
            batch = _next_batch(carrier, under_way, takes_new=takes_new, until=until)
            if batch and batch.envelopes:
                under_way.append(_take_off(carrier, batch))
            elif not batch and not under_way:
                return count
            elif not batch:
                count += _land(carrier, under_way.popleft())
    finally:
        # Whatever went wrong with the next batch: these may be with the carrier already.
        while under_way:
            _land(carrier, under_way.popleft())


def _next_batch(
    carrier: Transport, under_way: deque[Flight], *, takes_new: bool, until: float
) -> Batch | None:
    """None while enough is in flight, or when the round is over."""
    if sum(flight.size for flight in under_way) >= carrier.in_flight:
        return None
    if time.monotonic() >= until or breaker.is_resting(carrier.name):
        return None
    batch = min(BATCH, TURNS_OF_A_BATCH * carrier.in_flight)
    room = pace.take(carrier.name, batch)
    while not room and not under_way and time.monotonic() < until:
        time.sleep(min(pace.seconds_until_next(carrier.name), LONGEST_NAP))
        room = pace.take(carrier.name, batch)
    return _claim(carrier, room, takes_new=takes_new) if room else None


def _claim(carrier: Transport, room: int, *, takes_new: bool) -> Batch:
    batch = None
    try:
        batch = claim(transport=carrier, limit=room, takes_new=takes_new, keys=carrier.reserve_keys(room))
        return batch
    finally:
        pace.give_back(carrier.name, room - len(batch.envelopes if batch else ()))


def _take_off(carrier: Transport, batch: Batch) -> Flight:
    waiting, tried = deque(batch.envelopes), list[Tried]()
    pool = _threads(carrier.name, carrier.in_flight)
    threads = [
        pool.submit(_try_all, carrier, waiting, tried) for _ in range(_threads_for(carrier, len(waiting)))
    ]
    return Flight(batch.lease, len(batch.envelopes), tried, threads)


def _threads_for(carrier: Transport, size: int) -> int:
    """As many as keep up with all that a process can send, by the time the carrier takes to answer.

    More would only be in each other's way where it answers at once.
    """
    return min(size, max(FEWEST_THREADS, math.ceil(_answers_in.get(carrier.name, 1.0) * MOST_A_SECOND)))


def _try_all(carrier: Transport, waiting: deque[Envelope], tried: list[Tried]) -> None:
    """One of several threads that share a batch."""
    with suppress(IndexError):  # none is left
        while True:
            tried.append(_try(carrier, waiting.popleft()))


def _land(carrier: Transport, flight: Flight) -> int:
    for thread in flight.threads:
        thread.result()
    finish(lease=flight.lease, tried=flight.tried)
    breaker.note(carrier.name, [one.outcome for one in flight.tried])
    _answers_in[carrier.name] = statistics.median(one.milliseconds for one in flight.tried) / 1000
    return len(flight.tried)


@cache
def _threads(carrier: str, in_flight: int) -> ThreadPoolExecutor:
    """A carrier's sending threads; made on first use, so after a worker has forked. They use no database."""
    return ThreadPoolExecutor(max_workers=in_flight, thread_name_prefix=f"send-{carrier}")


def _try(transport: Transport, envelope: Envelope) -> Tried:
    at, start = timezone.now(), time.monotonic()
    outcome = _outcome(transport, envelope)
    return Tried(envelope.message_id, outcome, at, milliseconds=round((time.monotonic() - start) * 1000))


def _outcome(transport: Transport, envelope: Envelope) -> Accepted | TransportError:
    if not envelope.to:
        return TransportError(
            "there is no address on this channel any more", code="no_address", permanent=True
        )
    try:
        if envelope.first_sent_at and (found := transport.look_up(envelope)):
            return found
        return transport.send(envelope)
    except TransportError as error:
        return error
    except Exception as error:
        log.exception("transport_failed", carrier=transport.name, error=type(error).__name__)
        return TransportError("the carrier's client failed", code=type(error).__name__, uncertain=True)
