"""What happened with an offer, for people to read: events with the exact texts they are about."""

from __future__ import annotations

from dataclasses import dataclass

from candidates.models import Offer
from notifications.models import Message
from tracking.models import Event


@dataclass(frozen=True)
class Entry:
    event: Event
    message: Message | None


def timeline(offer: Offer) -> list[Entry]:
    """Newest first, each event with its message where it is about one. Two queries."""
    messages = {message.pk: message for message in offer.messages.select_related("version__template")}
    events = offer.events.order_by("-at", "-id")
    return [Entry(event, messages.get(event.message_id) if event.message_id else None) for event in events]
