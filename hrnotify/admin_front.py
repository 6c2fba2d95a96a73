"""The first page of the admin: the bank's funnel by branch, and whether the channels work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.db.models.functions import Left
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from branches.admin.calendar import calendar_warning
from branches.models import Branch, User
from candidates.models import Channel
from notifications.backlog import backlogs
from notifications.channels import TRANSPORTS, carriers_of, transport_for
from notifications.channels.breaker import is_resting
from notifications.models import ChannelPause, Message
from notifications.pauses import pauses
from notifications.states import FAILED, State
from notifications.steering import may_steer
from tracking.funnel import DAYS, reached, start_of_funnel
from tracking.models import Progress, Stage

DAYS_SHOWN = 7
# Shown are the head office and the 分行, each with everything below it.
LEVELS_SHOWN = 2
STEPS = {**reached(), "unreachable": Q(stage=Stage.UNREACHABLE)}


@dataclass(frozen=True)
class FunnelRow:
    name: str
    address: str
    counts: list[int]


@dataclass(frozen=True)
class ChannelHealth:
    """One channel now and in the last days. `missing` names settings; a channel without a carrier has none.

    `carrier`: the first that is set up; `resting`: those that are left alone after failures in a row.
    """

    key: str
    name: str
    paused: ChannelPause | None
    carrier: str
    resting: list[str]
    missing: list[str]
    planned: int
    accepted: int
    delivered: int
    failed: int
    oldest_due: datetime | None
    tells_delivered: bool


def front_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's DASHBOARD_CALLBACK."""
    rows = funnel()
    offers = reverse("admin:candidates_offer_changelist")
    return {
        **context,
        **calendar_warning(),
        "funnel": rows,
        "total": [sum(column) for column in zip(*(row.counts for row in rows), strict=True)],
        "channels": channel_health(now=timezone.now()),
        "may_steer": isinstance(request.user, User) and may_steer(request.user),
        "days_shown": DAYS_SHOWN,
        "funnel_days": DAYS,
        "unreachable": Progress.objects.filter(stage=Stage.UNREACHABLE).count(),
        "unreachable_address": f"{offers}?progress__stage__exact={Stage.UNREACHABLE}",
    }


def funnel() -> list[FunnelRow]:
    """Offers of the funnel's days by branch, and how far they came. Two queries, whatever the bank's size."""
    prefix = Left("offer__branch__path", Branch.steplen * LEVELS_SHOWN)
    counts = {name: Count("pk", filter=condition) for name, condition in STEPS.items()}
    counted = Progress.objects.filter(offer__created_at__gte=start_of_funnel())
    grouped = counted.values(at=prefix).annotate(**counts).order_by("at")
    by_path: dict[str, Any] = {row["at"]: row for row in grouped}
    offers = reverse("admin:candidates_offer_changelist")
    return [
        FunnelRow(
            name=str(branch),
            address=f"{offers}?branch__id__exact={branch.pk}",
            counts=[by_path[branch.path][name] if branch.path in by_path else 0 for name in STEPS],
        )
        for branch in Branch.objects.filter(depth__lte=LEVELS_SHOWN)
    ]


def channel_health(*, now: datetime) -> list[ChannelHealth]:
    messages = Message.objects.filter(created_at__gte=now - timedelta(days=DAYS_SHOWN), created_at__lte=now)
    counted: dict[str, Any] = {
        row["channel"]: row
        for row in messages.values("channel").annotate(
            planned=Count("pk"),
            accepted=Count("pk", filter=Q(accepted_at__isnull=False)),
            delivered=Count("pk", filter=Q(state=State.DELIVERED)),
            failed=Count("pk", filter=Q(state__in=FAILED)),
        )
    }
    waiting, paused = backlogs(at=now), pauses()
    return [
        _health(Channel(name), counted.get(name, {}), waiting[name].oldest_due, paused.get(name))
        for name in Channel.values
    ]


def _health(
    channel: Channel, counts: dict[str, int], oldest_due: datetime | None, paused: ChannelPause | None
) -> ChannelHealth:
    carriers = [transport for transport in TRANSPORTS.values() if transport.channel == channel]
    current = transport_for(channel)
    return ChannelHealth(
        key=channel.value,
        name=str(channel.label),
        paused=paused,
        carrier=current.name if current else "",
        resting=[carrier.name for carrier in carriers_of(channel) if is_resting(carrier.name)],
        missing=[] if current else [name for carrier in carriers for name in carrier.missing_settings()],
        planned=counts.get("planned", 0),
        accepted=counts.get("accepted", 0),
        delivered=counts.get("delivered", 0),
        failed=counts.get("failed", 0),
        oldest_due=oldest_due,
        tells_delivered=current.tells_delivered if current else True,
    )


def environment(_request: HttpRequest) -> list[str] | None:
    """Unfold's ENVIRONMENT: a mark on every page of an installation that is not for real use."""
    return [gettext("Development"), "warning"] if settings.DEBUG else None
