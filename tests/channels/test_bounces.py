"""Mail that comes back: which of our mails it is about, what it says of it, and what must not be taken for a bounce."""

from uuid import UUID, uuid4

import pytest
from django.conf import settings as configured
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from candidates.models import Offer
from notifications.channels import TRANSPORTS
from notifications.channels.email import bounces
from notifications.models import Message, Receipt
from notifications.receipts import take_receipts
from notifications.states import State
from tests.channels.bounce_mails import (
    DOMAIN,
    auto_reply,
    complaint,
    exim,
    mail,
    qmail,
    reading_receipt,
    sendmail_warning,
    status_report,
    verp,
)
from tests.channels.conftest import envelope
from tests.factories import MessageFactory
from tests.house import House
from tests.platform import result
from tests.sandbox.running import Listener, Sandbox, eventually
from tracking.models import Event, Kind

EMAIL = TRANSPORTS["smtp"]
ID = UUID("0199f0a0-0000-7000-8000-000000000001")
US = verp(ID)
SECRET = "made-up-bounce-secret"


@pytest.fixture(autouse=True)
def secret(settings: Settings) -> None:
    settings.BOUNCE_SECRET, settings.BOUNCE_DOMAIN = SECRET, DOMAIN


def read(raw: bytes) -> list[tuple[str, str, str]]:
    """Word, outcome and code of each finding."""
    return [(one.word, one.outcome, one.code) for one in bounces.read(raw, domain=DOMAIN)]


# --- What it says -------------------------------------------------------------------------------
BOUNCED = State.BOUNCED


@pytest.mark.parametrize(
    ("fields", "finding"),
    [
        ({}, ("failed", BOUNCED, "5.1.1")),
        ({"status": "5.2.2"}, ("failed", BOUNCED, "5.2.2")),
        ({"status": "5.7.1 (refused)", "action": "Failed"}, ("failed", BOUNCED, "5.7.1")),
        # As general as 5.0.0, what the other server said is more.
        ({"status": "5.0.0"}, ("failed", BOUNCED, "5.1.1")),
        ({"status": "5.0.0", "diagnosis": "smtp; 552 full"}, ("failed", BOUNCED, "552")),
        ({"status": "5.0.0", "diagnosis": "x-unix; 192.0.2.55"}, ("failed", BOUNCED, "5.0.0")),
        ({"status": "", "diagnosis": ""}, ("failed", BOUNCED, "bounced")),
        # Given up after days of trying: final, whatever the class of the status.
        ({"status": "4.4.7"}, ("failed", BOUNCED, "4.4.7")),
        ({"action": "failure"}, ("failed", BOUNCED, "5.1.1")),
        ({"action": "error"}, ("failed", BOUNCED, "5.1.1")),
        ({"action": ""}, ("failed", BOUNCED, "5.1.1")),
        ({"action": "", "status": "4.4.1"}, ("delayed", State.ACCEPTED, "4.4.1")),
        ({"action": "delayed", "status": "4.4.1"}, ("delayed", State.ACCEPTED, "4.4.1")),
        ({"action": "relayed", "status": "2.0.0", "diagnosis": ""}, ("relayed", State.ACCEPTED, "2.0.0")),
        ({"action": "delivered", "status": "2.1.5"}, ("delivered", State.DELIVERED, "2.1.5")),
        ({"action": "a-new-word", "status": "2.1.5"}, ("a-new-word", "", "2.1.5")),
    ],
)
def test_a_status_report_is_read_as_its_standard_says(
    fields: dict[str, str], finding: tuple[str, str, str]
) -> None:
    assert read(status_report(US, **fields)) == [finding]


@pytest.mark.parametrize(
    ("raw", "finding"),
    [
        (qmail(US), ("failed", BOUNCED, "5.1.1")),
        (exim(US), ("failed", BOUNCED, "550")),
        (sendmail_warning(US), ("delayed", State.ACCEPTED, "")),
    ],
)
def test_a_bounce_in_a_server_s_own_form_is_read_too(raw: bytes, finding: tuple[str, str, str]) -> None:
    assert read(raw) == [finding]


@pytest.mark.parametrize(
    "raw",
    [
        auto_reply(US, Auto_Submitted="auto-replied (vacation)"),
        auto_reply(US, Auto_Submitted="auto-notified"),
        auto_reply(US, Precedence="auto_reply"),
        auto_reply(US, X_Autoreply="yes"),
        auto_reply(US),
        # A machine that answers for a person, in words that a mail server might use.
        exim(US)
        .replace(b"Mail Delivery System <Mailer-Daemon@", b"<helpdesk@")
        .replace(b"X-Failed-R", b"X-R"),
        reading_receipt(US),
        mail("您好，请问可以改时间吗？", From="xm@example.com", To=US, Subject="Re: 录用通知"),
        mail(
            "Undeliverable, she says. 550 5.1.1", From="xm@example.com", To=US, Auto_Submitted="auto-replied"
        ),
    ],
)
def test_answers_of_people_and_their_machines_are_no_bounces(raw: bytes) -> None:
    assert read(raw) == []


