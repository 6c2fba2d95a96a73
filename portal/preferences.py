"""The ways in which this candidate can be written to, as the page offers them."""

from __future__ import annotations

from candidates.identity import masked_email, masked_phone
from candidates.models import Candidate, Channel, Offer
from notifications.models import Purpose
from notifications.plan import ways_for


def ways_to_write(offer: Offer) -> list[tuple[str, str]]:
    """Channels that reach the person and that the bank uses, each with the address so far as it may be shown."""
    return [
        (way.channel, _label(offer.candidate, way.channel)) for way in ways_for(offer, Purpose.PASS_NOTICE)
    ]


def _label(candidate: Candidate, channel: str) -> str:
    address = {
        Channel.SMS: masked_phone(candidate.phone),
        Channel.EMAIL: masked_email(candidate.email),
    }.get(Channel(channel), "")
    label = str(Channel(channel).label)
    return f"{label} · {address}" if address else label
