"""SMS by the bank's own gateway. Its protocol is ours: docs/carriers.md."""

import json
import re
from typing import ClassVar
from urllib.parse import urlsplit

import urllib3
from django.conf import settings

from notifications.channels import http
from notifications.channels.base import (
    Accepted,
    CallbackReply,
    CallbackRequest,
    Envelope,
    Transport,
    TransportError,
)
from notifications.channels.carrier_json import answer_in, text_in
from notifications.channels.sms_gateway import callbacks
from notifications.channels.sms_gateway.errors import ERRORS
from notifications.channels.sms_gateway.signature import secret_problem, signed_headers

SIGN = re.compile(r"【([^】]+)】|\[([^\]]+)\]")
NOT_PROCESSED = {408, 503}
# Nothing about the message: the address, the secret, or something that stands before the gateway.
OUR_SETUP = {401, 403, 404, 405, 407}


class GatewayTransport(Transport):
    name: ClassVar[str] = "gateway"
    channel: ClassVar[str] = "sms"
    needs = ("GATEWAY_URL", "GATEWAY_SECRET")
    errors = ERRORS
    dead_addresses = frozenset({"bad_number", "opted_out"})

    @property
    def callback_bytes(self) -> int:
        """Reports may come as an array."""
        return int(settings.BATCH_MAX_BYTES)

    def contradictions(self) -> list[str]:
        problems, url, secret = super().contradictions(), settings.GATEWAY_URL, settings.GATEWAY_SECRET
        if url and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname):
            problems.append(f"{self.name}: GATEWAY_URL is no http(s) address.")
        if secret and (wanted := secret_problem(secret)):
            problems.append(f"{self.name}: GATEWAY_SECRET {wanted}.")
        return problems

    def takes_link(self, to: str) -> bool:
        """The gateway hands over to mainland carriers, which drop texts with a personal link."""
        return not to.startswith("+86")

    def send(self, envelope: Envelope) -> Accepted:
        """`id` makes a repeat harmless, so that an uncertain message needs no look-up."""
        message = {
            "id": str(envelope.message_id),
            "to": envelope.to,
            "text": envelope.text,
            "sign": sign_of(envelope.text),
        }
        body = json.dumps(message, ensure_ascii=False)
        headers = signed_headers(secret=settings.GATEWAY_SECRET, delivery=message["id"], body=body)
        answer = http.request(
            "POST",
            settings.GATEWAY_URL,
            body=body.encode(),
            headers={"Content-Type": "application/json", **headers},
        )
        return _accepted(answer)

    def answer_callback(self, request: CallbackRequest) -> CallbackReply:
        return callbacks.answer(request, secret=settings.GATEWAY_SECRET)


def sign_of(text: str) -> str:
    """The bank's name in the brackets that a text begins with, by which a gateway chooses the line it is sent on."""
    found = SIGN.match(text)
    return (found[1] or found[2]) if found else ""


def _accepted(answer: urllib3.BaseHTTPResponse) -> Accepted:
    """Raises TransportError for all but a clear yes."""
    told, wait = answer_in(answer.data), http.retry_after(answer)
    code = text_in(told, "code", longest=50) or str(answer.status)
    if answer.status == 429:
        raise TransportError("too many requests", code=code, throttled=True, retry_after=wait)
    if answer.status in NOT_PROCESSED:
        raise TransportError("the gateway is busy", code=code, retry_after=wait)
    if answer.status in OUR_SETUP or 300 <= answer.status < 400:
        raise TransportError("the gateway's address or the secret is not right", code=code)
    if answer.status < 300 and told.get("accepted") is True:
        return Accepted(reference=text_in(told, "reference", longest=100))
    if answer.status < 500 and (answer.status >= 400 or told.get("accepted") is False):
        raise TransportError("the gateway refused the message", code=code, permanent=True)
    raise TransportError("an answer that says neither yes nor no", code=code, uncertain=True)


TRANSPORT = GatewayTransport()
