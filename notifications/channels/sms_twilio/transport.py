"""SMS by Twilio, through Twilio's own client.

Source: Twilio's Programmable Messaging API, 2010-04-01; error codes from its error dictionary.
"""

import logging
from datetime import timedelta
from functools import cache
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from notifications.channels import http
from notifications.channels.base import (
    Accepted,
    CallbackReply,
    CallbackRequest,
    Envelope,
    Transport,
    TransportError,
)
from notifications.channels.sms_twilio import callbacks
from notifications.channels.sms_twilio.errors import ERRORS

DEFAULT_API_URL = "https://api.twilio.com"
# Twilio's own repeats of a callback: 3 s to connect, 1.5 s to answer, 5 times, on every failure.
CALLBACK_RETRIES = "#ct=3000&rt=1500&rc=5&rp=all"
THROTTLED = {20429}
OUR_SETUP = {401, 403}
NOT_PROCESSED = {408, 503}
# Every text holds a key of its own, so looking back further than needed finds no wrong one.
CLOCKS_DIFFER = timedelta(minutes=15)


class PooledHttpClient(HttpClient):  # type: ignore[misc]  # twilio ships no types
    """Twilio's client over our connections; also the only way to give it another base address."""

    def __init__(self, api_url: str) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        self.api_url = api_url

    def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        address = url.replace(DEFAULT_API_URL, self.api_url, 1)
        if params:
            address = f"{address}?{urlencode(params, doseq=True)}"
        if auth:
            headers = {**(headers or {}), **http.basic_auth(*auth)}
        answer = http.request(method, address, body=urlencode(data or {}, doseq=True), headers=headers)
        return Response(answer.status, answer.data.decode(errors="replace"), answer.headers)


@cache
def _client(account_sid: str, auth_token: str, api_url: str) -> Client:
    return Client(account_sid, auth_token, http_client=PooledHttpClient(api_url))


class TwilioTransport(Transport):
    name: ClassVar[str] = "twilio"
    channel: ClassVar[str] = "sms"
    needs = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID")
    errors = ERRORS
    dead_addresses = frozenset({"21211", "21610", "21614", "30005", "30006"})

    def takes_link(self, to: str) -> bool:
        """Mainland carriers drop texts with a personal link."""
        return not to.startswith("+86")

    def send(self, envelope: Envelope) -> Accepted:
        try:
            sent = self._api().messages.create(
                to=envelope.to,
                body=envelope.text,
                status_callback=f"{settings.PUBLIC_URL}/callbacks/twilio/{envelope.message_id}/{CALLBACK_RETRIES}",
                **_sender(),
            )
        except TwilioRestException as error:
            raise _as_transport_error(error) from None
        return Accepted(reference=str(sent.sid))

    def look_up(self, envelope: Envelope) -> Accepted | None:
        """Twilio has no idempotency key: ask for what went to this number since, and compare the text.

        Whatever fails here, the message stays uncertain.
        """
        since = (envelope.first_sent_at or timezone.now()) - CLOCKS_DIFFER
        try:
            found = self._api().messages.list(to=envelope.to, date_sent_after=since, page_size=50, limit=200)
        except (TwilioException, TransportError) as error:
            # The client wraps a refused page into an error without a code of its own.
            raise TransportError("the look-up failed", code=type(error).__name__, uncertain=True) from None
        return next((Accepted(str(sent.sid)) for sent in found if sent.body == envelope.text), None)

    def answer_callback(self, request: CallbackRequest) -> CallbackReply:
        return callbacks.answer(request, auth_token=settings.TWILIO_AUTH_TOKEN)

    def _api(self) -> Client:
        return _client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_API_URL)


def _sender() -> dict[str, Any]:
    if settings.TWILIO_MESSAGING_SERVICE_SID:
        return {"messaging_service_sid": settings.TWILIO_MESSAGING_SERVICE_SID}
    return {"from_": settings.TWILIO_FROM}


def _as_transport_error(error: TwilioRestException) -> TransportError:
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
