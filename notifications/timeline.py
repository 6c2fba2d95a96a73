"""What happened with an offer, for people to read: events with the texts they are about, and what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext

from candidates.models import Offer
from notifications.channels import TRANSPORTS
from notifications.models import Message
from notifications.states import State
from tracking.models import Event, Kind

# Most receipts come within seconds: before that nobody misses one.
MISSED_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class Entry:
    """`silence`: beside the acceptance of a message, that nobody knows whether it arrived."""

    event: Event
    message: Message | None
    silence: str = ""


def timeline(offer: Offer) -> list[Entry]:
    """Newest first, each event with its message where it is about one. Two queries."""
    messages = {message.pk: message for message in offer.messages.select_related("version__template")}
    return [_entry(event, messages) for event in offer.events.order_by("-at", "-id")]


def _entry(event: Event, messages: dict[UUID, Message]) -> Entry:
    message = messages.get(event.message_id) if event.message_id else None
    accepted = message if event.kind == Kind.ACCEPTED else None
    return Entry(event, message, silence(accepted) if accepted else "")


def silence(message: Message, *, at: datetime | None = None) -> str:
    """That nothing says whether a message arrived which a carrier has: never to be known, or not yet, for how long.

    "" where it is known, and for a carrier that was taken out of use: nobody knows what it could tell.
    """
    carrier = TRANSPORTS.get(message.provider)
    if message.state != State.ACCEPTED or carrier is None:
        return ""
    if not carrier.tells_delivered:
        return gettext("delivery cannot be known")
    return no_receipt(message, at=at or timezone.now())


def no_receipt(message: Message, *, at: datetime) -> str:
    """ "no receipt for 3 hours"; "" within the first minute."""
    if message.accepted_at is None or at - message.accepted_at < MISSED_AFTER:
        return ""
    return gettext("no receipt for %(age)s") % {"age": timesince(message.accepted_at, at, depth=1)}
