"""What the machine API answers."""

from datetime import datetime
from uuid import UUID

from ninja import Schema
from pydantic import BaseModel

from candidates.payload import FieldProblem, InterviewResult


class TakenOut(BaseModel):
    """`accepted`, `not_passed`, `updated`; `duplicate` for a delivery that was known already."""

    status: str
    signal_id: UUID
    offer_id: UUID | None


class RefusedOut(Schema):
    status: str = "refused"
    errors: list[FieldProblem]


class BatchIn(Schema):
    """For the API's description; each result is read by itself, so that one that is wrong stops no other."""

    results: list[InterviewResult]


class BatchItemOut(BaseModel):
    """One answer per result, in their order; `errors` where it was refused."""

    index: int
    code: int
    status: str
    signal_id: UUID | None = None
    offer_id: UUID | None = None
    errors: list[FieldProblem] = []


class BatchOut(BaseModel):
    results: list[BatchItemOut]


class MessageOut(Schema):
    id: UUID
    purpose: str
    channel: str
    state: str
    accepted_at: datetime | None
    delivered_at: datetime | None
    error_code: str


class EventOut(Schema):
    kind: str
    at: datetime
    channel: str
    message_id: UUID | None
    detail: str


class OfferOut(Schema):
    """No personal data: the platform knows the person by `interview_id`."""

    id: UUID
    interview_id: str
    branch: str
    state: str
    stage: str
    onboarding_at: datetime
    answer_by: datetime
    decline_reason: str
    messages: list[MessageOut]
    timeline: list[EventOut]
