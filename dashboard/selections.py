"""The groups of offers that have a name, each as one condition.

Numbers and the lists behind them use the same condition, so that a number is always as long as its list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from candidates.models import Channel, Deferral, OfferState
from notifications.channels import TRANSPORTS
from notifications.models import Message
from notifications.states import FAILED, State
from tracking.funnel import reached
from tracking.models import Stage

NEAR = timedelta(hours=48)
# So long after the first day a person who never answered is still somebody's task.
DAYS_KEPT = 14
REACHED = reached("progress__")


def start_of_day(days_ahead: int = 0) -> datetime:
    """Midnight, in the bank's time zone, at the start of today or of a day after it."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=days_ahead)


def unanswered() -> Q:
    """No answer, and it is HR's turn: the planner handed it over, or the deadline is near or past.

    Not while a call says when to ask again, nor while a request for another first day waits, which is a task of its
    own. Whoever let the first day pass stays for a fortnight.
    """
    now = timezone.now()
    is_hrs_turn = Q(progress__handed_over_at__isnull=False) | Q(answer_by__lte=now + NEAR)
    asks_for_another_day = Exists(Deferral.objects.pending().filter(offer=OuterRef("pk")))
    return (
        Q(state=OfferState.OFFERED, onboarding_at__gte=start_of_day(-DAYS_KEPT))
        & is_hrs_turn
        & ~Q(progress__ask_again_at__gt=now)
        & ~Q(asks_for_another_day)
    )


def unreachable_still() -> Q:
    return Q(progress__stage=Stage.UNREACHABLE, onboarding_at__gte=start_of_day())


def arriving() -> Q:
    """Confirmed, with the first day today or tomorrow."""
    return Q(
        progress__stage=Stage.CONFIRMED, onboarding_at__gte=start_of_day(), onboarding_at__lt=start_of_day(2)
    )


def delivery_unknown() -> Q:
    """Sent by a carrier that cannot tell about delivery, with no other carrier's report to come."""
    out = Message.objects.filter(offer=OuterRef("pk"), state=State.ACCEPTED)
    silent = Exists(out.filter(provider__in=silent_carriers()))
    telling = Exists(out.exclude(provider__in=silent_carriers()))
    return REACHED["passed"] & Q(progress__delivered_at__isnull=True) & silent & ~telling


def failed_on(channel: str) -> Q:
    return Q(Exists(Message.objects.filter(offer=OuterRef("pk"), channel=channel, state__in=FAILED)))


def silent_carriers() -> list[str]:
    return [name for name, transport in TRANSPORTS.items() if not transport.tells_delivered]


def silent_channels() -> list[Promise | str]:
    """Labels of the channels whose carriers cannot tell about delivery."""
    return [Channel(TRANSPORTS[name].channel).label for name in silent_carriers()]


def _reached(step: str) -> Callable[[], Q]:
    return lambda: REACHED[step]


def _now_at(stage: Stage) -> Callable[[], Q]:
    return lambda: Q(progress__stage=stage)


TO_DO = {
    "unreachable_still": (_("Failed on all channels, still to come"), unreachable_still),
    "unanswered": (_("Unanswered, yours to ask"), unanswered),
    "arriving": (_("Arriving today or tomorrow"), arriving),
}
# The way of an offer, each step with everybody who has come that far.
FUNNEL = {
    "passed": (_("Passed"), _reached("passed")),
    "reached_sent": (_("Sent"), _reached("sent")),
    "reached_delivered": (_("Delivered"), _reached("delivered")),
    "reached_opened": (_("Opened"), _reached("opened")),
    Stage.CONFIRMED.value: (Stage.CONFIRMED.label, _now_at(Stage.CONFIRMED)),
}
UNKNOWN = "delivery_unknown"
NOW_AT = {stage.value: (stage.label, _now_at(stage)) for stage in Stage}
SELECTIONS = {**TO_DO, **FUNNEL, UNKNOWN: (_("Delivery cannot be known"), delivery_unknown), **NOW_AT}


def condition(name: str) -> Q:
    return SELECTIONS[name][1]()


def choices() -> Iterable[tuple[Promise | str, list[tuple[str, Promise | str]]]]:
    """The names for a drop-down, in groups."""
    reached = {name: entry for name, entry in SELECTIONS.items() if name not in {*TO_DO, *NOW_AT}}
    for title, group in ((_("To do"), TO_DO), (_("Now at"), NOW_AT), (_("Has come as far as"), reached)):
        yield title, [(name, label) for name, (label, _condition) in group.items()]
