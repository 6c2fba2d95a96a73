"""Codes and short words of the record, in words a person can act on."""

from __future__ import annotations

from django.utils.translation import gettext

from candidates.models import DeclineReason
from notifications.channels import why
from notifications.models import Message, Purpose
from tracking.models import Actor, Event, Kind

NO_CONNECTION = {
    "ConnectionError",
    "ConnectionRefusedError",
    "NewConnectionError",
    "ConnectTimeoutError",
    "gaierror",
}
NO_ANSWER = {"TimeoutError", "ReadTimeoutError", "SMTPServerDisconnected", "ProtocolError"}


def error_words(channel: str, code: str) -> str:
    """Why a message failed; "" without a code."""
    if not code:
        return ""
    if known := why(channel, code):
        return known
    if code in NO_CONNECTION:
        return gettext("The carrier could not be reached.")
    if code in NO_ANSWER:
        return gettext("The carrier did not answer in time.")
    return gettext("code %(code)s") % {"code": code}


def event_detail(event: Event) -> str:
    """An event's short word (a code, a purpose, a reason) for people."""
    if event.kind == Kind.FAILED:
        return error_words(event.channel, event.detail)
    for words in (Purpose, DeclineReason):
        if event.detail in words.values:
            return str(words(event.detail).label)
    return event.detail


def actor_words(actor: str) -> str:
    return str(Actor(actor).label) if actor in Actor.values else actor


def message_error(message: Message) -> str:
    """Why the message failed or waits; the carrier layer's own words where no code says it."""
    return error_words(message.channel, message.error_code) or message.error
