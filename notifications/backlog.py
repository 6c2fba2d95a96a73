"""What waits on each channel, for whoever watches the outbox: the admin, the command line, a monitor."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q

from candidates.models import Channel
from notifications.models import Message
from notifications.states import FAILED, State

DAYS = 7
WAITING = Q(state__in=[State.PLANNED, State.UNCERTAIN])
# Two conditions and not one list of states: each is answered by a small index, however many old messages there are.
UNSENT = WAITING | Q(state=State.SENDING)


@dataclass(frozen=True)
class Backlog:
    """One channel's unsent messages. `due`: planned or uncertain, and their time has come."""

    planned: int = 0
    uncertain: int = 0
    sending: int = 0
    due: int = 0
    oldest_due: datetime | None = None


NAMES = [field.name for field in fields(Backlog)]


def backlogs(*, at: datetime) -> dict[str, Backlog]:
    """Every channel, also those with nothing waiting. One query."""
    ready = WAITING & Q(due_at__lte=at)
    counts = {state.value: Count("pk", filter=Q(state=state)) for state in (State.PLANNED, State.UNCERTAIN)}
    rows: Any = (
        Message.objects.filter(UNSENT)
        .values("channel")
        .annotate(
            **counts,
            sending=Count("pk", filter=Q(state=State.SENDING)),
            due=Count("pk", filter=ready),
            oldest_due=Min("due_at", filter=ready),
        )
    )
    found = {row["channel"]: Backlog(**{name: row[name] for name in NAMES}) for row in rows}
    return {channel: found.get(channel, Backlog()) for channel in Channel.values}


def failed_lately(*, at: datetime) -> dict[str, int]:
    """How many messages planned in the last days failed, by channel. One query."""
    planned = Message.objects.filter(
        state__in=FAILED, created_at__gt=at - timedelta(days=DAYS), created_at__lte=at
    )
    rows = planned.values("channel").annotate(count=Count("pk"))
    return {row["channel"]: row["count"] for row in rows}
