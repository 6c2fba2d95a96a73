"""The clock of the system: what beat runs every few seconds, for any moment it is given."""

from datetime import datetime

from django.db.models import Count

from notifications.models import Message
from notifications.outbox import sweep
from notifications.wake import wake


def tick(*, at: datetime) -> dict[str, int]:
    """Return lost rows to the queue and wake a worker for each channel with something due.

    Returns counts: rows swept, and due messages per channel.
    """
    swept = sweep(at=at)
    due = due_by_channel(at=at)
    for channel in due:
        wake(channel)
    return {"swept": swept, **due}


def due_by_channel(*, at: datetime) -> dict[str, int]:
    rows = Message.objects.ready(at=at).values("channel").annotate(count=Count("pk"))
    return {row["channel"]: row["count"] for row in rows}
