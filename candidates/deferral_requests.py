"""Requests for another first day as they stand in the database, and what the answer to one depends on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from branches.models import Branch, CalendarDay
from branches.working_days import WorkingDays, working_days
from candidates.deferral import FARTHEST, Grounds, policy_for
from candidates.models import JOINING, Deferral, DeferralPolicy, DeferralState, Offer


def pending_of(offer: Offer) -> Deferral | None:
    """What HR has still to decide."""
    return Deferral.objects.pending().filter(offer=offer).first()


def drop_pending(offer: Offer) -> int:
    """Nobody waits for an answer any more: the person took it back or answered, or the day moved meanwhile.

    How many were dropped: one or none. The caller holds the offer's row.
    """
    pending = Deferral.objects.pending().filter(offer=offer)
    return pending.update(state=DeferralState.DROPPED, decided_at=timezone.now())


def forget_wishes(offer: Offer) -> None:
    """The offer is made anew, perhaps to another person: what was asked and answered before counts no more.

    The caller holds the offer's row.
    """
    drop_pending(offer)
    offer.deferrals.exclude(state=DeferralState.DROPPED).update(state=DeferralState.DROPPED)


# --- What an answer depends on ------------------------------------------------------------------
def grounds_of(offer: Offer) -> Grounds:
    """As of now; four queries."""
    zone = offer.branch.zone
    granted = list(offer.deferrals.filter(state=DeferralState.GRANTED).order_by("decided_at", "pk"))
    first_day = offer.onboarding_at.astimezone(zone).date()
    return Grounds(
        policy=_policy(offer),
        working=_working(offer.branch, since=first_day),
        today=timezone.now().astimezone(zone).date(),
        first_day=first_day,
        offered_at_first=_offered_at_first(offer, granted).astimezone(zone).date(),
        times_granted=len(granted),
        taken=taken(offer, since=first_day),
    )


def _policy(offer: Offer) -> DeferralPolicy | None:
    above = DeferralPolicy.objects.filter(branch__path__in=offer.branch.path_and_above)
    return policy_for(offer.branch, offer.candidate.category, above.select_related("branch"))


def _working(branch: Branch, *, since: date) -> WorkingDays:
    stated = CalendarDay.objects.filter(branch__path__in=branch.path_and_above, day__gte=since)
    return working_days(branch, stated.select_related("branch"))


def _offered_at_first(offer: Offer, granted: list[Deferral]) -> datetime:
    """Back from the present first day over the deferrals that led to it; a day that HR moved starts anew."""
    first = offer.onboarding_at
    for deferral in reversed(granted):
        if deferral.granted != first:
            break
        first = deferral.before
    return first


def taken(offer: Offer, *, since: date) -> Mapping[date, int]:
    """How many others are to start at the same branch, by day, from `since` for a year."""
    zone = offer.branch.zone
    start = datetime.combine(since, time.min, tzinfo=zone)
    others = Offer.objects.filter(
        branch=offer.branch_id,
        state__in=JOINING,
        onboarding_at__range=(start, start + FARTHEST + timedelta(days=1)),
    ).exclude(pk=offer.pk)
    by_day = others.annotate(day=TruncDate("onboarding_at", tzinfo=zone)).values_list("day")
    return dict(by_day.annotate(Count("pk")).order_by())
