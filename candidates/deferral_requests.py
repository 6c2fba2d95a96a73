"""Requests for another first day as they stand in the database, and what a branch's answer depends on."""

from __future__ import annotations

from django.utils import timezone

from candidates.models import Deferral, DeferralState, Offer


def pending_of(offer: Offer) -> Deferral | None:
    """What HR has still to decide; the caller holds the offer's row."""
    return Deferral.objects.pending().filter(offer=offer).first()


def drop_pending(offer: Offer) -> None:
    """Nobody waits for an answer any more: the person took it back or answered, or the day moved meanwhile."""
    Deferral.objects.pending().filter(offer=offer).update(
        state=DeferralState.DROPPED, decided_at=timezone.now()
    )
