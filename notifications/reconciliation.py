"""Receipts that did not come by themselves are asked for, where a carrier answers such questions."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

from notifications.channels import TRANSPORTS
from notifications.channels.base import Transport, TransportError
from notifications.models import Message
from notifications.receipts import take_receipts
from notifications.states import State

log = structlog.get_logger(__name__)

# A receipt usually comes within seconds; after a day nobody needs it any more.
OVERDUE, ASKED_UNTIL = timedelta(minutes=10), timedelta(days=1)
PAUSE_SECONDS = 300
MOST = 1000


def fetch_overdue(*, at: datetime) -> int:
    """Ask each carrier that can be asked, at most every few minutes. Returns the number of receipts taken."""
    carriers = [carrier for carrier in TRANSPORTS.values() if carrier.can_be_asked]
    return sum(
        _fetch(carrier, at) for carrier in carriers if not carrier.missing_settings() and _is_time(carrier)
    )


def _is_time(carrier: Transport) -> bool:
    """Without Redis nobody knows when a carrier was asked last, and it must not be asked at every beat."""
    try:
        return bool(cache.add(f"reconciliation:{carrier.name}", True, PAUSE_SECONDS))
    except (RedisError, OSError):
        return False


def _fetch(carrier: Transport, at: datetime) -> int:
    silent = Message.objects.filter(
        provider=carrier.name,
        state=State.ACCEPTED,
        accepted_at__range=(at - ASKED_UNTIL, at - OVERDUE),
    ).exclude(reference="")
    references = list(silent.order_by("accepted_at").values_list("reference", flat=True)[:MOST])
    try:
        found = carrier.fetch_receipts(references) if references else []
    except TransportError as error:
        log.warning("receipts_not_fetched", carrier=carrier.name, code=error.code)
        return 0
    take_receipts(found)
    return len(found)
