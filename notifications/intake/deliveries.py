"""A verified result on its way in, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from candidates.models import InterviewSource, Signal
from candidates.payload import InvalidResult, ResultIn
from tracking.bulk import new_row


# By identity: two equal deliveries in one batch are two.
@dataclass(frozen=True, eq=False)
class Incoming:
    """A verified delivery: who sent it, under which id, its text, and what that says."""

    source: InterviewSource
    webhook_id: str
    body: str
    result: ResultIn

    @property
    def passed(self) -> bool:
        return self.result.passed(self.source.threshold)

    def signal(self, verdict: Signal.Verdict, *, offer_id: UUID | None) -> Signal:
        """The evidence, not saved; its text only where somebody passed."""
        return new_row(
            Signal,
            source_id=self.source.pk,
            webhook_id=self.webhook_id,
            interview_id=self.result.interview_id,
            verdict=verdict,
            offer_id=offer_id,
            body=self.body if self.passed else "",
        )


@dataclass(frozen=True)
class Taken:
    """What became of a signal. `repeated`: it was known already and changed nothing."""

    verdict: str
    signal_id: UUID
    offer_id: UUID | None
    repeated: bool = False

    @classmethod
    def by(cls, signal: Signal, *, repeated: bool = False) -> Taken:
        return cls(signal.verdict, signal.pk, signal.offer_id, repeated)


class AlreadyConfirmed(Exception):
    """The candidate has confirmed what another signal now contradicts."""

    def __init__(self, offer_id: UUID) -> None:
        super().__init__("the candidate has confirmed already")
        self.offer_id = offer_id


Outcome = Taken | InvalidResult | AlreadyConfirmed