def test_a_complaint_is_kept_and_is_no_bounce() -> None:
    assert read(complaint("abuse@bank.example", message_id=ID)) == [("complaint", "", "")]


def test_what_a_mail_server_says_and_nobody_understands_is_kept_for_people_to_read() -> None:
    head = {"From": "postmaster@mx.example.com", "To": US, "Content_Type": "text/plain; charset=gbk"}
    raw = mail("系统退信", **head).replace("系统退信".encode(), "系统退信".encode("gbk"))
    [receipt] = bounces.read(raw, domain=DOMAIN)
    assert (receipt.word, receipt.outcome, receipt.message_id) == ("unread", "", ID)
    assert receipt.raw == "系统退信"


def test_every_recipient_a_report_names_is_heard() -> None:
    twice = status_report(US).replace(
        b"Final-Recipient",
        b"Final-Recipient: rfc822; other@example.com\r\nAction: delivered\r\n\r\nFinal-Recipient",
    )
    assert [word for word, _, _ in read(twice)] == ["delivered", "failed"]


def test_a_bounce_within_the_returned_mail_is_not_ours_to_read() -> None:
    """A forwarded bounce: the outer mail is a person's."""
    inner = status_report("somebody@example.com").decode()
    head = f"--c\nContent-Type: message/rfc822\n\n{inner}\n--c--\n"
    outer = mail(head, From="xm@example.com", To=US, Content_Type="multipart/mixed; boundary=c")
    assert "complaint" not in str(read(outer))


# --- Which mail it is about ---------------------------------------------------------------------
def about(raw: bytes) -> UUID | None:
    [receipt] = bounces.read(raw, domain=DOMAIN)
    return receipt.message_id


@pytest.mark.parametrize("form", [status_report, qmail, exim])
def test_the_address_it_came_to_names_the_mail(form: object) -> None:
    assert callable(form)
    assert about(form(US)) == ID
    assert about(form(f"Bounces <{US.upper()}>")) == ID


@pytest.mark.parametrize("header", ["Delivered-To", "X-Original-To", "Envelope-To"])
def test_a_gateway_may_keep_that_address_in_another_header(header: str) -> None:
    raw = f"{header}: {US}\r\n".encode() + status_report("hr@bank.example")
    assert about(raw) == ID


@pytest.mark.parametrize(
    "returned",
    [f"Message-ID: <{ID}@{DOMAIN}>", f"Message-ID:\n <{ID}@{DOMAIN}>", f"Return-Path: <{US}>"],
)
@pytest.mark.parametrize("form", [status_report, qmail, exim])
def test_else_the_mail_that_came_back_names_itself(form: object, returned: str) -> None:
    assert callable(form)
    assert about(form("hr@bank.example", returned=returned)) == ID


def test_a_report_that_brings_nothing_back_names_the_envelope() -> None:
    raw = status_report("hr@bank.example").replace(
        b"Reporting-MTA", f"Original-Envelope-Id: {ID}\r\nReporting-MTA".encode()
    )
    assert about(raw) == ID


def test_the_address_outweighs_what_is_quoted() -> None:
    assert about(status_report(US, returned=f"Message-ID: <{uuid4()}@{DOMAIN}>")) == ID


def test_another_house_s_message_id_is_not_ours() -> None:
    raw = status_report("hr@bank.example", returned=f"Message-ID: <{ID}@elsewhere.example>")
    [receipt] = bounces.read(raw, domain=DOMAIN)
    assert receipt.message_id is None
    assert bounces.read(mail("?", From="postmaster@x.example", To="hr@bank.example"), domain=DOMAIN) == []


def test_the_same_report_has_the_same_key_and_another_mail_s_report_another() -> None:
    again = b"Received: by another way\r\n" + status_report(US)
    keys = [
        bounces.read(raw, domain=DOMAIN)[0].key
        for raw in (
            status_report(US),
            again,
            status_report(verp(uuid4())),
            status_report(US, action="delayed"),
        )
    ]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


