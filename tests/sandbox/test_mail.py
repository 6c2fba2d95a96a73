import smtplib
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP

import pytest

from tests.sandbox.running import BOUNCE_SECRET, Listener, Sandbox, eventually

HR = "hr@bank.example"
CANDIDATE = "xm@example.com"


@pytest.fixture
def smtp(sandbox: Sandbox) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, local_hostname="localhost", timeout=10) as connection:
        connection.ehlo()
        yield connection


def letter(*, to: str = CANDIDATE, subject: str = "录用通知") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"人力资源部 <{HR}>", to, subject
    mail["Message-ID"] = "<17@bank.example>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("请打开 https://bank.example/n/abc/")
    mail.add_alternative(
        '<p>请打开 <a href="https://bank.example/n/abc/?a=1&amp;b=2">这里</a></p>', subtype="html"
    )
    mail.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="入职.ics")
    return mail


def refusal(smtp: smtplib.SMTP, to: str) -> tuple[int, bytes]:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as raised:
        smtp.send_message(letter(to=to))
    return raised.value.recipients[to]


def test_the_server_offers_what_the_product_relies_on(smtp: smtplib.SMTP) -> None:
    assert {"8bitmime", "smtputf8", "size"} <= set(smtp.esmtp_features)
    assert "dsn" not in smtp.esmtp_features


def test_a_mail_is_kept_with_its_parts_headers_and_links(smtp: smtplib.SMTP, sandbox: Sandbox) -> None:
    smtp.send_message(letter())
    (kept,) = sandbox.messages(channel="email", to=CANDIDATE.upper())
    assert (kept["subject"], kept["client_id"]) == ("录用通知", "<17@bank.example>")
    assert kept["from"] == f"人力资源部 <{HR}>"
    assert kept["text"].startswith("请打开")
    assert "<p>请打开" in kept["html"]
    assert kept["links"] == ["https://bank.example/n/abc/?a=1&b=2"]
    assert kept["headers"]["Auto-Submitted"] == "auto-generated"
    assert [one["name"] for one in kept["attachments"]] == ["入职.ics"]


def test_each_recipient_of_a_mail_has_an_own_copy(smtp: smtplib.SMTP, sandbox: Sandbox) -> None:
    smtp.sendmail(HR, [CANDIDATE, "li@example.com"], letter().as_bytes(policy=SMTP))
    kept = sandbox.messages(channel="email")
    assert [one["to"] for one in kept] == [CANDIDATE, "li@example.com"]
    assert len({one["reference"] for one in kept}) == 2


def test_unencoded_utf8_in_headers_and_addresses_is_kept(smtp: smtplib.SMTP, sandbox: Sandbox) -> None:
    raw = "Subject: 入职\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n您好".encode()
    smtp.sendmail(HR, ["小明@example.com"], raw, mail_options=["SMTPUTF8", "BODY=8BITMIME"])
    (kept,) = sandbox.messages(channel="email", to="小明@example.com")
    assert (kept["subject"], kept["text"].strip()) == ("入职", "您好")


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: =?nonsense?q?=ff?=\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\xff\xfe",
        b"\xff\xff\r\n\r\n",
        b"From: <<<>>\r\nContent-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
        b"Content-Disposition: attachment; filename*=nonsense''%ff\r\nDate: nonsense\r\n\r\n",
        b"",
    ],
)
def test_a_broken_mail_does_not_break_the_inbox(raw: bytes, smtp: smtplib.SMTP, sandbox: Sandbox) -> None:
    smtp.sendmail(HR, [CANDIDATE], raw)
    assert len(sandbox.messages(channel="email")) == 1
    assert len(sandbox.get("/recipients.json", q="example")["recipients"]) == 1


def test_an_unknown_mailbox_is_refused_for_good(smtp: smtplib.SMTP, sandbox: Sandbox) -> None:
    code, words = refusal(smtp, "bounce-1@example.com")
    assert (code, words[:5]) == (550, b"5.1.1")
    assert sandbox.messages() == []


