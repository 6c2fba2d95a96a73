"""Mailgun's stand-in: its API for one mail, its refusals, and its signed reports."""

import hmac
import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
import urllib3

from tests.sandbox.running import ACCOUNTS, Listener, Sandbox, eventually, start_sandbox

KEY, SIGNING_KEY, DOMAIN = "a mailgun key of the tests", "a signing key of the tests", "bank.example"
MAILGUN = {
    "ANYMAIL_MAILGUN_API_KEY": KEY,
    "ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY,
    "ANYMAIL_MAILGUN_SENDER_DOMAIN": DOMAIN,
}
CANDIDATE = "xm@example.com"


@pytest.fixture(scope="module")
def running(listener_of_session: Listener) -> Iterator[Sandbox]:
    address = f"{listener_of_session.url}/callbacks/esp/secret/"
    sandbox = start_sandbox("--esp-callback", address, environment={**ACCOUNTS, **MAILGUN})
    yield sandbox
    assert sandbox.stop() == 0


@pytest.fixture
def mailgun(running: Sandbox, listener_of_session: Listener) -> Sandbox:
    running.reset()
    listener_of_session.requests.clear()
    return running


@pytest.fixture
def reports(listener_of_session: Listener, mailgun: Sandbox) -> Listener:
    return listener_of_session


def form(**changed: str) -> dict[str, str]:
    return {
        "from": "HR <hr@bank.example>",
        "to": CANDIDATE,
        "subject": "录用通知",
        "text": "请确认。",
        "html": '<p><a href="https://bank.example/n/abc/">这里</a></p>',
        "h:Message-Id": "<17@bank.example>",
        "v:message_id": "17",
        "o:tracking-opens": "no",
        **changed,
    }


def post(
    mailgun: Sandbox, fields: dict[str, str], *, key: str = KEY, domain: str = DOMAIN, timeout: float = 10
) -> urllib3.BaseHTTPResponse:
    return mailgun.http.request(
        "POST",
        f"{mailgun.url}/v3/{domain}/messages",
        fields=fields,
        headers=urllib3.make_headers(basic_auth=f"api:{key}"),
        timeout=timeout,
    )


def test_a_mail_is_kept_as_a_person_sees_it(mailgun: Sandbox) -> None:
    answer = post(mailgun, form())
    assert (answer.status, answer.json()["id"]) == (200, "<17@bank.example>")
    [kept] = mailgun.messages(channel="email", to=CANDIDATE.upper())
    assert (kept["subject"], kept["text"], kept["from"]) == ("录用通知", "请确认。", "HR <hr@bank.example>")
    assert kept["links"] == ["https://bank.example/n/abc/"]
    assert kept["client_id"] == kept["reference"] == "<17@bank.example>"
    assert kept["headers"]["tracking-opens"] == "no"


def test_what_comes_twice_is_sent_twice(mailgun: Sandbox) -> None:
    assert post(mailgun, form()).status == post(mailgun, form()).status == 200
    assert len(mailgun.messages(channel="email")) == 2


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"to": "nobody"}, 400),
        ({"to": "a@example.com, b@example.com"}, 400),
        ({"to": "bounce@example.com"}, 400),
        ({"subject": ""}, 400),
        ({"text": ""}, 400),
    ],
)
def test_what_mailgun_does_not_take_is_not_kept(
    mailgun: Sandbox, changed: dict[str, str], status: int
) -> None:
    answer = post(mailgun, form(**changed))
    assert (answer.status, bool(answer.json()["message"])) == (status, True)
    assert mailgun.messages() == []


def test_a_wrong_key_or_domain_is_refused(mailgun: Sandbox) -> None:
    assert post(mailgun, form(), key="another").status == 401
    assert post(mailgun, form(), domain="another.example").status == 404
    assert mailgun.messages() == []


def events_of(reports: Listener, count: int) -> list[dict[str, Any]]:
    """What was reported, each under a signature of its own."""
    eventually(lambda: len(reports.requests) == count)
    told = [json.loads(request.body) for request in reports.requests]
    for one in told:
        signature = one["signature"]
        signed = f"{signature['timestamp']}{signature['token']}".encode()
        assert hmac.new(SIGNING_KEY.encode(), signed, sha256).hexdigest() == signature["signature"]
    assert len({one["signature"]["token"] for one in told}) == count
    return [one["event-data"] for one in told]


@pytest.mark.parametrize(
    ("to", "events"),
    [
        (CANDIDATE, ["delivered"]),
        ("undeliverable@example.com", ["failed"]),
        ("full@example.com", ["failed"]),
        ("suppressed@example.com", ["failed"]),
        ("delayed@example.com", ["failed", "delivered"]),
        ("complains@example.com", ["delivered", "complained"]),
        ("scanned@example.com", ["delivered", "opened", "clicked"]),
    ],
)
def test_what_became_of_a_mail_is_reported_signed(
    mailgun: Sandbox, reports: Listener, to: str, events: list[str]
) -> None:
    post(mailgun, form(to=to))
    told = events_of(reports, len(events))
    assert [event["event"] for event in told] == events
    for event in told:
        assert event["message"]["headers"]["message-id"] == "17@bank.example"
        assert event["user-variables"] == {"message_id": "17"}
        assert event["recipient"] == to
    assert reports.requests[0].path == "/callbacks/esp/secret/"


def test_a_silent_mailbox_reports_nothing(mailgun: Sandbox, reports: Listener) -> None:
    post(mailgun, form(to="silent@example.com"))
    post(mailgun, form())
    assert [event["recipient"] for event in events_of(reports, 1)] == [CANDIDATE]


def test_a_failing_service_keeps_nothing(mailgun: Sandbox) -> None:
    mailgun.faults(fail_rate=1)
    answers = [post(mailgun, form()) for _ in range(30)]
    assert {answer.status for answer in answers} == {500, 503, 429}
    assert {answer.headers.get("Retry-After") for answer in answers if answer.status == 429} == {"1"}
    assert mailgun.messages() == []


def test_a_mail_left_unanswered_is_kept_and_reported(mailgun: Sandbox, reports: Listener) -> None:
    mailgun.faults(timeout_after_accept=1)
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        post(mailgun, form(), timeout=0.5)
    assert len(mailgun.messages(channel="email")) == 1
    assert events_of(reports, 1)[0]["event"] == "delivered"


def test_without_its_keys_it_is_off(sandbox: Sandbox) -> None:
    assert post(sandbox, form()).status == 404
