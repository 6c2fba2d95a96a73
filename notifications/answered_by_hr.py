"""An answer that HR records for a person, and what follows from it for what is still to be said."""

from __future__ import annotations

from django.db import transaction

from branches.models import User
from candidates.models import DeclineReason, Offer
from notifications.schedules import look_again
from tracking.answers_by_hr import answer_for


@transaction.atomic
def record_answer(*, offer: Offer, reason: DeclineReason | None, by: User) -> Offer:
    """`reason`: why the person declines; None where the person will join. Raises AnswerClosed."""
    answered = answer_for(offer=offer, reason=reason, by=by)
    look_again(offer.pk)
    return answered
