"""Whoever is not the carrier is refused and leaves a count, nothing else; what the carrier repeats changes nothing."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings as configured
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from candidates.models import Offer
from hrnotify.embedded import EmbeddedServers
from notifications import refused_callbacks
from notifications.channels.sms_gateway.signature import signed_headers
from notifications.models import Message, Receipt
from notifications.refused_callbacks import count_refused
from notifications.shared_redis import shared_redis
from notifications.states import State
from tests.api.test_callbacks import twilio_signature
from tests.channels.bounce_mails import DOMAIN, status_report
from tests.channels.wechat_wire import event, letter, seal, sealed_address
from tests.factories import MessageFactory
from tracking.models import Event, Progress

pytestmark = pytest.mark.django_db
PHONE, OPENID = "+8613800138000", "oHAIYUE1"


@dataclass(frozen=True)
class Wire:
    """A request as a carrier makes it."""

    path: str
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    def post(self, client: Client) -> HttpResponse:
        return client.post(  # type: ignore[return-value]
            self.path, data=self.body, content_type=self.content_type, headers=self.headers
        )

    def without_headers(self) -> "Wire":
        return replace(self, headers={})

    def instead(self, old: str, new: str) -> "Wire":
        """With something else in its address."""
        assert old in self.path
        return replace(self, path=self.path.replace(old, new))


# --- What each carrier sends --------------------------------------------------------------------
def twilio(message: Message) -> Wire:
    form = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": PHONE}
    path = f"/callbacks/twilio/{message.pk}/"
    return Wire(
        path,
        urlencode(form).encode(),
        "application/x-www-form-urlencoded",
        {"X-Twilio-Signature": twilio_signature(path, form)},
    )


def wechat(message: Message) -> Wire:
    sealed = seal(
        event(msgid="71", person=OPENID), aes_key=configured.WECHAT_AES_KEY, app_id=configured.WECHAT_APP_ID
    )
    return Wire(sealed_address(configured.WECHAT_TOKEN, sealed), letter(sealed), "text/xml")


def gateway(message: Message) -> Wire:
    body = json.dumps({"id": str(message.pk), "status": "delivered", "code": "", "to": PHONE})
    signed = signed_headers(secret=configured.GATEWAY_SECRET, delivery="msg_1", body=body)
    return Wire("/callbacks/gateway/", body.encode(), headers=signed)


def aliyun(message: Message) -> Wire:
    told = {"phone_number": "13800138000", "success": True, "err_code": "DELIVERED", "biz_id": "9"}
    body = json.dumps([{**told, "out_id": str(message.pk)}]).encode()
    return Wire(f"/callbacks/aliyun/{configured.ALIYUN_CALLBACK_SECRET}/", body)


def jpush(message: Message) -> Wire:
    body = json.dumps({"msg_id": "71", "type": 1, "registration_id": OPENID}).encode()
    return Wire(f"/callbacks/jpush/{configured.JPUSH_CALLBACK_SECRET}/", body)


def bounce(message: Message) -> Wire:
    path = f"/callbacks/email/bounce/{configured.BOUNCE_SECRET}/"
    return Wire(path, status_report(to=f"bounce+{message.pk}@{DOMAIN}"), "message/rfc822")


CARRIERS: dict[str, tuple[Callable[[Message], Wire], dict[str, str], State]] = {
    "twilio": (twilio, {"channel": "sms", "provider": "twilio", "reference": "SM1"}, State.DELIVERED),
    "wechat": (wechat, {"channel": "wechat", "provider": "wechat", "reference": "71"}, State.DELIVERED),
    "gateway": (gateway, {"channel": "sms", "provider": "gateway"}, State.DELIVERED),
    "aliyun": (aliyun, {"channel": "sms", "provider": "aliyun"}, State.DELIVERED),
    "jpush": (jpush, {"channel": "push", "provider": "jpush", "reference": "71"}, State.DELIVERED),
    "email": (bounce, {"channel": "email", "provider": "smtp"}, State.BOUNCED),
}


@pytest.fixture(autouse=True)
def settings_of_mail(settings: Settings) -> None:
    settings.BOUNCE_DOMAIN = DOMAIN


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    shared_redis().delete(refused_callbacks.KEY)
    yield
    shared_redis().delete(refused_callbacks.KEY)


def with_carrier(offer: Offer, carrier: str) -> tuple[Message, Wire]:
    """A message the carrier has accepted, and its genuine report of it."""
    made, values, _ = CARRIERS[carrier]
    message = MessageFactory.create(offer=offer, state=State.ACCEPTED, **values)
    return message, made(message)


def everything() -> list[dict[str, Any]]:
    return [
        dict(row) for model in (Message, Receipt, Event, Progress) for row in model._default_manager.values()
    ]


def counted(client: Client) -> dict[tuple[str, str], float]:
    """By carrier and reason, as a monitor reads it."""
    shown = client.get("/metrics").content.decode()
    found = re.findall(
        r'^hrnotify_callbacks_refused_total\{carrier="(.*?)",reason="(.*?)"\} (.+)$', shown, re.MULTILINE
    )
    return {(carrier, reason): float(count) for carrier, reason, count in found}


# --- The genuine --------------------------------------------------------------------------------
@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_genuine_report_is_applied_and_a_replay_changes_nothing(
    client: Client, offer: Offer, carrier: str
) -> None:
    message, genuine = with_carrier(offer, carrier)
    assert genuine.post(client).status_code in {200, 204}
    assert Message.objects.get(pk=message.pk).state == CARRIERS[carrier][2]
    before = everything()
    for _ in range(2):
        assert genuine.post(client).status_code in {200, 204}
    assert everything() == before
    assert counted(client) == {}


def test_a_callback_takes_few_statements_and_nothing_that_pages_need(client: Client, offer: Offer) -> None:
    _, genuine = with_carrier(offer, "twilio")
    with CaptureQueriesContext(connection) as first:
        answered = genuine.post(client)
    with CaptureQueriesContext(connection) as repeated:
        genuine.post(client)
    # With those that begin and end the transaction, here savepoints.
    assert len(first) <= 10
    assert len(repeated) <= 4
    assert not answered.cookies
    assert "Content-Security-Policy" not in answered.headers
    assert answered.headers["X-Content-Type-Options"] == "nosniff"


# --- The forged ---------------------------------------------------------------------------------
FORGED: dict[tuple[str, str], Callable[[Wire], Wire]] = {
    ("twilio", "wrong signature"): Wire.without_headers,
    ("wechat", "wrong signature"): lambda wire: wire.instead("&msg_signature=", "&msg_signature=0"),
    ("wechat", "too old or too new"): lambda wire: wire.instead("timestamp=", "timestamp=²&"),
    ("gateway", "Missing required headers"): Wire.without_headers,
    ("gateway", "No matching signature found"): lambda wire: replace(wire, body=wire.body + b" "),
    ("gateway", "Message timestamp too old"): lambda wire: replace(
        wire, headers={**wire.headers, "webhook-timestamp": "1700000000"}
    ),
    ("aliyun", "wrong secret"): lambda wire: wire.instead("callback/", "callbacks/"),
    ("jpush", "wrong secret"): lambda wire: wire.instead("callback/", "callbacks/"),
    ("email", "wrong address or secret"): lambda wire: wire.instead("secret/", "secrets/"),
}


@pytest.mark.parametrize(("carrier", "reason"), FORGED)
def test_a_forged_report_leaves_a_count_and_nothing_else(
    client: Client, offer: Offer, caplog: pytest.LogCaptureFixture, carrier: str, reason: str
) -> None:
    _, genuine = with_carrier(offer, carrier)
    forged = FORGED[carrier, reason](genuine)
    before = everything()
    with caplog.at_level(logging.INFO):
        answers = [forged.post(client) for _ in range(3)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(403, b"")}
    assert everything() == before
    assert caplog.records == []
    assert counted(client) == {(carrier, reason): 3}


def test_a_carrier_s_own_request_that_cannot_be_read_is_counted_too(client: Client, offer: Offer) -> None:
    _, genuine = with_carrier(offer, "aliyun")
    assert replace(genuine, body=b"[1]").post(client).status_code == 403
    assert replace(genuine, body=b" " * (configured.BATCH_MAX_BYTES + 1)).post(client).status_code == 413
    reasons = {"not an object or an array of them": 1, "too large": 1}
    assert counted(client) == {("aliyun", reason): count for reason, count in reasons.items()}


def test_without_redis_a_forged_report_is_refused_all_the_same(
    client: Client, offer: Offer, embedded_servers: EmbeddedServers, caplog: pytest.LogCaptureFixture
) -> None:
    _, genuine = with_carrier(offer, "twilio")
    embedded_servers.stop_valkey()
    try:
        assert genuine.without_headers().post(client).status_code == 403
        assert counted(client) == {}
    finally:
        embedded_servers.start_valkey()
    assert "138001" not in caplog.text
    assert "wrong signature" in caplog.text
    count_refused("twilio", "wrong signature")  # the next one is counted again
    assert counted(client) == {("twilio", "wrong signature"): 1}
