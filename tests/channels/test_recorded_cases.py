"""What each carrier may answer or report, and the next step: one table, each row a fact of its documentation.

Answers come over the wire from a server that has recorded them, reports over our own address for them; what is
compared is what our database says afterwards.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from candidates.models import Candidate, Offer
from notifications import send
from notifications.channels import TRANSPORTS, http
from notifications.channels.base import Envelope
from notifications.channels.email import transport as email_transport
from notifications.channels.sms_gateway.signature import signed_headers
from notifications.channels.wechat import client as wechat_client
from notifications.models import Message, Receipt
from notifications.outbox import Tried, finish
from notifications.states import State
from tests.channels.bounce_mails import DOMAIN, auto_reply, complaint, status_report
from tests.channels.recorded import Answer, Recorded, RecordedMail
from tests.channels.wechat_wire import address, event
from tests.factories import MessageFactory

pytestmark = pytest.mark.django_db


# --- The next steps -----------------------------------------------------------------------------
@dataclass(frozen=True)
class Step:
    """Where a message stands: its state, whether the next channel has it, whether its address is given up."""

    state: State
    next_channel: bool = False
    address_unusable: bool = False
    # This carrier is not asked again; another one of the same channel is.
    next_carrier: bool = False
    # A try that does not count; and how long the message rests, where the carrier says that.
    counts: bool = True
    rests: float | None = None


TAKEN = Step(State.ACCEPTED)
REFUSED = Step(State.REJECTED, next_channel=True)
NOBODY_THERE = Step(State.REJECTED, next_channel=True, address_unusable=True)
AGAIN = Step(State.PLANNED)
NEXT_CARRIER = Step(State.PLANNED, next_carrier=True, counts=False)
UNCERTAIN = Step(State.UNCERTAIN)
TOO_FAST = Step(State.PLANNED, counts=False)
ARRIVED = Step(State.DELIVERED)
FAILED = Step(State.UNDELIVERED, next_channel=True)
FAILED_FOR_GOOD = Step(State.UNDELIVERED, next_channel=True, address_unusable=True)
BOUNCED = Step(State.BOUNCED, next_channel=True)
BOUNCED_FOR_GOOD = Step(State.BOUNCED, next_channel=True, address_unusable=True)


def resting(seconds: float) -> Step:
    return Step(State.PLANNED, counts=False, rests=seconds)


ADDRESSES = {"sms": "+8613800138000", "email": "xm@example.com", "wechat": "oHAIYUE1", "push": "1a0018970a62"}
CHANNELS = {"twilio": "sms", "aliyun": "sms", "gateway": "sms", "wechat": "wechat", "jpush": "push"}


@pytest.fixture(autouse=True)
def nothing_kept(settings: Settings) -> Iterator[None]:
    """No connection and no token of another test's server."""
    settings.CARRIER_TIMEOUT_SECONDS = 5
    settings.BOUNCE_DOMAIN, settings.SMS_PROVIDERS = DOMAIN, ["twilio"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    _forget()
    yield
    _forget()


def _forget() -> None:
    cache.clear()
    wechat_client._own.clear()


@pytest.fixture
def person(offer: Offer) -> Offer:
    """To be reached on every channel."""
    candidate = offer.candidate
    candidate.wechat_openid, candidate.push_id = ADDRESSES["wechat"], ADDRESSES["push"]
    candidate.save()
    return offer


def step_of(message: Message, *, tries_before: int = 0) -> Step:
    now = Message.objects.get(pk=message.pk)
    candidate = Candidate.objects.get(offers=message.offer_id)
    return Step(
        state=State(now.state),
        next_channel=Message.objects.exclude(pk=message.pk).exists(),
        address_unusable=message.channel in candidate.unusable_channels,
        next_carrier=message.provider in now.unfit_carriers,
        counts=now.tries > tries_before,
    )


# --- Answers ------------------------------------------------------------------------------------
def sending(offer: Offer, provider: str) -> Message:
    """Claimed, and being handed to the carrier for the first time."""
    return MessageFactory.create(
        offer=offer,
        channel=CHANNELS.get(provider, "email"),
        provider=provider,
        state=State.SENDING,
        tries=1,
        lease=uuid4(),
        lease_until=timezone.now() + timedelta(minutes=2),
    )


def handed_over(message: Message) -> None:
    """One try over the wire, and what the outbox makes of it."""
    envelope = Envelope(
        message_id=message.pk,
        to=ADDRESSES[message.channel],
        subject="录用通知",
        text="thing1: 请确认" if message.channel == "wechat" else "【海岳银行】请确认。",
        provider_template="SMS_1001" if message.provider == "aliyun" else "T1",
        template_values={"position": "综合柜员"},
        carrier_key="a key",
    )
    outcome = send._outcome(TRANSPORTS[message.provider], envelope)
    tried = Tried(message_id=message.pk, outcome=outcome, at=timezone.now(), milliseconds=1)
    assert message.lease
    finish(lease=message.lease, tried=[tried])


def must_lead_to(expected: Step, message: Message, *, since: Any) -> None:
    found = step_of(message)
    if expected.rests is not None:
        rest = (Message.objects.get(pk=message.pk).due_at - since).total_seconds()
        assert expected.rests <= rest < expected.rests * 1.5 + 5
    assert found == replace(expected, rests=None)


def twilio(status: int, code: int = 0) -> Answer:
    content = {"code": code, "message": "x", "more_info": "", "status": status} if code else {}
    return Answer(status, content)


def wechat(errcode: int) -> Answer:
    return Answer(200, {"errcode": errcode, "errmsg": "x"})


def aliyun(code: str, message: str = "", *, status: int = 200) -> Answer:
    return Answer(status, {"Code": code, "Message": message, "RequestId": "R"})


def jpush(status: int, code: int, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {"error": {"code": code, "message": "x"}}, named)


ANSWERS: list[tuple[str, str, Answer, Step]] = [
    ("twilio", "created", Answer(201, {"sid": "SM1", "status": "queued", "body": "x"}), TAKEN),
    ("twilio", "429", twilio(429, 20429), TOO_FAST),
    ("twilio", "429 without a code", twilio(429), TOO_FAST),
    ("twilio", "20429", twilio(400, 20429), TOO_FAST),
    ("twilio", "21211 bad number", twilio(400, 21211), NOBODY_THERE),
    ("twilio", "21610 opted out", twilio(400, 21610), NOBODY_THERE),
    ("twilio", "21617 too long", twilio(400, 21617), REFUSED),
    ("twilio", "20003 login", twilio(401, 20003), AGAIN),
    ("twilio", "500", twilio(500, 20500), UNCERTAIN),
    ("wechat", "ok", Answer(200, {"errcode": 0, "errmsg": "ok", "msgid": 9007199254740993}), TAKEN),
    ("wechat", "40001 token", wechat(40001), AGAIN),
    ("wechat", "40014 token", wechat(40014), AGAIN),
    ("wechat", "42001 token", wechat(42001), AGAIN),
    ("wechat", "43004 not following", wechat(43004), NOBODY_THERE),
    ("wechat", "43101 refused", wechat(43101), REFUSED),
    ("wechat", "40003 bad openid", wechat(40003), NOBODY_THERE),
    ("wechat", "40037 bad template", wechat(40037), REFUSED),
    ("wechat", "47003 bad fields", wechat(47003), REFUSED),
    ("wechat", "45009 quota", wechat(45009), resting(60)),
    ("wechat", "48001 no permission", wechat(48001), AGAIN),
    ("wechat", "-1 busy", wechat(-1), AGAIN),
    ("wechat", "no JSON", Answer(200, b"<html>"), UNCERTAIN),
    ("aliyun", "OK", Answer(200, {"Code": "OK", "Message": "OK", "BizId": "9", "RequestId": "R"}), TAKEN),
    ("aliyun", "a minute's limit", aliyun("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1"), resting(60)),
    ("aliyun", "an hour's limit", aliyun("isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5"), resting(3600)),
    ("aliyun", "a day's limit", aliyun("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:50"), REFUSED),
    ("aliyun", "our limit of the day", aliyun("isv.DAY_LIMIT_CONTROL"), AGAIN),
    ("aliyun", "signature", aliyun("isv.SMS_SIGN_ILLEGAL"), NEXT_CARRIER),
    ("aliyun", "template", aliyun("isv.SMS_TEMPLATE_ILLEGAL"), NEXT_CARRIER),
    ("aliyun", "out of service", aliyun("isv.OUT_OF_SERVICE"), AGAIN),
    ("aliyun", "number", aliyun("isv.MOBILE_NUMBER_ILLEGAL"), NOBODY_THERE),
    ("aliyun", "broken inside", aliyun("isp.SYSTEM_ERROR"), UNCERTAIN),
    ("aliyun", "throttled", aliyun("Throttling.User", status=400), TOO_FAST),
    ("gateway", "accepted", Answer(200, {"accepted": True, "reference": "G1"}), TAKEN),
    ("gateway", "refused", Answer(200, {"accepted": False, "code": "bad_text"}), REFUSED),
    ("gateway", "bad number", Answer(200, {"accepted": False, "code": "bad_number"}), NOBODY_THERE),
    ("gateway", "429", Answer(429, b"", {"Retry-After": "30"}), resting(30)),
    ("gateway", "401 our secret", Answer(401), AGAIN),
    ("gateway", "503 busy", Answer(503), AGAIN),
    ("gateway", "500", Answer(500), UNCERTAIN),
    ("jpush", "taken", Answer(200, {"sendno": "0", "msg_id": "2305843009213693952"}), TAKEN),
    ("jpush", "1011 no target", jpush(400, 1011), NOBODY_THERE),
    ("jpush", "1003 no registration", jpush(400, 1003), NOBODY_THERE),
    ("jpush", "1005 too long", jpush(400, 1005), REFUSED),
    ("jpush", "1004 login", jpush(401, 1004), AGAIN),
    ("jpush", "429", jpush(429, 2002, X_Rate_Limit_Reset="20"), resting(20)),
    ("jpush", "500", jpush(500, 1000), UNCERTAIN),
]  # fmt: skip
URLS = {
    "twilio": "TWILIO_API_URL",
    "wechat": "WECHAT_API_URL",
    "aliyun": "ALIYUN_SMS_API_URL",
    "gateway": "GATEWAY_URL",
    "jpush": "JPUSH_API_URL",
}


def test_vendors_and_the_table_know_the_same_carriers() -> None:
    assert {row[0] for row in ANSWERS} == URLS.keys()


@pytest.mark.parametrize(
    ("provider", "answer", "expected"),
    [pytest.param(row[0], *row[2:], id=f"{row[0]}: {row[1]}") for row in ANSWERS],
)
def test_an_answer_leads_to_its_next_step(
    person: Offer, settings: Settings, provider: str, answer: Answer, expected: Step
) -> None:
    message, since = sending(person, provider), timezone.now()
    with Recorded(answer) as carrier:
        setattr(settings, URLS[provider], carrier.url)
        handed_over(message)
        forget_connections(carrier)
    assert carrier.paths
    must_lead_to(expected, message, since=since)


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_refused_token_is_replaced_once_and_never_in_a_circle(
    person: Offer, settings: Settings, errcode: int
) -> None:
    with Recorded(wechat(errcode)) as carrier:
        settings.WECHAT_API_URL = carrier.url
        handed_over(sending(person, "wechat"))
        forget_connections(carrier)
    sends = [path for path in carrier.paths if path.endswith("/template/send")]
    assert len(sends) == 2
    assert len(carrier.paths) - len(sends) <= 3


MAIL: list[tuple[str, str, str, Step]] = [
    ("taken", ".", "250 ok", TAKEN),
    ("421 at the mailbox", "RCPT", "421 busy", AGAIN),
    ("450 mailbox busy", "RCPT", "450 busy", AGAIN),
    ("451 passing", "RCPT", "451 later", AGAIN),
    ("452 no space", "RCPT", "452 full", AGAIN),
    ("550 no mailbox", "RCPT", "550 no such user", NOBODY_THERE),
    ("552 full", "RCPT", "552 full", REFUSED),
    ("sender refused", "MAIL", "550 not you", AGAIN),
    ("451 of the mail", ".", "451 later", AGAIN),
    ("554 of the mail", ".", "554 spam", REFUSED),
    ("no answer to the mail", ".", "", UNCERTAIN),
]


@pytest.mark.parametrize(
    ("command", "answer", "expected"), [pytest.param(*row[1:], id=row[0]) for row in MAIL]
)
def test_a_mail_server_s_answer_leads_to_its_next_step(
    person: Offer, settings: Settings, command: str, answer: str, expected: Step
) -> None:
    message, since = sending(person, "smtp"), timezone.now()
    with RecordedMail(command, answer) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        handed_over(message)
        hang_up()
    must_lead_to(expected, message, since=since)


def forget_connections(carrier: Recorded) -> None:
    """The next server may be given the same port."""
    http.pool(carrier.url).close()
    http.pool.cache_clear()


def hang_up() -> None:
    """The connection that this thread keeps to the mail server."""
    if connection := getattr(email_transport._local, "connection", None):
        connection.close()
        email_transport._local.connection = None


# --- Reports ------------------------------------------------------------------------------------
Report = Callable[[Client, Message], int]


def twilio_status(word: str, code: str = "") -> Report:
    def post(client: Client, message: Message) -> int:
        form = {"MessageSid": "SM1", "MessageStatus": word, **({"ErrorCode": code} if code else {})}
        path = f"/callbacks/twilio/{message.pk}/"
        signed = f"{configured.PUBLIC_URL}{path}" + "".join(name + form[name] for name in sorted(form))
        digest = hmac.digest(configured.TWILIO_AUTH_TOKEN.encode(), signed.encode(), hashlib.sha1)
        signature = base64.b64encode(digest).decode()
        return client.post(
            path,
            urlencode(form),
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signature},
        ).status_code

    return post


