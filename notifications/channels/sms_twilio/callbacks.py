"""Twilio's signed status callbacks.

They come in any order, and none for the first status. Source: Twilio, "Track the Message Status of Outbound
Messages" and "Validating requests".
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from twilio.request_validator import RequestValidator

from notifications.channels.base import CallbackRefused, CallbackReply, CallbackRequest, ParsedReceipt
from notifications.channels.carrier_json import as_text, text_in
from notifications.states import State

OUTCOMES = {
    "accepted": State.ACCEPTED,
    "scheduled": State.ACCEPTED,
    "queued": State.ACCEPTED,
    "sending": State.ACCEPTED,
    "sent": State.ACCEPTED,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.UNDELIVERED,
    "failed": State.UNDELIVERED,
    "canceled": State.UNDELIVERED,
}


def answer(request: CallbackRequest, *, auth_token: str) -> CallbackReply:
    """Raises CallbackRefused on a wrong signature or a body that is no status callback."""
    form = _form(request.body)
    signature = request.headers.get("X-Twilio-Signature", "")
    if request.method != "POST" or not RequestValidator(auth_token).validate(request.url, form, signature):
        raise CallbackRefused("wrong signature")
    return CallbackReply(status=204, receipts=[_receipt(request.rest, form)])


def as_receipt(sent: Mapping[str, Any]) -> ParsedReceipt:
    """A message as Twilio lists it; under the same key as the callback that may still come."""
    sid, word = text_in(sent, "sid", longest=100), text_in(sent, "status", longest=100)
    code = text_in(sent, "error_code", longest=50)
    return ParsedReceipt(
        provider="twilio",
        key=f"{sid}:{word}:{code}",
        word=word,
        outcome=OUTCOMES.get(word, ""),
        reference=sid,
        code=code,
        raw=as_text(sent),
    )


def _form(body: bytes) -> dict[str, str]:
    try:
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    except (UnicodeDecodeError, ValueError):
        raise CallbackRefused("not a form") from None
    if any("\0" in value for value in form.values()):
        raise CallbackRefused("holds a NUL")
    return form


def _receipt(rest: str, form: dict[str, str]) -> ParsedReceipt:
    try:
        message_id, sid, word = UUID(rest.strip("/")), form["MessageSid"], form["MessageStatus"]
    except (ValueError, KeyError):
        raise CallbackRefused("not a status callback") from None
    code = form.get("ErrorCode", "")
    return ParsedReceipt(
        provider="twilio",
        key=f"{sid}:{word}:{code}"[:200],
        word=word[:100],
        outcome=OUTCOMES.get(word, ""),
        reference=sid[:100],
        message_id=message_id,
        code=code[:50],
        raw=_as_text(form),
    )


def _as_text(form: dict[str, str]) -> str:
    return "\n".join(f"{name}={value}" for name, value in sorted(form.items()))
