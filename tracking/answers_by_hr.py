"""The answer of a person who told it to HR, by telephone for example."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from branches.models import User
from candidates.deferral_requests import drop_pending
from candidates.locks import locked_offer
from candidates.models import DeclineReason, Offer, OfferState
from tracking.answers import AnswerClosed
from tracking.models import Event, Kind
from tracking.record import actor_of, record


def last_moment(offer: Offer) -> datetime:
    """Until then HR may record an answer: the end of the first day, by the clocks at the branch."""
    first_day = offer.onboarding_at.astimezone(offer.branch.zone).date()
    return datetime.combine(first_day + timedelta(days=1), time.min, tzinfo=offer.branch.zone)


def may_be_answered(offer: Offer) -> bool:
    """Also after the deadline, which binds the person and not HR."""
    return offer.state != OfferState.WITHDRAWN and timezone.now() < last_moment(offer)


@transaction.atomic
def answer_for(*, offer: Offer, reason: DeclineReason | None, by: User) -> Offer:
    """`reason`: why the person declines; None where the person will join. Raises AnswerClosed.

    The same answer recorded twice is one answer. A request for another first day is dropped with it.
    """
    state = OfferState.DECLINED if reason else OfferState.CONFIRMED
    locked = locked_offer(offer.pk)
    if (locked.state, locked.decline_reason) == (state, reason or ""):
        return locked
    if not may_be_answered(locked):
        raise AnswerClosed
    locked.state, locked.decline_reason = state, reason or ""
    locked.save(update_fields=["state", "decline_reason"])
    drop_pending(locked)
    event = Event(offer=locked, kind=Kind(state), at=timezone.now(), actor=actor_of(by), detail=reason or "")
    record([event])
    return locked