# --- Nonsense -----------------------------------------------------------------------------------
PIECES = [
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
    b"Content-Type: multipart/mixed; boundary=\r\n",
    b"Content-Type: message/delivery-status\r\n",
    b"Content-Type: message/rfc822\r\n",
    b"Content-Type: text/plain; charset=utf-7\r\n",
    b"Content-Type: text/plain; charset=punycode\r\n",
    b"Content-Type: text/plain; charset=unicode_escape\r\n",
    b"Content-Type: text/plain; charset*=no-such''%ff\r\n",
    b"Content-Type: =?utf-8?q?=ff?=\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"Content-Transfer-Encoding: uuencode\r\n",
    b"From: MAILER-DAEMON@x.example\r\n",
    b"From: \xff\xfe <@>\r\n",
    b"X-Failed-Recipients: \xff, a@b\r\n",
    b"Auto-Submitted: \xff\r\n",
    b"Action: failed\r\n",
    b"Action: \xff\x00\r\n",
    b"Action:\r\n \r\n",
    b"Status: 5.1\r\n",
    b"Status: \xff5.1.1\r\n",
    b"Final-Recipient: rfc822;\r\n",
    b"Diagnostic-Code: smtp; \x00\r\n",
    b"To: " + US.encode() + b"\r\n",
    b"--b\r\n",
    b"--b--\r\n",
    b"\r\n",
    b"\\ud800 +2AA- \xed\xa0\x80\r\n",
    b"This is the qmail-send program\r\n",
    b"<\xff@x>:\r\n",
]
NONSENSE = st.one_of(
    st.binary(max_size=300),
    st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)), max_size=25).map(b"".join),
)


@hypothesis_settings(deadline=None, max_examples=600)
@given(raw=NONSENSE)
def test_nonsense_of_any_kind_is_read_without_an_error(raw: bytes) -> None:
    for receipt in bounces.read(raw, domain=DOMAIN):
        kept = f"{receipt.key}{receipt.word}{receipt.code}{receipt.raw}"
        assert "\0" not in kept
        kept.encode()


def test_parts_within_parts_without_end_are_given_up() -> None:
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number)
        for number in range(3000)
    )
    assert read(b"To: " + US.encode() + b"\r\n" + head) == []


def test_of_a_very_long_mail_the_beginning_is_read() -> None:
    assert read(status_report(US) + b"x" * 3_000_000) == [("failed", BOUNCED, "5.1.1")]


# --- At the door --------------------------------------------------------------------------------
@pytest.fixture
def letter(offer: Offer) -> Message:
    return MessageFactory.create(
        offer=offer, channel="email", state=State.ACCEPTED, provider="smtp", reference="<1@bank.example>"
    )


def post(client: Client, raw: bytes, *, tail: str = f"bounce/{SECRET}/") -> int:
    return client.post(f"/callbacks/email/{tail}", data=raw, content_type="message/rfc822").status_code


def state_of(message: Message) -> str:
    return Message.objects.get(pk=message.pk).state


@pytest.mark.django_db
@pytest.mark.parametrize("form", [status_report, qmail, exim])
def test_a_bounce_fails_an_accepted_mail_and_the_next_channel_takes_over(
    client: Client, letter: Message, form: object
) -> None:
    assert callable(form)
    assert post(client, form(verp(letter.pk))) == 200
    bounced = Message.objects.get(pk=letter.pk)
    assert bounced.state == State.BOUNCED
    assert bounced.error_code in {"5.1.1", "550"}
    [fallback] = Message.objects.filter(offer=letter.offer).exclude(pk=letter.pk)
    assert (fallback.channel, fallback.purpose) == ("sms", letter.purpose)
    assert Event.objects.filter(message_id=letter.pk, kind=Kind.FAILED).count() == 1


@pytest.mark.django_db
def test_the_same_bounce_again_changes_nothing(client: Client, letter: Message) -> None:
    for way in (b"", b"Received: by another way\r\n", b""):
        assert post(client, way + status_report(verp(letter.pk))) == 200
    assert Receipt.objects.count() == 1
    assert Message.objects.filter(offer=letter.offer).count() == 2
    assert Event.objects.filter(message_id=letter.pk, kind=Kind.FAILED).count() == 1


@pytest.mark.django_db
def test_a_delay_is_kept_and_changes_nothing(client: Client, letter: Message) -> None:
    assert post(client, status_report(verp(letter.pk), action="delayed", status="4.4.1")) == 200
    assert state_of(letter) == State.ACCEPTED
    kept = Receipt.objects.get()
    assert (kept.message, kept.word, kept.code) == (letter, "delayed", "4.4.1")
    assert not Event.objects.filter(message_id=letter.pk, kind=Kind.FAILED).exists()
    assert Message.objects.filter(offer=letter.offer).count() == 1


@pytest.mark.django_db
def test_auto_replies_and_complaints_move_nothing(client: Client, letter: Message) -> None:
    us = verp(letter.pk)
    assert post(client, auto_reply(us, Auto_Submitted="auto-replied")) == 200
    assert not Receipt.objects.exists()
    assert post(client, complaint(us, message_id=letter.pk)) == 200
    assert Receipt.objects.get().word == "complaint"
    assert state_of(letter) == State.ACCEPTED


