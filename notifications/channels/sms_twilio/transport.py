"""SMS by Twilio.

Source: Twilio's Programmable Messaging API, 2010-04-01; error codes from its error dictionary.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.utils import timezone

from notifications.channels.base import (
    Accepted,
    CallbackReply,
    CallbackRequest,
    Envelope,
    ParsedReceipt,
    Transport,
    TransportError,
)
from notifications.channels.carrier_json import text_in
from notifications.channels.sms_twilio import callbacks, client
from notifications.channels.sms_twilio.errors import ERRORS

# Twilio's own repeats of a callback: 3 s to connect, 1.5 s to answer, 5 times, on every failure.
CALLBACK_RETRIES = "#ct=3000&rt=1500&rc=5&rp=all"
THROTTLED = {20429}
OUR_SETUP = {401, 403}
NOT_PROCESSED = {408, 503}
# Every text holds a key of its own, so looking back further than needed finds no wrong one.
CLOCKS_DIFFER = timedelta(minutes=15)
ASKED_BACK = timedelta(days=2)


class TwilioTransport(Transport):
    name: ClassVar[str] = "twilio"
    channel: ClassVar[str] = "sms"
    needs = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID")
    errors = ERRORS
    can_be_asked = True
    dead_addresses = frozenset({"21211", "21610", "21614", "30005", "30006"})

    def takes_link(self, to: str) -> bool:
        """Mainland carriers drop texts with a personal link."""
        return not to.startswith("+86")

    def send(self, envelope: Envelope) -> Accepted:
        address = f"{settings.PUBLIC_URL}/callbacks/twilio/{envelope.message_id}/{CALLBACK_RETRIES}"
        fields = {"To": envelope.to, "Body": envelope.text, "StatusCallback": address, **_sender()}
        try:
            told = client.create(fields)
        except client.TwilioError as error:
            raise _as_transport_error(error) from None
        reference = text_in(told, "sid", longest=100)
        if not reference:
            raise TransportError("an answer without a number", code="sid", uncertain=True)
        return Accepted(reference)

    def look_up(self, envelope: Envelope) -> Accepted | None:
        """Twilio has no idempotency key: ask for what went to this number since, and compare the text.

        Whatever fails here, the message stays uncertain.
        """
        since = (envelope.first_sent_at or timezone.now()) - CLOCKS_DIFFER
        try:
            same = (
                sent for sent in client.sent_to(envelope.to, since=since) if sent.get("body") == envelope.text
            )
            found = next(same, None)
        except (client.TwilioError, TransportError) as error:
            code = str(error.code or type(error).__name__)
            raise TransportError("the look-up failed", code=code, uncertain=True) from None
        return Accepted(text_in(found, "sid", longest=100)) if found else None

    def fetch_receipts(self, references: Sequence[str]) -> list[ParsedReceipt]:
        """Receipts that did not come by themselves, out of the list of what was sent in the last days."""
        wanted, since = set(references), timezone.now() - ASKED_BACK
        try:
            return [
                callbacks.as_receipt(sent) for sent in client.sent(since=since) if sent.get("sid") in wanted
            ]
        except client.TwilioError as error:
            raise _as_transport_error(error) from None

    def answer_callback(self, request: CallbackRequest) -> CallbackReply:
        return callbacks.answer(request, auth_token=settings.TWILIO_AUTH_TOKEN)


def _sender() -> dict[str, str]:
    if settings.TWILIO_MESSAGING_SERVICE_SID:
        return {"MessagingServiceSid": settings.TWILIO_MESSAGING_SERVICE_SID}
    return {"From": settings.TWILIO_FROM}


def _as_transport_error(error: client.TwilioError) -> TransportError:
    """Twilio's message may repeat the number, so only its code is kept."""
    code = str(error.code or error.status)
    if error.status == 429 or error.code in THROTTLED:
        return TransportError("too many requests", code=code, throttled=True)
    if error.status in OUR_SETUP:
        return TransportError("the account or token is refused", code=code)
    if error.status in NOT_PROCESSED:
        return TransportError("the carrier is busy", code=code)
    if error.status >= 500:
        return TransportError("the carrier failed", code=code, uncertain=True)
    return TransportError("the carrier refused the message", code=code, permanent=True)


TRANSPORT = TwilioTransport()
