"""What happened with an offer, for people to read: events with the exact texts they are about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from candidates.models import Offer
from notifications.models import Message
from tracking.models import Event

# The keys to a candidate's page are the candidate's alone: whoever reads a text later must not be able to answer.
KEY_IN_LINK = re.compile(r"(/n/)[A-Za-z0-9_-]{16,}")
# Told by the word before it: a telephone number may look just like a code.
CODE = re.compile(r"((?:验证码|code) )\d{4} \d{4}")


@dataclass(frozen=True)
class Entry:
    event: Event
    message: Message | None


def timeline(offer: Offer) -> list[Entry]:
    """Newest first, each event with its message where it is about one. Two queries."""
    messages = {message.pk: message for message in offer.messages.select_related("version__template")}
    events = offer.events.order_by("-at", "-id")
    return [Entry(event, messages.get(event.message_id) if event.message_id else None) for event in events]


def shown_text(text: str) -> str:
    """A sent text as it went out, with the candidate's key blotted out."""
    return CODE.sub(r"\1•••• ••••", KEY_IN_LINK.sub(r"\1••••••", text))
