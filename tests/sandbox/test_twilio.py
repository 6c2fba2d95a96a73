from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from sandbox.sms_segments import sms_segments
from tests.sandbox.running import TWILIO_SID, TWILIO_TOKEN, Listener, Request, Sandbox, eventually
from tests.sandbox.twilio_client import twilio_client

PHONE = "+8613800138000"
SENDER = "+15005550006"


@pytest.fixture
def twilio(sandbox: Sandbox) -> Iterator[Client]:
    client = twilio_client(base=sandbox.url)
    yield client
    client.http_client.session.close()


def fields(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))


def statuses(listener: Listener) -> list[str]:
    return [fields(request)["MessageStatus"] for request in listener.requests]


def error_of(twilio: Client, **message: str) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as raised:
        twilio.messages.create(**{"to": PHONE, "from_": SENDER, "body": "您好", **message})
    return raised.value


def test_a_text_is_answered_as_twilio_answers_it(twilio: Client) -> None:
    message = twilio.messages.create(to=PHONE, from_=SENDER, body="您好" * 40)
    assert message.sid.startswith("SM")
    assert len(message.sid) == 34
    assert (message.status, message.to, message.from_) == ("queued", PHONE, SENDER)
    assert (message.num_segments, message.error_code, message.account_sid) == ("2", None, TWILIO_SID)
    assert datetime.now(UTC) - message.date_created < timedelta(minutes=1)


def test_a_messaging_service_chooses_the_sender_later(twilio: Client) -> None:
    message = twilio.messages.create(to=PHONE, messaging_service_sid="MG" + "0" * 32, body="hi")
    assert (message.status, message.from_) == ("accepted", None)


def test_a_kept_text_stands_in_the_inbox_with_its_links(twilio: Client, sandbox: Sandbox) -> None:
    text = "请确认：http://127.0.0.1:8000/n/abc/，或打开 https://example.com/a?b=1。谢谢"
    sid = twilio.messages.create(to=PHONE, from_=SENDER, body=text).sid
    (kept,) = sandbox.messages(channel="sms", to=PHONE)
    assert (kept["text"], kept["reference"], kept["from"]) == (text, sid, SENDER)
    assert kept["links"] == ["http://127.0.0.1:8000/n/abc/", "https://example.com/a?b=1"]


def test_sent_and_delivered_are_reported_signed_and_without_the_fragment(
    twilio: Client, listener: Listener, sandbox: Sandbox
) -> None:
    address = f"{listener.url}/callbacks/twilio/17/?a=%2B1&b=x"
    sid = twilio.messages.create(
        to=PHONE, from_=SENDER, body="hi", status_callback=address + "#ct=3000&rc=5"
    ).sid
    eventually(lambda: len(listener.requests) == 2)
    assert sorted(statuses(listener)) == ["delivered", "sent"]
    (kept,) = sandbox.messages(channel="sms", to=PHONE)
    assert kept["callback"] == address
    for request in listener.requests:
        assert listener.url + request.path == address
        signature = request.headers["X-Twilio-Signature"]
        assert RequestValidator(TWILIO_TOKEN).validate(address, fields(request), signature)
        assert not RequestValidator("another token").validate(address, fields(request), signature)
        reported = fields(request)
        assert reported["MessageSid"] == reported["SmsSid"] == sid
        assert (reported["To"], reported["From"], reported["AccountSid"]) == (PHONE, SENDER, TWILIO_SID)
        assert reported["SmsStatus"] == reported["MessageStatus"]
        assert "ErrorCode" not in reported


@pytest.mark.parametrize(
    ("ending", "expected"),
    [("0003", [("sent", None), ("undelivered", "30005")]), ("0004", [("failed", "30008")])],
)
def test_a_doomed_number_is_accepted_and_reported_failed(
    ending: str, expected: list[tuple[str, str | None]], twilio: Client, listener: Listener
) -> None:
    sid = twilio.messages.create(
        to="+861380013" + ending, from_=SENDER, body="hi", status_callback=listener.url
    ).sid
    eventually(lambda: len(listener.requests) == len(expected))
    reported = sorted(
        (fields(one)["MessageStatus"], fields(one).get("ErrorCode")) for one in listener.requests
    )
    assert reported == expected
    last_status, last_code = expected[-1]
    fetched = twilio.messages(sid).fetch()
    assert (fetched.status, str(fetched.error_code)) == (last_status, last_code)


