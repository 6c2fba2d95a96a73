"""The clock of the system: what beat runs every few seconds, for any moment it is given."""

from datetime import datetime

from django.db.models import Count

from notifications.looks import look_at_due
from notifications.models import Message
from notifications.outbox import sweep
from notifications.pauses import pauses
from notifications.receipts import match_waiting
from notifications.reconciliation import fetch_overdue
from notifications.wake import wake


def tick(*, at: datetime) -> dict[str, int]:
    """Return lost rows to the queue, plan what is due, and wake a worker for each channel that is not paused.

    Returns counts: rows swept, receipts matched and fetched, offers looked at, messages planned, tasks handed to HR,
    and due messages per channel.
    """
    swept, matched, fetched = sweep(at=at), match_waiting(), fetch_overdue(at=at)
    looked = look_at_due(at=at)
    due = due_by_channel(at=at)
    for channel in due.keys() - pauses().keys():
        wake(channel)
    counts = {"swept": swept, "matched": matched, "fetched": fetched}
    return counts | {"looked_at": looked.offers, "planned": looked.planned, "tasks": looked.tasks} | due


def due_by_channel(*, at: datetime) -> dict[str, int]:
    rows = Message.objects.ready(at=at).values("channel").annotate(count=Count("pk"))
    return {row["channel"]: row["count"] for row in rows}