@pytest.mark.django_db
def test_a_bounce_of_a_mail_we_do_not_know_is_kept_by_itself(client: Client, letter: Message) -> None:
    assert post(client, status_report(verp(uuid4()))) == 200
    assert Receipt.objects.get().message is None
    assert state_of(letter) == State.ACCEPTED


@pytest.mark.django_db
@pytest.mark.parametrize(
    "tail",
    ["", "bounce/", "bounce/wrong/", f"{SECRET}/", f"bounce/{SECRET}x/", f"other/{SECRET}/", "bounce/é/"],
)
def test_a_forged_bounce_is_refused_and_leaves_no_trace(client: Client, letter: Message, tail: str) -> None:
    assert post(client, status_report(verp(letter.pk)), tail=tail) == 403
    assert not Receipt.objects.exists()
    assert state_of(letter) == State.ACCEPTED


@pytest.mark.django_db
def test_without_a_secret_of_ours_no_bounce_is_believed(
    client: Client, letter: Message, settings: Settings
) -> None:
    settings.BOUNCE_SECRET = ""
    for tail in ("bounce/", "bounce//", f"bounce/{SECRET}/"):
        assert post(client, status_report(verp(letter.pk)), tail=tail) == 403
    assert not Receipt.objects.exists()


@pytest.mark.django_db
def test_a_bounce_is_posted(client: Client) -> None:
    assert client.get(f"/callbacks/email/bounce/{SECRET}/").status_code == 403


@pytest.mark.django_db
def test_a_bounce_may_be_larger_than_a_signal_and_not_without_bound(client: Client, letter: Message) -> None:
    raw = status_report(verp(letter.pk))
    assert post(client, raw + b"x" * configured.SIGNAL_MAX_BYTES) == 200
    assert state_of(letter) == State.BOUNCED
    assert post(client, raw + b"x" * configured.BATCH_MAX_BYTES) == 413


@pytest.mark.django_db
def test_a_bounce_with_bytes_that_are_no_text_is_kept_all_the_same(client: Client, letter: Message) -> None:
    raw = status_report(verp(letter.pk), diagnosis="smtp; 550 ?").replace(b"550 ?", b"550 \0\xff")
    assert post(client, raw) == 200
    assert state_of(letter) == State.BOUNCED
    assert "550 \ufffd\ufffd" in Receipt.objects.get().raw


@pytest.mark.django_db
@pytest.mark.parametrize("raw", [b"", b"\0", b"\xff" * 50, b"To: x\r\n\r\n\0"])
def test_nonsense_is_taken_so_that_the_mail_server_does_not_try_again(client: Client, raw: bytes) -> None:
    assert post(client, raw) == 200
    assert not Receipt.objects.exists()


def test_every_reason_a_report_of_ours_can_hold_is_in_words_a_person_can_act_on() -> None:
    assert all(str(EMAIL.errors[code]) for code in ("5.1.1", "5.2.2", "5.7.1", "4.4.7", "550", "bounced"))


# --- On the wire --------------------------------------------------------------------------------
@pytest.mark.usefixtures("no_kept_connection")
@pytest.mark.parametrize(
    ("to", "findings"),
    [
        ("undeliverable@example.com", [("failed", BOUNCED, "5.1.1")]),
        ("oldbounce@example.com", [("failed", BOUNCED, "5.1.1")]),
        ("delayed@example.com", [("delayed", State.ACCEPTED, "4.4.1")]),
        ("away@example.com", []),
        ("complains@example.com", [("complaint", "", "")]),
    ],
)
def test_what_the_mail_server_sends_back_is_about_the_mail_that_went_out(
    sandbox: Sandbox, callbacks: Listener, to: str, findings: list[tuple[str, str, str]]
) -> None:
    sent = envelope(to)
    EMAIL.send(sent)
    eventually(lambda: callbacks.requests)
    [request] = callbacks.requests
    found = bounces.read(request.body, domain=configured.BOUNCE_DOMAIN)
    assert [(one.word, one.outcome, one.code) for one in found] == findings
    assert {one.message_id for one in found} <= {sent.message_id}


@pytest.mark.django_db
def test_a_mail_that_bounces_while_it_is_still_being_sent_is_not_taken_for_accepted(letter: Message) -> None:
    letter.state = State.SENDING
    letter.save()
    take_receipts(bounces.read(status_report(verp(letter.pk)), domain=DOMAIN))
    assert state_of(letter) == State.BOUNCED


def test_a_candidate_whose_mail_comes_back_hears_of_it_by_text_message(house: House) -> None:
    nowhere = {"candidate__email": "undeliverable@example.com", "candidate__preferred_channels": ["email"]}
    offer_id = house.signal(result(**nowhere)).json()["offer_id"]
    bounced = house.wait_until_state(offer_id, State.BOUNCED)
    assert (bounced.channel, bounced.error_code) == ("email", "5.1.1")
    assert house.wait_until_state(offer_id, State.DELIVERED).channel == "sms"
