"""The bank's own gateway's stand-in: signed requests, one message per id, signed reports."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import urllib3
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from twilio.base.exceptions import TwilioRestException

from tests.sandbox.running import GATEWAY_SECRET, Listener, Sandbox, eventually
from tests.sandbox.twilio_client import twilio_client

PHONE = "+8613800138000"


def post(
    sandbox: Sandbox, content: object, *, secret: str = GATEWAY_SECRET, age: int = 0, timeout: float = 10
) -> urllib3.BaseHTTPResponse:
    body, at = json.dumps(content), datetime.now(UTC) - timedelta(seconds=age)
    headers = {
        "webhook-id": "one",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("one", at, body),
    }
    return sandbox.http.request(
        "POST", f"{sandbox.url}/gateway/sms", body=body, headers=headers, timeout=timeout
    )


def message(**changed: Any) -> dict[str, Any]:
    return {"id": "m-1", "to": PHONE, "text": "【海岳银行】请确认。", "sign": "海岳银行", **changed}


def test_a_text_is_kept_once_per_id(sandbox: Sandbox) -> None:
    text = message(id="kept-once")
    first, second = post(sandbox, text), post(sandbox, text)
    assert first.json() == second.json()
    assert first.json()["accepted"] is True
    (kept,) = sandbox.messages(channel="sms", to=PHONE)
    assert (kept["text"], kept["from"]) == ("【海岳银行】请确认。", "海岳银行")
    assert (kept["reference"], kept["client_id"]) == (first.json()["reference"], "kept-once")


@pytest.mark.parametrize("wrong", [{"secret": "whsec_YW5vdGhlcg=="}, {"age": 400}, {"age": -400}])
def test_a_request_that_is_not_signed_or_too_old_is_refused(wrong: dict[str, Any], sandbox: Sandbox) -> None:
    assert post(sandbox, message(), **wrong).status == 401
    assert sandbox.post("/gateway/sms", message()).status == 401
    assert sandbox.messages() == []


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (message(to="+8613800130001"), 400, "bad_number"),
        (message(to="13800138000"), 400, "bad_number"),
        (message(to="+8613800130002"), 200, "opted_out"),
        (message(text=""), 422, "bad_text"),
        (message(sign=None), 400, "bad_request"),
        ([], 400, "bad_request"),
    ],
)
def test_a_refused_text_says_why_and_is_not_kept(
    content: object, status: int, code: str, sandbox: Sandbox
) -> None:
    answer = post(sandbox, content)
    assert (answer.status, answer.json()) == (status, {"accepted": False, "code": code})
    assert sandbox.messages() == []


@pytest.mark.parametrize(
    ("to", "status", "code"),
    [
        (PHONE, "delivered", ""),
        ("+8613800130003", "failed", "out_of_reach"),
        ("+8613800130004", "failed", "blocked"),
    ],
)
def test_what_became_of_a_text_is_reported_signed(
    to: str, status: str, code: str, sandbox: Sandbox, listener: Listener
) -> None:
    post(sandbox, message(id=f"reported-{to}", to=to))
    eventually(lambda: listener.requests)
    (request,) = listener.requests
    assert request.path == "/callbacks/gateway/"
    report = Webhook(GATEWAY_SECRET).verify(request.body, request.headers)
    assert (report["id"], report["status"], report["code"]) == (f"reported-{to}", status, code)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_YW5vdGhlcg==").verify(request.body, request.headers)


def test_a_phone_has_the_texts_of_several_carriers_and_each_finds_its_own(sandbox: Sandbox) -> None:
    twilio = twilio_client(base=sandbox.url)
    sid = twilio.messages.create(to=PHONE, from_="+15005550006", body="by Twilio").sid
    reference = post(sandbox, message(id="by-the-gateway")).json()["reference"]
    assert [text["reference"] for text in sandbox.messages(to=PHONE)] == [sid, reference]
    assert [text.sid for text in twilio.messages.list(to=PHONE)] == [sid]
    with pytest.raises(TwilioRestException):
        twilio.messages(reference).fetch()
    twilio.http_client.session.close()


def test_a_silent_number_never_reports(sandbox: Sandbox, listener: Listener) -> None:
    post(sandbox, message(id="silent", to="+8613800130005"))
    post(sandbox, message(id="ordinary"))
    eventually(lambda: listener.requests)
    assert [json.loads(request.body)["id"] for request in listener.requests] == ["ordinary"]


def test_a_failing_gateway_fails_for_now_and_keeps_nothing(sandbox: Sandbox) -> None:
    sandbox.faults(fail_rate=1)
    answers = [post(sandbox, message(id="failing")) for _ in range(20)]
    assert {answer.status for answer in answers} == {500, 429}
    assert {answer.headers.get("Retry-After") for answer in answers if answer.status == 429} == {"2"}
    assert sandbox.messages() == []


def test_a_text_left_unanswered_is_not_sent_again(sandbox: Sandbox) -> None:
    sandbox.faults(timeout_after_accept=1)
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        post(sandbox, message(id="unanswered"), timeout=0.5)
    again = post(sandbox, message(id="unanswered"))
    (kept,) = sandbox.messages(channel="sms")
    assert again.json() == {"accepted": True, "reference": kept["reference"]}
