"""Results that come one a request, at the same moment, are taken in one transaction.

Nobody waits for company: whoever comes first takes what is there, alone if need be; whoever comes meanwhile waits for
that, and is then taken with all the others who do. A transaction costs nearly the same for one as for ten.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db import DatabaseError

from notifications.intake.deliveries import Incoming, Outcome
from notifications.intake.taking import take_signals


class CutShort(RuntimeError):
    """Whoever led has been stopped; whether the delivery was kept is not known, and it can be repeated."""


class Seat:
    """A delivery that waits: for its outcome, or to take the lead."""

    def __init__(self, one: Incoming) -> None:
        self.one, self.turn = one, threading.Event()
        self.outcome: Outcome | None = None
        self.error: Exception | None = None

    @property
    def is_settled(self) -> bool:
        return bool(self.outcome or self.error)


class Table:
    """Where the deliveries of one source to this process meet."""

    def __init__(self) -> None:
        self.lock, self.is_led = threading.Lock(), False
        self.waiting: list[Seat] = []

    def take(self, one: Incoming) -> Outcome:
        """Raises the database's error, where it had one with this delivery, or CutShort."""
        seat = Seat(one)
        if not self._sit_down(seat):
            seat.turn.wait()
        if not seat.is_settled:
            self._lead()
        if seat.outcome is None:
            raise seat.error or CutShort
        return seat.outcome

    def _sit_down(self, seat: Seat) -> bool:
        """True where nobody leads: then this one does."""
        with self.lock:
            self.waiting.append(seat)
            leads, self.is_led = not self.is_led, True
        return leads

    def _lead(self) -> None:
        with self.lock:
            seats, self.waiting = self.waiting, []
        try:
            _settle(seats)
        finally:
            self._hand_over()
            for seat in seats:
                if not seat.is_settled:
                    seat.error = CutShort()
                seat.turn.set()

    def _hand_over(self) -> None:
        """To whoever has waited longest."""
        with self.lock:
            self.is_led = bool(self.waiting)
            if self.waiting:
                self.waiting[0].turn.set()


def _settle(seats: Sequence[Seat]) -> None:
    """What the database refuses of one stops no other."""
    try:
        outcomes = take_signals([seat.one for seat in seats])
    except DatabaseError as error:
        if len(seats) == 1:
            seats[0].error = error
            return
        for seat in seats:
            _settle([seat])
    else:
        for seat, outcome in zip(seats, outcomes, strict=True):
            seat.outcome = outcome


tables: defaultdict[UUID, Table] = defaultdict(Table)


def take_one(one: Incoming) -> Outcome:
    """What became of it, as `take_signals` says; taken with whatever else comes in at this moment."""
    return tables[one.source.pk].take(one)
