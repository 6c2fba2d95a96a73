"""Wishes for another first day, for tests of whatever shows or decides them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from candidates.models import Deferral, DeferralReason, Offer


def wish(offer: Offer, *, days: int = 7, **facts: Any) -> Deferral:
    """The person asked for the day so many days after the first day, and HR has not decided yet."""
    return Deferral.objects.create(
        offer=offer,
        before=offer.onboarding_at,
        wanted=offer.onboarding_at + timedelta(days=days),
        reason=DeferralReason.GRADUATION,
        **{"obstacles": ["no_policy"], **facts},
    )
