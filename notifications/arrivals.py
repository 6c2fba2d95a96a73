"""Receipts that arrive at the same moment in several threads of a web server are stored together.

A transaction costs nearly the same for one receipt as for ten. Whoever comes while another thread's transaction runs
waits for its end, and the next transaction takes all that wait. A caller returns only when its own receipts are stored
and applied, so that what was not answered before a process died is repeated by the carrier.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Condition

import structlog
from django.db import DatabaseError

from notifications.channels.base import ParsedReceipt
from notifications.receipts import take_receipts

log = structlog.get_logger(__name__)

# While they come in crowds, those just answered are about to bring the next ones: a moment's wait makes one
# transaction of what would be a small one and a large one. Alone, a receipt is stored at once.
CROWD, MOMENT_SECONDS = 3, 0.002


@dataclass(eq=False)
class _Arrival:
    receipts: list[ParsedReceipt]
    done: bool = False
    error: DatabaseError | None = None


@dataclass
class _Door:
    """Who waits, and whether one of them is storing."""

    changed: Condition = field(default_factory=Condition)
    waiting: list[_Arrival] = field(default_factory=list)
    busy: bool = False
    lately: int = 0  # how many the last transaction took


_door = _Door()


def take_arrived(receipts: list[ParsedReceipt]) -> None:
    """Store and apply, perhaps together with what other threads bring. Raises DatabaseError for these alone."""
    if not receipts:
        return
    mine = _Arrival(receipts)
    if _is_to_store(mine):
        _store()
    if mine.error:
        raise mine.error


def _is_to_store(mine: _Arrival) -> bool:
    """Waits; False: another thread has stored it."""
    with _door.changed:
        _door.waiting.append(mine)
        _door.changed.wait_for(lambda: mine.done or not _door.busy)
        if mine.done:
            return False
        _door.busy = True
        return True


def _store() -> None:
    """All that wait. What is broken off by anything but the database stays, for the next thread to take."""
    done: list[_Arrival] = []
    try:
        if _door.lately >= CROWD:
            time.sleep(MOMENT_SECONDS)
        together = list(_door.waiting)
        _take(together)
        done = together
    finally:
        with _door.changed:
            for arrival in done:
                arrival.done = True
            del _door.waiting[: len(done)]
            _door.busy, _door.lately = False, len(done)
            _door.changed.notify_all()


def _take(together: list[_Arrival]) -> None:
    """What the database does not take of one must not keep it from taking the others."""
    try:
        take_receipts([receipt for arrival in together for receipt in arrival.receipts])
    except DatabaseError as error:
        log.warning("receipts_taken_singly", count=len(together), error=type(error).__name__)
        for arrival in together:
            _take_alone(arrival)


def _take_alone(arrival: _Arrival) -> None:
    try:
        take_receipts(arrival.receipts)
    except DatabaseError as error:
        arrival.error = error
