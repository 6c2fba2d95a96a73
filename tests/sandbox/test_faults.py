import smtplib
import time
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
import requests
import urllib3
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.sandbox.running import Listener, Sandbox, eventually
from tests.sandbox.test_wechat import send, token
from tests.sandbox.twilio_client import twilio_client

PHONE = "+8613800138000"
SENDER = "+15005550006"


@pytest.fixture
def twilio(sandbox: Sandbox) -> Iterator[Client]:
    client = twilio_client(base=sandbox.url, timeout=1)
    yield client
    client.http_client.session.close()


def text(twilio: Client, listener: Listener) -> str:
    sid: str = twilio.messages.create(to=PHONE, from_=SENDER, body="hi", status_callback=listener.url).sid
    return sid


def reported(listener: Listener) -> list[str]:
    return [parse_qs(one.body.decode())["MessageStatus"][0] for one in listener.requests]


def test_latency_delays_every_answer(sandbox: Sandbox) -> None:
    sandbox.faults(latency_ms=150)
    start = time.monotonic()
    token(sandbox)
    assert time.monotonic() - start >= 0.15


def test_a_failing_carrier_gives_temporary_errors_and_keeps_nothing(
    sandbox: Sandbox, twilio: Client, listener: Listener
) -> None:
    access_token = token(sandbox)
    sandbox.faults(fail_rate=1)
    before = sandbox.counts("sms")["faulted"]
    with pytest.raises(TwilioRestException) as raised:
        text(twilio, listener)
    assert raised.value.code in (20500, 20429)
    answer = sandbox.post(f"/cgi-bin/message/template/send?access_token={access_token}", {})
    assert answer.status == 500 or answer.json()["errcode"] == -1
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, local_hostname="localhost", timeout=10) as connection:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            connection.sendmail("hr@bank.example", ["a@example.com"], b"Subject: x\r\n\r\nx")
        assert refused.value.smtp_code == 451
    assert sandbox.messages() == []
    assert sandbox.counts("sms")["faulted"] == before + 1


def test_a_timeout_after_acceptance_keeps_the_text_and_never_answers(
    sandbox: Sandbox, twilio: Client, listener: Listener
) -> None:
    sandbox.faults(timeout_after_accept=1)
    with pytest.raises(requests.Timeout):
        text(twilio, listener)
    assert len(sandbox.messages(channel="sms")) == 1
    eventually(lambda: sorted(reported(listener)) == ["delivered", "sent"])
    assert len(twilio.messages.list(to=PHONE)) == 1


def test_a_timeout_after_data_keeps_the_mail_and_never_answers(sandbox: Sandbox) -> None:
    sandbox.faults(timeout_after_accept=1)
    connection = smtplib.SMTP("127.0.0.1", sandbox.smtp_port, local_hostname="localhost", timeout=1)
    with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)):
        connection.sendmail("hr@bank.example", ["a@example.com"], b"Subject: x\r\n\r\nx")
    connection.close()
    assert len(sandbox.messages(channel="email")) == 1


def test_a_wechat_message_left_unanswered_is_not_sent_again(sandbox: Sandbox, listener: Listener) -> None:
    access_token = token(sandbox)
    sandbox.faults(timeout_after_accept=1)
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        send(sandbox, access_token=access_token, client_msg_id="u-1", timeout=0.5)
    again = send(sandbox, access_token=access_token, client_msg_id="u-1")
    (kept,) = sandbox.messages(channel="wechat")
    assert (again["errcode"], str(again["msgid"])) == (0, kept["reference"])
    eventually(lambda: len(listener.requests) == 1)


def test_dropped_receipts_are_counted_and_never_come(sandbox: Sandbox, listener: Listener) -> None:
    before = sandbox.counts("wechat")
    sandbox.faults(drop_receipts=1)
    send(sandbox)
    sandbox.faults(drop_receipts=0)
    send(sandbox, touser="oLater")
    eventually(lambda: sandbox.counts("wechat")["receipts_sent"] == before["receipts_sent"] + 1)
    assert sandbox.counts("wechat")["receipts_dropped"] == before["receipts_dropped"] + 1
    assert [b"oLater" in one.body for one in listener.requests] == [True]


def test_duplicated_receipts_come_twice(sandbox: Sandbox, twilio: Client, listener: Listener) -> None:
    sandbox.faults(duplicate_receipts=1)
    text(twilio, listener)
    eventually(lambda: sorted(reported(listener)) == ["delivered", "delivered", "sent", "sent"])


@pytest.mark.parametrize(("rate", "order"), [(0, ["sent", "delivered"]), (1, ["delivered", "sent"])])
def test_reordered_receipts_come_last_first(
    rate: int, order: list[str], sandbox: Sandbox, twilio: Client, listener: Listener
) -> None:
    sandbox.faults(reorder_receipts=rate, receipt_delay_ms=200)
    text(twilio, listener)
    eventually(lambda: len(listener.requests) == 2)
    assert reported(listener) == order


def test_a_receipt_is_tried_again_after_an_error(
    sandbox: Sandbox, twilio: Client, listener: Listener
) -> None:
    before = sandbox.counts("sms")
    listener.answers[:] = [(503, "down"), (503, "down")]
    text(twilio, listener)
    eventually(lambda: len(listener.requests) == 4)
    eventually(lambda: sandbox.counts("sms")["receipts_sent"] == before["receipts_sent"] + 2)
    assert sandbox.counts("sms")["receipts_retried"] == before["receipts_retried"] + 2
    assert sandbox.counts("sms")["receipts_pending"] == 0


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"fail_rate": 1.5}, "fail_rate"),
        ({"latency_ms": -1}, "latency_ms"),
        ({"drop_receipts": "0.5"}, "drop_receipts"),
        ({"drop_receipts": True}, "drop_receipts"),
        ({"fail_rate": 1, "typo": 1}, "typo"),
        ([], "object"),
    ],
)
def test_a_wrong_fault_is_named_and_nothing_is_set(values: object, named: str, sandbox: Sandbox) -> None:
    answer = sandbox.post("/faults.json", values)
    assert answer.status == 400
    assert named in answer.json()["error"]
    assert sandbox.get("/faults.json")["fail_rate"] == 0
