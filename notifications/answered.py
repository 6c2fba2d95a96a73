"""The candidate's own answer, and what follows from it for what is still to be said."""

from __future__ import annotations

from django.db import transaction

from candidates.models import DeclineReason, Offer
from notifications.schedules import look_again
from tracking import answers


@transaction.atomic
def confirm(*, offer: Offer, channel: str) -> Offer:
    """Raises AnswerClosed."""
    answered = answers.confirm(offer=offer, channel=channel)
    look_again(offer.pk)
    return answered


@transaction.atomic
def decline(*, offer: Offer, channel: str, reason: DeclineReason) -> Offer:
    """Raises AnswerClosed."""
    answered = answers.decline(offer=offer, channel=channel, reason=reason)
    look_again(offer.pk)
    return answered
