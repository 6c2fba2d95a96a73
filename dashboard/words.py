"""Codes and short words of the record, in words a person can act on."""

from __future__ import annotations

from datetime import date

from django.utils.translation import get_language, gettext

from candidates.models import DeclineReason
from notifications.channels import why
from notifications.dates import date_text
from notifications.models import Message, Purpose
from notifications.reasons import reason_words
from tracking.models import Actor, CallResult, Event, Kind

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


def event_title(event: Event) -> str:
    """What happened. An offer that HR or a rule made again is no interview passed once more."""
    if event.kind == Kind.OFFERED and event.actor != Actor.PLATFORM:
        return gettext("Made again, for an answer")
    return event.get_kind_display()


def event_detail(event: Event) -> str:
    """An event's short word (a code, a purpose, a reason) for people."""
    match event.kind:
        case Kind.FAILED:
            return error_words(event.channel, event.detail)
        case Kind.HANDED_OVER:
            return " · ".join(reason_words([event.detail]))
        case Kind.DEFER_ASKED | Kind.DEFERRED:
            return _day(event.detail)
    for words in (CallResult,) if event.kind == Kind.CALLED else (Purpose, DeclineReason):
        if event.detail in words.values:
            return str(words(event.detail).label)
    return event.detail


def _day(iso: str) -> str:
    """A day such as 2026-12-07 as people write it; what is none stays as it is."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso
    return day_words(day)


def day_words(day: date) -> str:
    """Such as 2026年12月7日（周一）."""
    return date_text(day, get_language() or "")


def actor_words(actor: str) -> str:
    return str(Actor(actor).label) if actor in Actor.values else actor


def message_error(message: Message) -> str:
    """Why the message failed or waits; the carrier layer's own words where no code says it."""
    return error_words(message.channel, message.error_code) or message.error