def test_a_full_mailbox_is_refused_for_now(smtp: smtplib.SMTP) -> None:
    assert refusal(smtp, "full@example.com")[0] == 452
    assert refusal(smtp, "full@example.com")[0] == 452


def test_a_greylisted_recipient_is_accepted_the_second_time(smtp: smtplib.SMTP, sandbox: Sandbox) -> None:
    address = "greylist.anew@example.com"
    assert refusal(smtp, address)[0] == 451
    smtp.send_message(letter(to=address))
    assert len(sandbox.messages(channel="email", to=address)) == 1


def test_one_connection_carries_many_mails_and_is_counted_once(sandbox: Sandbox) -> None:
    before = sandbox.counts("email")
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, local_hostname="localhost", timeout=10) as connection:
        for _ in range(3):
            connection.send_message(letter())
    after = sandbox.counts("email")
    assert after["connections"] - before["connections"] == 1
    assert after["kept"] - before["kept"] == 3


# --- What comes back ----------------------------------------------------------------------------
VERP = "bounce+17@bounce.bank.example"


def returned(smtp: smtplib.SMTP, listener: Listener, to: str) -> Message:
    smtp.sendmail(VERP, [to], letter(to=to).as_bytes(policy=SMTP))
    eventually(lambda: listener.requests)
    (request,) = listener.requests
    assert request.path == f"/callbacks/email/bounce/{BOUNCE_SECRET}/"
    assert request.headers["Content-Type"] == "message/rfc822"
    mail = message_from_bytes(request.body)
    assert (mail["To"], mail["Return-Path"]) == (VERP, "<>")
    return mail


@pytest.mark.parametrize(
    ("address", "action", "status"),
    [("undeliverable@example.com", "failed", "5.1.1"), ("delayed@example.com", "delayed", "4.4.1")],
)
def test_a_status_report_comes_back_to_the_return_path(
    smtp: smtplib.SMTP, listener: Listener, address: str, action: str, status: str
) -> None:
    mail = returned(smtp, listener, address)
    assert mail.get_content_type() == "multipart/report"
    assert mail.get_param("report-type") == "delivery-status"
    parts = {part.get_content_type(): part for part in mail.walk()}
    _, _, block = parts["message/delivery-status"].walk()
    assert (block["Action"], block["Status"]) == (action, status)
    assert block["Final-Recipient"] == f"rfc822; {address}"
    assert "Message-ID: <17@bank.example>" in str(parts["text/rfc822-headers"].get_payload())


def test_an_old_bounce_an_auto_reply_and_a_complaint_come_back_too(
    smtp: smtplib.SMTP, listener: Listener
) -> None:
    old = returned(smtp, listener, "oldbounce@example.com")
    assert "qmail-send" in str(old.get_payload())
    listener.requests.clear()
    assert returned(smtp, listener, "away@example.com")["Auto-Submitted"].startswith("auto-replied")
    listener.requests.clear()
    complaint = returned(smtp, listener, "complains@example.com")
    assert complaint.get_param("report-type") == "feedback-report"


def test_what_comes_back_is_seen_at_the_mail_and_counted(
    smtp: smtplib.SMTP, sandbox: Sandbox, listener: Listener
) -> None:
    before = sandbox.counts("email")["receipts_sent"]
    returned(smtp, listener, "undeliverable@example.com")
    eventually(lambda: sandbox.counts("email")["receipts_sent"] == before + 1)
    (kept,) = sandbox.messages(channel="email")
    assert [receipt["status"] for receipt in kept["receipts"]] == ["undeliverable"]


def test_nothing_comes_back_of_a_mail_without_a_return_path_or_to_anybody_else(
    smtp: smtplib.SMTP, sandbox: Sandbox, listener: Listener
) -> None:
    smtp.sendmail("", ["undeliverable@example.com"], letter().as_bytes(policy=SMTP))
    smtp.sendmail(VERP, [CANDIDATE], letter().as_bytes(policy=SMTP))
    assert len(sandbox.messages(channel="email")) == 2
    assert sandbox.settled()
    assert listener.requests == []
