"""Every delivery to its outcome: what is new together, what is known one by one."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from django.db import IntegrityError

from candidates.payload import InvalidResult
from notifications.intake.deliveries import AlreadyConfirmed, Incoming, Outcome
from notifications.intake.known import take_known
from notifications.intake.new import take_new

log = structlog.get_logger(__name__)

# Each time somebody else has taken in the same at the same moment.
TRIES = 5


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
    log.warning("signals_taken_singly", count=len(batch))
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
