"""Wishes for another first day, as branch HR decides them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, Q
from django.utils import timezone

from branches.scopes import Principal
from candidates.deferral import (
    Grounds,
    Obstacle,
    obstacle_words,
    obstacles,
    policy_for,
    possible_days,
)
from candidates.deferral_requests import grounds_of
from candidates.models import JOINING, Deferral, DeferralPolicy, DeferralQuerySet, Offer

SHOWN = 50
SUGGESTED = 5
# They bind the rules, not HR.
OF_THE_RULES = frozenset([Obstacle.BY_HAND, Obstacle.NO_POLICY, Obstacle.TOO_OFTEN])


@dataclass(frozen=True)
class Fullness:
    """How many others start at the branch on a day, and for how many there is room; None: for any number."""

    others: int
    places: int | None

    @property
    def is_full(self) -> bool:
        return self.places is not None and self.others >= self.places


@dataclass(frozen=True)
class Row:
    deferral: Deferral
    fullness: Fullness

    @property
    def obstacles(self) -> list[str]:
        return obstacle_words(self.deferral.obstacles)

    @property
    def is_late(self) -> bool:
        """The person's time to answer is over, or the day that stands has come."""
        return timezone.now() >= min(self.deferral.offer.answer_by, self.deferral.offer.onboarding_at)


@dataclass(frozen=True)
class Decision:
    """What HR looks at before deciding one request; `now` is what stands against it by now."""

    deferral: Deferral
    fullness: Fullness
    now: list[str]
    suggested: list[date]
    earlier: list[Deferral]


def to_decide(principal: Principal) -> DeferralQuerySet:
    """What waits for this person, the oldest first."""
    pending = Deferral.objects.visible_to(principal).pending()
    return pending.select_related("offer__candidate", "offer__branch").order_by("asked_at", "pk")


def of_offer(offer: Offer) -> list[Deferral]:
    """Every request of one offer, the oldest first; one query."""
    return list(offer.deferrals.select_related("decided_by").order_by("asked_at", "pk"))


def rows(deferrals: Sequence[Deferral]) -> list[Row]:
    """With how full the days are; two queries, however many requests."""
    policies = list(DeferralPolicy.objects.select_related("branch"))
    others = _others(deferrals)
    return [Row(one, Fullness(others[one.pk.hex], _places(one.offer, policies))) for one in deferrals]


def _places(offer: Offer, policies: Iterable[DeferralPolicy]) -> int | None:
    policy = policy_for(offer.branch, offer.candidate.category, policies)
    return policy.places_a_day if policy else None


def _others(deferrals: Sequence[Deferral]) -> dict[str, int]:
    """By request: how many others are to start on the day asked for; all in one query."""
    days = {one.pk.hex: _on_the_day(one) for one in deferrals}
    if not days:
        return {}
    coming = Offer.objects.filter(reduce(or_, days.values()), state__in=JOINING).order_by()
    numbered = {f"n{key}": Count("pk", filter=day) for key, day in days.items()}
    found = coming.aggregate(**numbered)
    return {key: found[f"n{key}"] for key in days}


def _on_the_day(deferral: Deferral) -> Q:
    offer = deferral.offer
    start = datetime.combine(
        deferral.wanted.astimezone(offer.branch.zone).date(), time.min, tzinfo=offer.branch.zone
    )
    day = Q(branch=offer.branch_id, onboarding_at__gte=start, onboarding_at__lt=start + timedelta(days=1))
    return day & ~Q(pk=offer.pk)


def decision(deferral: Deferral) -> Decision:
    offer = deferral.offer
    grounds = grounds_of(offer)
    wanted = deferral.wanted.astimezone(offer.branch.zone).date()
    others = grounds.taken.get(wanted, 0)
    return Decision(
        deferral=deferral,
        fullness=Fullness(others, grounds.policy.places_a_day if grounds.policy else None),
        now=obstacle_words(obstacles(wanted, grounds)),
        suggested=_suggested(grounds, apart_from=wanted),
        earlier=[one for one in of_offer(offer) if one.pk != deferral.pk],
    )


def _suggested(grounds: Grounds, *, apart_from: date) -> list[date]:
    """The next working days with a place, on the weekdays the policy allows."""
    days = possible_days(grounds, limit=SUGGESTED + 1, apart_from=OF_THE_RULES)
    return [day for day in days if day != apart_from][:SUGGESTED]