def test_a_silent_number_never_reports(twilio: Client, listener: Listener, sandbox: Sandbox) -> None:
    silent = twilio.messages.create(
        to="+8613800130005", from_=SENDER, body="hi", status_callback=f"{listener.url}/silent"
    )
    twilio.messages.create(to=PHONE, from_=SENDER, body="hi", status_callback=f"{listener.url}/ordinary")
    eventually(lambda: len(listener.requests) == 2)
    assert {request.path for request in listener.requests} == {"/ordinary"}
    assert sandbox.counts("sms")["receipts_pending"] == 0
    assert twilio.messages(silent.sid).fetch().status == "sent"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"to": "+8613800130001"}, 21211),
        ({"to": "13800138000"}, 21211),
        ({"to": "+8613800130002"}, 21610),
        ({"body": "x" * 1601}, 21617),
        ({"body": ""}, 21602),
        ({"from_": ""}, 21603),
        ({"to": ""}, 21604),
        ({"status_callback": "ftp://example.com/"}, 21609),
    ],
)
def test_a_refused_text_has_twilios_code_and_is_not_kept(
    message: dict[str, str], code: int, twilio: Client, sandbox: Sandbox
) -> None:
    error = error_of(twilio, **message)
    assert (error.status, error.code) == (400, code)
    assert sandbox.messages() == []


def test_1600_characters_are_still_accepted(twilio: Client) -> None:
    assert twilio.messages.create(to=PHONE, from_=SENDER, body="x" * 1600).num_segments == "11"


def test_a_wrong_token_is_a_401_with_code_20003(sandbox: Sandbox) -> None:
    stranger = twilio_client(base=sandbox.url, token="wrong")
    error = error_of(stranger)
    stranger.http_client.session.close()
    assert (error.status, error.code) == (401, 20003)


def test_an_unknown_sid_is_a_404(twilio: Client) -> None:
    with pytest.raises(TwilioRestException) as raised:
        twilio.messages("SM" + "0" * 32).fetch()
    assert (raised.value.status, raised.value.code) == (404, 20404)


def test_a_lookup_by_recipient_and_date_finds_what_was_sent_since(twilio: Client) -> None:
    sid = twilio.messages.create(to=PHONE, from_=SENDER, body="hi").sid
    twilio.messages.create(to="+8613800138001", from_=SENDER, body="another")
    now = datetime.now(UTC)
    minute = timedelta(minutes=1)
    assert [found.sid for found in twilio.messages.list(to=PHONE, date_sent_after=now - minute)] == [sid]
    assert [found.sid for found in twilio.messages.list(to=PHONE, date_sent=now)] == [sid]
    assert [found.sid for found in twilio.messages.list(to=PHONE, date_sent_before=now)] == [sid]
    assert twilio.messages.list(to=PHONE, date_sent_after=now + minute) == []
    assert twilio.messages.list(to=PHONE, date_sent_before=now - minute) == []
    assert twilio.messages.list(to=PHONE, from_="+15005550007") == []


def test_a_long_list_is_paged_newest_first(twilio: Client) -> None:
    sids = [twilio.messages.create(to=PHONE, from_=SENDER, body=str(number)).sid for number in range(5)]
    found = twilio.messages.list(to=PHONE, page_size=2)
    assert [message.sid for message in found] == sids[::-1]


def test_a_delivered_text_says_so_even_when_its_receipts_were_lost(
    twilio: Client, sandbox: Sandbox, listener: Listener
) -> None:
    sandbox.faults(drop_receipts=1)
    sid = twilio.messages.create(to=PHONE, from_=SENDER, body="hi", status_callback=listener.url).sid
    eventually(lambda: twilio.messages(sid).fetch().status == "delivered")
    assert listener.requests == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("您" * 70, 1),
        ("您" * 71, 2),
        ("您" * 135, 3),
        ("😀" * 36, 2),
    ],
)
def test_parts_are_counted_as_carriers_bill_them(text: str, parts: int) -> None:
    assert sms_segments(text) == parts
