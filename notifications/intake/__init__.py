"""A verified signal → candidate, offer, first notice: all in one transaction, before the answer is given.

What is new is taken together, a single result as a batch of one (`new.py`); what concerns an offer there is already,
one by one, each in a transaction of its own (`known.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError

from candidates.models import InterviewSource
from candidates.payload import InvalidResult, ResultIn
from notifications.intake.deliveries import AlreadyConfirmed, Incoming, Outcome, Taken
from notifications.intake.known import take_known
from notifications.intake.new import take_new

__all__ = ["AlreadyConfirmed", "Incoming", "Outcome", "Taken", "take_signal", "take_signals"]

# Each time somebody else has taken in the same at the same moment.
TRIES = 5


def take_signal(*, source: InterviewSource, webhook_id: str, body: str, result: ResultIn) -> Taken:
    """Take one result in. Raises InvalidResult (unknown branch) or AlreadyConfirmed; then nothing was kept."""
    [outcome] = take_signals([Incoming(source, webhook_id, body, result)])
    if isinstance(outcome, Taken):
        return outcome
    raise outcome


def take_signals(batch: Sequence[Incoming]) -> list[Outcome]:
    """What became of each delivery, all of one source, in their order. What was taken is durable."""
    taken = _take_new(batch)
    return [taken.get(one) or _take_alone(one) for one in batch]


def _take_new(batch: Sequence[Incoming]) -> dict[Incoming, Outcome]:
    """A delivery that came twice at once is known when the other one has been taken."""
    for _ in range(TRIES):
        try:
            return take_new(batch) if batch else {}
        except IntegrityError:
            continue
    return {}


def _take_alone(one: Incoming) -> Outcome:
    for left in reversed(range(TRIES)):
        try:
            if outcome := take_known(one) or take_new([one]).get(one):
                return outcome
        except (InvalidResult, AlreadyConfirmed) as refused:
            return refused
        except IntegrityError:
            if not left:
                raise
    raise RuntimeError("an interview is neither new nor known")
