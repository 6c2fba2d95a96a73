"""What a mail service reports of a mail: proven and read by Anymail, told in our words.

Source: Anymail, "Tracking sent mail status", normalized event types.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit
from uuid import UUID

from anymail.exceptions import AnymailConfigurationError, AnymailError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError

from notifications.channels.base import CallbackRefused, CallbackReply, CallbackRequest, ParsedReceipt
from notifications.channels.carrier_json import storable
from notifications.channels.email.bounces import NO_REASON, code_in
from notifications.channels.email_esp import service
from notifications.channels.email_esp.errors import REFUSED
from notifications.states import State

PROVIDER = "esp"
OUR_ID = "message_id"  # in the data that a service sends back with each report
OUTCOMES = {
    EventType.QUEUED: State.ACCEPTED,
    EventType.SENT: State.ACCEPTED,
    # The service still tries; as with plain mail, nothing is changed by it.
    EventType.DEFERRED: State.ACCEPTED,
    EventType.DELIVERED: State.DELIVERED,
    EventType.BOUNCED: State.BOUNCED,
    EventType.REJECTED: State.UNDELIVERED,
    EventType.FAILED: State.UNDELIVERED,
    # Pictures are loaded and links are followed by mail servers' scanners: neither says that a person read it.
    EventType.OPENED: State.ACCEPTED,
    EventType.CLICKED: State.ACCEPTED,
    EventType.AUTORESPONDED: State.ACCEPTED,
}
FAILURES = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
# A bounce with one of these is an ordinary one; the others say why the service did not even try.
ORDINARY = {None, RejectReason.BOUNCED, RejectReason.OTHER}
MALFORMED = (
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    AssertionError,
    OverflowError,
    RecursionError,
    MultiPartParserError,
    AnymailConfigurationError,  # a report that belongs to another address, such as incoming mail
)


def answer(request: CallbackRequest, *, secret: str) -> CallbackReply:
    """Raises CallbackRefused on a wrong secret, where none is set, and on what Anymail does not take for genuine."""
    if not secret or not compare_digest(request.rest.strip("/").encode(), secret.encode()):
        raise CallbackRefused("wrong secret")
    if request.method != "POST":
        raise CallbackRefused("reports are posted")
    return CallbackReply(receipts=[_receipt(event) for event in _events(request)])


def _events(request: CallbackRequest) -> list[AnymailTrackingEvent]:
    reader, posted = service.reader(), _as_django_knows_it(request)
    try:
        reader.run_validators(posted)
        events: list[AnymailTrackingEvent] = reader.parse_events(posted)
    except AnymailWebhookValidationFailure:
        raise CallbackRefused("the signature is wrong") from None
    except (AnymailError, SuspiciousOperation, *MALFORMED) as error:
        raise CallbackRefused(f"not a report of {reader.esp_name} ({type(error).__name__})") from None
    if not all(isinstance(event, AnymailTrackingEvent) for event in events):
        raise CallbackRefused("not a report about a mail of ours")
    return events


def _as_django_knows_it(request: CallbackRequest) -> HttpRequest:
    """The request as Anymail wants it, at the public address that some services sign."""
    url = urlsplit(request.url)
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}
    environ: dict[str, Any] = {
        **headers,
        "HTTP_HOST": url.netloc,
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote_to_bytes(url.path).decode("latin-1"),
        "QUERY_STRING": url.query,
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": BytesIO(request.body),
    }
    return WSGIRequest(environ)


# --- In our words -------------------------------------------------------------------------------
def _receipt(event: AnymailTrackingEvent) -> ParsedReceipt:
    raw = _raw(event)
    return ParsedReceipt(
        provider=PROVIDER,
        key=_key(event, raw),
        word=str(event.event_type)[:100],
        outcome=OUTCOMES.get(event.event_type, ""),
        reference=storable(str(event.message_id or ""))[:100],
        message_id=_our_id(event.metadata),
        code=_code(event),
        raw=raw,
    )


def _key(event: AnymailTrackingEvent, raw: str) -> str:
    """The service's number for the event; some have none, and tell of the same event in the same words."""
    return sha256((str(event.event_id) if event.event_id else raw).encode()).hexdigest()


def _raw(event: AnymailTrackingEvent) -> str:
    told = event.esp_event
    content = told if isinstance(told, dict | list) else dict(getattr(told, "items", dict)())
    return json.dumps(content, sort_keys=True, default=str)


def _our_id(metadata: object) -> UUID | None:
    try:
        return UUID(str(metadata[OUR_ID])) if isinstance(metadata, Mapping) else None
    except (KeyError, ValueError):
        return None


def _code(event: AnymailTrackingEvent) -> str:
    """What the other mail server said; where it said nothing, why the service did not send it."""
    said = f"{event.mta_response or ''} {event.description or ''}"
    if event.event_type not in FAILURES:
        return code_in(said, "4") if event.event_type == EventType.DEFERRED else ""
    if found := code_in(said, "5"):
        return found
    if event.event_type == EventType.BOUNCED and event.reject_reason in ORDINARY:
        return NO_REASON
    return f"{REFUSED}{event.reject_reason or RejectReason.OTHER}"[:50]
