"""The clock of the system: what beat runs every few seconds, for any moment it is given."""

from datetime import datetime

from django.db.models import Count

from notifications.models import Message
from notifications.outbox import sweep
from notifications.pauses import pauses
from notifications.receipts import match_waiting
from notifications.reconciliation import fetch_overdue
from notifications.wake import wake


def tick(*, at: datetime) -> dict[str, int]:
    """Return lost rows to the queue and wake a worker for each channel with something due that is not paused.

    Returns counts: rows swept, receipts matched and fetched, and due messages per channel.
    """
    swept, matched, fetched = sweep(at=at), match_waiting(), fetch_overdue(at=at)
    due = due_by_channel(at=at)
    for channel in due.keys() - pauses().keys():
        wake(channel)
    return {"swept": swept, "matched": matched, "fetched": fetched, **due}


def due_by_channel(*, at: datetime) -> dict[str, int]:
    rows = Message.objects.ready(at=at).values("channel").annotate(count=Count("pk"))
    return {row["channel"]: row["count"] for row in rows}
