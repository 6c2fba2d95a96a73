"""The bank's own gateway: signed both ways, repeated under one id, and never believed without a clear yes."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks.webhooks import Webhook

from candidates.models import Offer
from notifications.channels import TRANSPORTS, http
from notifications.channels.base import Accepted, Envelope, TransportError
from notifications.channels.sms_gateway.transport import sign_of
from notifications.models import Message, Receipt
from notifications.outbox import Tried, finish
from notifications.states import State
from tests.channels.babbler import Babbler
from tests.channels.conftest import envelope
from tests.factories import MessageFactory
from tests.sandbox.running import GATEWAY_SECRET, Listener, Sandbox, eventually
from tracking.models import Event

GATEWAY = TRANSPORTS["gateway"]
PHONE = "+8613800138000"
TEXT = "【海岳银行】请确认。"
RETRY, PERMANENT, UNCERTAIN, THROTTLED = "retry", "permanent", "uncertain", "throttled"


def kind(error: TransportError) -> str:
    found = [name for name in (PERMANENT, UNCERTAIN, THROTTLED) if getattr(error, name)]
    assert len(found) < 2
    return found[0] if found else RETRY


def error_of(sent: Envelope) -> TransportError:
    with pytest.raises(TransportError) as raised:
        GATEWAY.send(sent)
    return raised.value


@pytest.fixture(autouse=True)
def patience_restored() -> Iterator[None]:
    yield
    http.pool.cache_clear()


@pytest.fixture
def impatient(settings: Settings) -> None:
    """Gives up after half a second; the pool is made anew for it."""
    settings.CARRIER_TIMEOUT_SECONDS = 0.5
    http.pool.cache_clear()


# --- Sending ------------------------------------------------------------------------------------
def test_a_text_is_handed_over_with_its_signature_s_name_and_our_id(sandbox: Sandbox) -> None:
    sent = envelope(PHONE, TEXT)
    accepted = GATEWAY.send(sent)
    (kept,) = sandbox.messages(channel="sms")
    assert (kept["to"], kept["text"], kept["from"]) == (PHONE, TEXT, "海岳银行")
    assert (kept["client_id"], kept["reference"]) == (str(sent.message_id), accepted.reference)


@pytest.mark.parametrize(
    ("text", "name"),
    [(TEXT, "海岳银行"), ("[Haiyue Bank] Hello", "Haiyue Bank"), ("您好【海岳】", ""), ("", "")],
)
def test_the_signature_s_name_stands_at_the_beginning_of_a_text(text: str, name: str) -> None:
    assert sign_of(text) == name


def test_mainland_numbers_get_no_personal_link() -> None:
    assert not GATEWAY.takes_link(PHONE)
    assert GATEWAY.takes_link("+85212345678")


def test_an_uncertain_message_is_simply_sent_again(impatient: None, sandbox: Sandbox) -> None:
    sandbox.faults(timeout_after_accept=1)
    sent = envelope(PHONE, TEXT)
    assert kind(error_of(sent)) == UNCERTAIN
    sandbox.faults(timeout_after_accept=0)
    assert GATEWAY.look_up(sent) is None
    accepted = GATEWAY.send(sent)
    (kept,) = sandbox.messages(channel="sms")
    assert accepted == Accepted(kept["reference"])


@pytest.mark.parametrize(
    ("to", "code"),
    [("+8613800130001", "bad_number"), ("+8613800130002", "opted_out"), ("nobody", "bad_number")],
)
def test_a_refusal_is_a_permanent_failure_in_known_words(sandbox: Sandbox, to: str, code: str) -> None:
    error = error_of(envelope(to, TEXT))
    assert (error.code, kind(error)) == (code, PERMANENT)
    assert to not in str(error)
    assert str(GATEWAY.errors[code])


def test_a_refused_signature_is_ours_to_mend_and_not_the_message_s_end(
    sandbox: Sandbox, settings: Settings
) -> None:
    settings.GATEWAY_SECRET = "whsec_YW5vdGhlciBzZWNyZXQgb2YgMjQgYnl0ZXM="
    error = error_of(envelope(PHONE, TEXT))
    assert (error.code, kind(error)) == ("signature", RETRY)


def test_a_busy_gateway_names_its_time_and_a_broken_one_leaves_it_uncertain(sandbox: Sandbox) -> None:
    sandbox.faults(fail_rate=1)
    errors = [error_of(envelope(PHONE, TEXT)) for _ in range(20)]
    told = {(error.code, kind(error), error.retry_after) for error in errors}
    assert told == {("busy", THROTTLED, 2.0), ("500", UNCERTAIN, None)}


YES = {"accepted": True, "reference": "G1"}


@pytest.mark.parametrize(
    ("status", "content", "expected"),
    [
        (200, {"accepted": False}, PERMANENT),
        (200, {"accepted": "true", "reference": "G1"}, UNCERTAIN),
        (200, {"accepted": None}, UNCERTAIN),
        (200, [YES], UNCERTAIN),
        (200, "ok", UNCERTAIN),
        (204, None, UNCERTAIN),
        (301, YES, RETRY),
        (400, {"accepted": False}, PERMANENT),
        (401, {}, RETRY),
        (403, {}, RETRY),
        (404, YES, RETRY),
        (408, {}, RETRY),
        (409, {}, PERMANENT),
        (422, {}, PERMANENT),
        (429, {}, THROTTLED),
        (500, YES, UNCERTAIN),
        (502, {"accepted": False}, UNCERTAIN),
        (503, {}, RETRY),
        (504, {}, UNCERTAIN),
    ],
)
def test_each_answer_leads_to_its_next_step(
    status: int, content: object, expected: str, settings: Settings
) -> None:
    body = b"" if content is None else json.dumps(content).encode()
    with Babbler(status, body) as babbler:
        settings.GATEWAY_URL = babbler.url
        error = error_of(envelope(PHONE, TEXT))
    assert (kind(error), error.code) == (expected, str(status))


@pytest.mark.parametrize(("status", "expected"), [(429, THROTTLED), (503, RETRY)])
@pytest.mark.parametrize(("header", "seconds"), [("17", 17.0), ("soon", None), ("-1", None), ("²", None)])
def test_a_named_time_is_kept(
    status: int, expected: str, header: str, seconds: float | None, settings: Settings
) -> None:
    with Babbler(status, b"", {"Retry-After": header}) as babbler:
        settings.GATEWAY_URL = babbler.url
        error = error_of(envelope(PHONE, TEXT))
    assert (kind(error), error.retry_after) == (expected, seconds)


@pytest.mark.parametrize("body", [b"<html>", b"\xff\xfe", b"[" * 100_000, b'{"accepted": tru'])
def test_nonsense_is_neither_a_yes_nor_a_no(body: bytes, settings: Settings) -> None:
    with Babbler(200, body) as babbler:
        settings.GATEWAY_URL = babbler.url
        assert kind(error_of(envelope(PHONE, TEXT))) == UNCERTAIN


@pytest.mark.parametrize(
    ("told", "kept"), [(5, "5"), ("\0" + "9" * 200, "9" * 100), (None, ""), ({"a": 1}, "")]
)
def test_a_strange_reference_can_be_stored(told: object, kept: str, settings: Settings) -> None:
    with Babbler(200, json.dumps({"accepted": True, "reference": told}).encode()) as babbler:
        settings.GATEWAY_URL = babbler.url
        assert GATEWAY.send(envelope(PHONE, TEXT)) == Accepted(kept)


def test_nobody_listening_means_that_nothing_was_sent(settings: Settings) -> None:
    settings.GATEWAY_URL = "http://127.0.0.1:9/sms"
    assert kind(error_of(envelope(PHONE, TEXT))) == RETRY


# --- Reports ------------------------------------------------------------------------------------
@pytest.fixture
def message(offer: Offer, settings: Settings) -> Message:
    settings.GATEWAY_SECRET = GATEWAY_SECRET
    return MessageFactory.create(offer=offer, state=State.ACCEPTED, provider="gateway", reference="G1")


def report_of(message: Message, **changed: Any) -> dict[str, Any]:
    return {
        "id": str(message.pk),
        "status": "delivered",
        "code": "",
        "at": "2026-12-07T09:00:00+08:00",
        **changed,
    }


def signature(body: bytes, *, secret: str = GATEWAY_SECRET, age: int = 0) -> dict[str, str]:
    at = datetime.now(UTC) - timedelta(seconds=age)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, body.decode(errors="replace")),
    }


def post(client: Client, content: object, headers: dict[str, str] | None = None) -> HttpResponse:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = signature(body) if headers is None else headers
    return client.post(  # type: ignore[return-value]
        "/callbacks/gateway/", data=body, content_type="application/json", headers=headers
    )


def state_of(message: Message) -> str:
    return Message.objects.get(pk=message.pk).state


def must_have_left_no_trace(answered: HttpResponse, message: Message) -> None:
    assert answered.status_code == 403
    assert state_of(message) == State.ACCEPTED
    assert not Receipt.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("several", [False, True])
def test_a_signed_report_is_kept_and_applied(client: Client, message: Message, several: bool) -> None:
    report = report_of(message)
    assert post(client, [report] if several else report).status_code == 204
    assert state_of(message) == State.DELIVERED
    kept = Receipt.objects.get()
    assert (kept.message, kept.word) == (message, "delivered")
    assert "at=2026-12-07T09:00:00+08:00" in kept.raw


@pytest.mark.django_db
def test_a_report_of_failure_keeps_its_code(client: Client, message: Message) -> None:
    post(client, report_of(message, status="failed", code="out_of_reach"))
    assert state_of(message) == State.UNDELIVERED
    assert Message.objects.get(pk=message.pk).error_code == "out_of_reach"


@pytest.mark.django_db
def test_a_replay_changes_nothing(client: Client, message: Message) -> None:
    body = json.dumps(report_of(message)).encode()
    headers = signature(body)
    for _ in range(3):
        assert post(client, body, headers).status_code == 204
    assert post(client, report_of(message, at="2026-12-07T09:05:00+08:00")).status_code == 204
    assert Receipt.objects.count() == 1
    assert Event.objects.filter(message_id=message.pk, kind="delivered").count() == 1


@pytest.mark.django_db
def test_a_report_before_our_request_s_answer_is_applied_and_stays(
    client: Client, offer: Offer, settings: Settings
) -> None:
    settings.GATEWAY_SECRET = GATEWAY_SECRET
    lease = uuid4()
    message = MessageFactory.create(offer=offer, state=State.SENDING, provider="gateway", lease=lease)
    post(client, report_of(message))
    finish(lease=lease, tried=[Tried(message.pk, Accepted("G2"), timezone.now(), 200)])
    done = Message.objects.get(pk=message.pk)
    assert (done.state, done.reference) == (State.DELIVERED, "G2")


@pytest.mark.django_db
def test_an_unknown_word_is_kept_for_people_to_see(client: Client, message: Message) -> None:
    post(client, report_of(message, status="half_delivered"))
    assert state_of(message) == State.ACCEPTED
    assert Receipt.objects.get().word == "half_delivered"


@pytest.mark.django_db
@pytest.mark.parametrize("ours", ["not-a-uuid", str(uuid4()), 7])
def test_a_report_of_a_message_we_do_not_know_is_kept_by_itself(
    client: Client, message: Message, ours: object
) -> None:
    assert post(client, report_of(message, id=ours)).status_code == 204
    assert Receipt.objects.get().message is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spoilt",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "nonsense"},
        {"webhook-signature": "v1,é"},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "v1a,AAAA v2,BBBB"},
        {"webhook-id": "msg_2"},
        {"webhook-id": ""},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "1"},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": "nan"},
        {"webhook-timestamp": "1e999"},
        {"webhook-timestamp": "-1e15"},
    ],
)
def test_a_report_that_is_not_signed_by_the_gateway_leaves_no_trace(
    client: Client, message: Message, spoilt: dict[str, str]
) -> None:
    body = json.dumps(report_of(message)).encode()
    must_have_left_no_trace(post(client, body, {**signature(body), **spoilt}), message)
    must_have_left_no_trace(post(client, body, {}), message)


@pytest.mark.django_db
def test_a_signature_of_another_body_another_secret_or_another_time_is_refused(
    client: Client, message: Message
) -> None:
    body = json.dumps(report_of(message)).encode()
    for headers in (
        signature(json.dumps(report_of(message, status="failed")).encode()),
        signature(body, secret="whsec_YW5vdGhlciBzZWNyZXQgb2YgMjQgYnl0ZXM="),
        signature(body, age=400),
        signature(body, age=-400),
    ):
        must_have_left_no_trace(post(client, body, headers), message)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"no json", b"1", b"[1]", b"{}", b"[{}]", b'{"id": "x"}', b"[" * 20_000]
)
def test_a_signed_body_that_holds_no_reports_is_refused(
    client: Client, message: Message, body: bytes
) -> None:
    must_have_left_no_trace(post(client, body), message)


@pytest.mark.django_db
def test_our_own_request_sent_back_to_us_is_no_report(client: Client, message: Message) -> None:
    """Both ways are signed with the same secret."""
    ours = {"id": str(message.pk), "to": PHONE, "text": TEXT, "sign": "海岳银行"}
    must_have_left_no_trace(post(client, ours), message)


@pytest.mark.django_db
def test_a_get_is_refused(client: Client, message: Message) -> None:
    must_have_left_no_trace(client.get("/callbacks/gateway/"), message)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_what_the_stand_in_reports_is_understood(
    sandbox: Sandbox, callbacks: Listener, client: Client, message: Message
) -> None:
    GATEWAY.send(envelope("+8613800130004", TEXT, message_id=message.pk))
    eventually(lambda: callbacks.requests)
    (request,) = callbacks.requests
    headers = {name: value for name, value in request.headers.items() if name.lower().startswith("webhook-")}
    assert post(client, request.body, headers).status_code == 204
    assert state_of(message) == State.UNDELIVERED


# --- Settings -----------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["GATEWAY_URL", "GATEWAY_SECRET"])
def test_half_of_its_settings_is_a_contradiction_that_names_the_rest(settings: Settings, name: str) -> None:
    setattr(settings, name, "")
    (problem,) = GATEWAY.contradictions()
    assert name in problem


def test_none_of_its_settings_switches_it_off(settings: Settings) -> None:
    settings.GATEWAY_URL = settings.GATEWAY_SECRET = ""
    assert GATEWAY.contradictions() == []
    assert GATEWAY.missing_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEWAY_URL", "gateway.bank.example/sms"),
        ("GATEWAY_URL", "ftp://gateway.bank.example/sms"),
        ("GATEWAY_URL", "https:///sms"),
        ("GATEWAY_SECRET", "c2VjcmV0IHdpdGhvdXQgaXRzIHByZWZpeCE="),
        ("GATEWAY_SECRET", "whsec_not base64!"),
        ("GATEWAY_SECRET", "whsec_c2hvcnQ="),
    ],
)
def test_a_setting_that_cannot_be_meant_so_is_named_and_not_repeated(
    settings: Settings, name: str, value: str
) -> None:
    setattr(settings, name, value)
    (problem,) = GATEWAY.contradictions()
    assert name in problem
    assert value not in problem
