"""What comes one a request, at the same moment, is taken in one transaction, which costs nearly the same for ten.

Nobody waits for company: whoever comes first takes what is there, alone if need be; whoever comes meanwhile waits for
that, and is then taken with all the others who do. A caller returns only when its own piece is committed, so that
whatever was not answered before a process died is repeated by who sent it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger(__name__)

Piece = TypeVar("Piece")
Outcome = TypeVar("Outcome")

# So many at once are a crowd: those just answered are about to bring the next ones.
CROWD = 3


class CutShort(RuntimeError):
    """Whoever led has been stopped; whether the piece was kept is not known, and it can be repeated."""


class Seat(Generic[Piece, Outcome]):
    """A piece that waits: for its outcome, or to take the lead."""

    def __init__(self, piece: Piece) -> None:
        self.piece, self.turn = piece, threading.Event()
        self.outcomes: list[Outcome] = []  # one, once it is taken
        self.error: Exception | None = None

    @property
    def is_settled(self) -> bool:
        return bool(self.outcomes or self.error)


class GroupCommit(Generic[Piece, Outcome]):
    """Where pieces meet that this process takes together.

    `take_all` takes them in a transaction of its own and gives an outcome for each, in their order. In a crowd the
    next transaction waits for `moment` seconds, which makes one of what would be a small one and a large one.
    """

    def __init__(
        self, take_all: Callable[[Sequence[Piece]], Sequence[Outcome]], *, moment: float = 0.0
    ) -> None:
        self.take_all, self.moment = take_all, moment
        self.lock, self.is_led, self.lately = threading.Lock(), False, 0
        self.waiting: list[Seat[Piece, Outcome]] = []

    def take(self, piece: Piece) -> Outcome:
        """Raises what went wrong with this piece alone, or CutShort."""
        seat = Seat[Piece, Outcome](piece)
        if not self._sit_down(seat):
            seat.turn.wait()
        if not seat.is_settled:
            self._lead()
        if not seat.outcomes:
            raise seat.error or CutShort
        return seat.outcomes[0]

    def _sit_down(self, seat: Seat[Piece, Outcome]) -> bool:
        """True where nobody leads: then this one does."""
        with self.lock:
            self.waiting.append(seat)
            leads, self.is_led = not self.is_led, True
        return leads

    def _lead(self) -> None:
        if self.moment and self.lately >= CROWD:
            time.sleep(self.moment)
        with self.lock:
            seats, self.waiting = self.waiting, []
        try:
            self._settle(seats)
        finally:
            self.lately = len(seats)
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

    def _settle(self, seats: Sequence[Seat[Piece, Outcome]]) -> None:
        """What cannot be taken of one, for whatever reason, stops no other."""
        try:
            outcomes = self.take_all([seat.piece for seat in seats])
        except Exception as error:
            if len(seats) == 1:
                seats[0].error = error
                return
            log.exception("not_taken_together", count=len(seats), error=type(error).__name__)
            for seat in seats:
                self._settle([seat])
        else:
            for seat, outcome in zip(seats, outcomes, strict=True):
                seat.outcomes.append(outcome)