def wechat_event(word: str) -> Report:
    def post(client: Client, message: Message) -> int:
        body = event(msgid=message.reference, status=word)
        return client.post(address(configured.WECHAT_TOKEN), body, content_type="text/xml").status_code

    return post


def aliyun_report(success: bool, code: str) -> Report:
    def post(client: Client, message: Message) -> int:
        told = {"success": success, "err_code": code, "biz_id": "9", "out_id": str(message.pk)}
        path = f"/callbacks/aliyun/{configured.ALIYUN_CALLBACK_SECRET}/"
        return client.post(path, json.dumps([told]), content_type="application/json").status_code

    return post


def gateway_report(status: str, code: str = "") -> Report:
    def post(client: Client, message: Message) -> int:
        body = json.dumps({"id": str(message.pk), "status": status, "code": code, "at": ""})
        signed = signed_headers(secret=configured.GATEWAY_SECRET, delivery="msg_1", body=body)
        return client.post(
            "/callbacks/gateway/", body, content_type="application/json", headers=signed
        ).status_code

    return post


def jpush_receipt(kind: object) -> Report:
    def post(client: Client, message: Message) -> int:
        path = f"/callbacks/jpush/{configured.JPUSH_CALLBACK_SECRET}/"
        body = json.dumps({"msg_id": message.reference, "type": kind})
        return client.post(path, body, content_type="application/json").status_code

    return post


