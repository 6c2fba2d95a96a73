"""A verified signal → candidate, offer, first notice: all in one transaction, before the answer is given.

What is new is taken together, a single result as a batch of one (`new.py`); what concerns an offer there is already,
one by one, each in a transaction of its own (`known.py`).
"""

from __future__ import annotations

from candidates.models import InterviewSource
from candidates.payload import ResultIn
from notifications.intake.deliveries import AlreadyConfirmed, Incoming, Outcome, Taken
from notifications.intake.taking import take_signals
from notifications.intake.together import take_one

__all__ = ["AlreadyConfirmed", "Incoming", "Outcome", "Taken", "take_one", "take_signal", "take_signals"]


def take_signal(*, source: InterviewSource, webhook_id: str, body: str, result: ResultIn) -> Taken:
    """Take one result in. Raises InvalidResult (unknown branch) or AlreadyConfirmed; then nothing was kept."""
    [outcome] = take_signals([Incoming(source, webhook_id, body, result)])
    if isinstance(outcome, Taken):
        return outcome
    raise outcome
