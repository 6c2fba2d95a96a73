"""Claimed rows → carrier → outcome, with many requests in flight and no transaction open."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

import structlog
from django.conf import settings
from django.utils import timezone

from notifications.channels import transport_for
from notifications.channels.base import Accepted, Envelope, Transport, TransportError
from notifications.outbox import Tried, claim, finish

log = structlog.get_logger(__name__)

BATCH = 64


def send_due(channel: str) -> int:
    """Send all that is due on a channel, batch after batch. Returns the number of tries."""
    transport = transport_for(channel)
    if transport is None:
        return 0
    count = 0
    while batch := claim(transport=transport, limit=BATCH):
        finish(lease=batch.lease, tried=list(_threads().map(partial(_try, transport), batch.envelopes)))
        count += len(batch.envelopes)
    return count


@cache
def _threads() -> ThreadPoolExecutor:
    """Sending threads of this process; made on first use, so after a worker has forked. They use no database."""
    return ThreadPoolExecutor(max_workers=settings.IN_FLIGHT, thread_name_prefix="send")


def _try(transport: Transport, envelope: Envelope) -> Tried:
    at, start = timezone.now(), time.monotonic()
    outcome = _outcome(transport, envelope)
    return Tried(envelope.message_id, outcome, at, milliseconds=round((time.monotonic() - start) * 1000))


def _outcome(transport: Transport, envelope: Envelope) -> Accepted | TransportError:
    if not envelope.to:
        return TransportError(
            "there is no address on this channel any more", code="no_address", permanent=True
        )
    try:
        if envelope.first_sent_at and (found := transport.look_up(envelope)):
            return found
        return transport.send(envelope)
    except TransportError as error:
        return error
    except Exception as error:
        log.exception("transport_failed", carrier=transport.name, error=type(error).__name__)
        return TransportError("the carrier's client failed", code=type(error).__name__, uncertain=True)