def mail_back(made: Callable[[Message], bytes]) -> Report:
    def post(client: Client, message: Message) -> int:
        path = f"/callbacks/email/bounce/{configured.BOUNCE_SECRET}/"
        return client.post(path, made(message), content_type="message/rfc822").status_code

    return post


def bounce(action: str, status: str) -> Report:
    diagnosis = f"smtp; {status}"
    return mail_back(
        lambda message: status_report(verp(message), action=action, status=status, diagnosis=diagnosis)
    )


def verp(message: Message) -> str:
    return f"bounce+{message.pk}@{DOMAIN}"


REPORTS: list[tuple[str, str, Report, Step]] = [
    *(("twilio", word, twilio_status(word), TAKEN) for word in ("accepted", "scheduled", "queued", "sending", "sent")),
    ("twilio", "delivered", twilio_status("delivered"), ARRIVED),
    ("twilio", "read", twilio_status("read"), ARRIVED),
    ("twilio", "canceled", twilio_status("canceled"), FAILED),
    ("twilio", "failed", twilio_status("failed"), FAILED),
    ("twilio", "a new word", twilio_status("partially_delivered"), TAKEN),
    ("twilio", "30003 out of reach", twilio_status("undelivered", "30003"), FAILED),
    ("twilio", "30004 blocked", twilio_status("undelivered", "30004"), FAILED),
    ("twilio", "30005 unknown number", twilio_status("undelivered", "30005"), FAILED_FOR_GOOD),
    ("twilio", "30006 landline", twilio_status("undelivered", "30006"), FAILED_FOR_GOOD),
    ("twilio", "30007 filtered", twilio_status("undelivered", "30007"), FAILED),
    ("twilio", "30008 unknown", twilio_status("failed", "30008"), FAILED),
    ("wechat", "success", wechat_event("success"), ARRIVED),
    ("wechat", "user block", wechat_event("failed:user block"), FAILED_FOR_GOOD),
    ("wechat", "system failed", wechat_event("failed: system failed"), FAILED),
    ("wechat", "a new word", wechat_event("failed: something else"), FAILED),
    ("aliyun", "success", aliyun_report(True, "DELIVERED"), ARRIVED),
    ("aliyun", "not in service", aliyun_report(False, "MOBILE_NOT_ON_SERVICE"), FAILED_FOR_GOOD),
    ("aliyun", "keyword", aliyun_report(False, "CONTENT_KEYWORD"), FAILED),
    ("gateway", "delivered", gateway_report("delivered"), ARRIVED),
    ("gateway", "failed", gateway_report("failed", "out_of_reach"), FAILED),
    ("gateway", "bad number", gateway_report("failed", "bad_number"), FAILED_FOR_GOOD),
    ("gateway", "a new word", gateway_report("held"), TAKEN),
    ("jpush", "received", jpush_receipt(1), ARRIVED),
    ("jpush", "clicked", jpush_receipt(2), ARRIVED),
    ("jpush", "taken", jpush_receipt(8), TAKEN),
    ("smtp", "5.1.1 no mailbox", bounce("failed", "5.1.1"), BOUNCED_FOR_GOOD),
    ("smtp", "5.2.2 full", bounce("failed", "5.2.2"), BOUNCED),
    ("smtp", "4.4.7 given up", bounce("failed", "4.4.7"), BOUNCED),
    ("smtp", "4.4.1 delayed", bounce("delayed", "4.4.1"), TAKEN),
    ("smtp", "an auto-reply", mail_back(lambda message: auto_reply(verp(message))), TAKEN),
    ("smtp", "a complaint", mail_back(lambda message: complaint(verp(message), message_id=message.pk)), TAKEN),
]  # fmt: skip


@pytest.mark.parametrize(
    ("provider", "report", "expected"),
    [pytest.param(row[0], *row[2:], id=f"{row[0]}: {row[1]}") for row in REPORTS],
)
def test_a_report_leads_to_its_next_step(
    client: Client, person: Offer, settings: Settings, provider: str, report: Report, expected: Step
) -> None:
    settings.WECHAT_AES_KEY = ""
    message = MessageFactory.create(
        offer=person,
        channel=CHANNELS.get(provider, "email"),
        provider=provider,
        reference="71",
        state=State.ACCEPTED,
        accepted_at=timezone.now(),
        tries=1,
    )
    assert report(client, message) in {200, 204}
    assert step_of(message) == expected
    assert all(receipt.raw for receipt in Receipt.objects.all())
