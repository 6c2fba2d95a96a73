"""What our own database says: whether all has settled, and whether each acknowledged receipt was put to use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db import DatabaseError, connection

from candidates.models import Channel
from notifications.models import Message
from notifications.states import UNSENT, State


def _anew() -> None:
    """The server may have been killed since the last question."""
    connection.close()


def mails_under_way() -> int:
    """0 where the database cannot say."""
    _anew()
    try:
        return Message.objects.filter(channel=Channel.EMAIL, state=State.SENDING).count()
    except DatabaseError:
        return 0


def unsettled() -> int:
    """Messages that have not come to an end."""
    _anew()
    return Message.objects.filter(state__in=UNSENT).count()


def failures() -> dict[tuple[str, str, str], int]:
    """Messages that failed, by channel, state and code."""
    _anew()
    failed = Message.objects.exclude(state__in=[*UNSENT, State.ACCEPTED, State.DELIVERED])
    return dict(Counter(failed.values_list("channel", "state", "error_code")))


def not_put_to_use(references: Iterable[str]) -> int:
    """Messages whose arrival we were told and said that we knew, and which do not show it."""
    _anew()
    known = set(references)
    undelivered = Message.objects.filter(delivered_at__isnull=True).exclude(reference="")
    return sum(reference in known for reference in undelivered.values_list("reference", flat=True))
