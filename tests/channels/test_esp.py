"""Mail by a mail service: the letter it gets, what each of its answers means, and what its reports are taken for."""

import hmac
import json
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from candidates.models import Offer
from notifications.channels import TRANSPORTS, carriers_in_use, is_dead_address, tells_delivered, why
from notifications.channels.base import Accepted, Envelope, TransportError
from notifications.channels.email_esp import callbacks, service
from notifications.models import Message, Receipt
from notifications.outbox import Tried, finish
from notifications.states import State
from tests.channels.babbler import Babbler
from tests.channels.conftest import envelope
from tests.factories import MessageFactory
from tests.sandbox.running import ACCOUNTS, Listener, Request, Sandbox, eventually, start_sandbox
from tracking.models import Event, Kind

ESP = TRANSPORTS["esp"]
PERSON = "xm@example.com"
DOMAIN, API_KEY, SIGNING_KEY = "bank.example", "key-of-the-tests", "signing-key-of-the-tests"
SECRET = "an-esp-callback-of-the-tests"
MAILGUN = {
    "ANYMAIL_MAILGUN_API_KEY": API_KEY,
    "ANYMAIL_MAILGUN_SENDER_DOMAIN": DOMAIN,
    "ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY,
}
RETRY, PERMANENT, UNCERTAIN, THROTTLED = "retry", "permanent", "uncertain", "throttled"


@pytest.fixture(scope="module")
def service_callbacks() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture(scope="module")
def running_service(service_callbacks: Listener) -> Iterator[Sandbox]:
    address = f"{service_callbacks.url}/callbacks/esp/{SECRET}/"
    sandbox = start_sandbox("--esp-callback", address, environment={**ACCOUNTS, **MAILGUN})
    yield sandbox
    assert sandbox.stop() == 0


@pytest.fixture(autouse=True)
def chosen(settings: Settings) -> Iterator[None]:
    """The product uses Mailgun, at an address where nobody listens."""
    settings.EMAIL_BACKEND_ESP = "anymail.backends.mailgun.EmailBackend"
    settings.ESP_CALLBACK_SECRET = SECRET
    settings.ANYMAIL = {name.removeprefix("ANYMAIL_"): value for name, value in MAILGUN.items()}
    at(settings, "http://127.0.0.1:9")
    yield
    service.forget_client()
    service.connections().close()
    service.connections.cache_clear()


def at(settings: Settings, address: str) -> None:
    settings.ANYMAIL = {**settings.ANYMAIL, "MAILGUN_API_URL": f"{address}/v3"}
    service.forget_client()


@pytest.fixture
def sandbox(running_service: Sandbox, service_callbacks: Listener, settings: Settings) -> Sandbox:
    running_service.reset()
    service_callbacks.requests.clear()
    at(settings, running_service.url)
    return running_service


@pytest.fixture
def reports(service_callbacks: Listener) -> list[Request]:
    """What the service has reported."""
    service_callbacks.requests.clear()
    return service_callbacks.requests


@pytest.fixture
def impatient(settings: Settings) -> None:
    settings.CARRIER_TIMEOUT_SECONDS = 0.5


def kind(error: TransportError) -> str:
    found = [name for name in (PERMANENT, UNCERTAIN, THROTTLED) if getattr(error, name)]
    assert len(found) < 2
    return found[0] if found else RETRY


def error_of(sent: Envelope) -> TransportError:
    with pytest.raises(TransportError) as raised:
        ESP.send(sent)
    assert PERSON not in str(raised.value)
    return raised.value


# --- The letter ---------------------------------------------------------------------------------
def test_a_letter_says_the_same_in_both_halves_and_names_itself(sandbox: Sandbox) -> None:
    sent = envelope(PERSON, "王小明，您好：\n\n# 报到材料\n· 身份证", link="https://hr.bank.example/n/key/")
    accepted = ESP.send(sent)
    [mail] = sandbox.messages(channel="email")
    assert (mail["to"], mail["subject"], mail["from"]) == (PERSON, "录用通知", "HR <hr@bank.example>")
    assert mail["text"].strip() == "王小明，您好：\n\n报到材料\n· 身份证"
    assert "<li>身份证</li>" in mail["html"]
    assert mail["links"] == ["https://hr.bank.example/n/key/"]
    ours = f"<{sent.message_id}@bounce.bank.example>"
    assert mail["client_id"] == mail["reference"] == accepted.reference == ours
    assert mail["headers"]["Auto-Submitted"] == "auto-generated"


def test_the_service_is_asked_not_to_watch_the_reader(sandbox: Sandbox) -> None:
    ESP.send(envelope(PERSON))
    headers = sandbox.messages(channel="email")[0]["headers"]
    assert (headers["tracking-opens"], headers["tracking-clicks"]) == ("no", "no")


@pytest.mark.parametrize(
    "to", ["", "nobody", "a@example.com, b@example.com", "a@example.com\nBcc: b@example.com"]
)
def test_what_is_no_single_address_gets_nothing(sandbox: Sandbox, to: str) -> None:
    error = error_of(envelope(to))
    assert (error.code, kind(error)) == ("refused_invalid", PERMANENT)
    assert sandbox.messages() == []


def test_a_subject_can_neither_add_a_header_nor_begin_the_text(sandbox: Sandbox) -> None:
    spiteful = Envelope(message_id=uuid4(), to=PERSON, subject="录用\nBcc: somebody@example.com", text="您好")
    ESP.send(spiteful)
    [mail] = sandbox.messages(channel="email")
    assert mail["subject"] == "录用 Bcc: somebody@example.com"


# --- What an answer means -----------------------------------------------------------------------
def test_a_letter_left_unanswered_is_uncertain_and_its_repeat_carries_the_same_name(
    impatient: None, sandbox: Sandbox
) -> None:
    sandbox.faults(timeout_after_accept=1)
    sent = envelope(PERSON)
    assert kind(error_of(sent)) == UNCERTAIN
    sandbox.faults(timeout_after_accept=0)
    assert ESP.look_up(sent) is None
    ESP.send(sent)
    names = [mail["client_id"] for mail in sandbox.messages(channel="email")]
    assert len(names) == 2
    assert len(set(names)) == 1


def test_a_failing_service_is_asked_again_and_a_broken_one_leaves_it_uncertain(sandbox: Sandbox) -> None:
    sandbox.faults(fail_rate=1)
    errors = [error_of(envelope(PERSON)) for _ in range(40)]
    told = {(error.code, kind(error), error.retry_after) for error in errors}
    assert told == {("500", UNCERTAIN, None), ("503", RETRY, None), ("429", THROTTLED, 1.0)}


def test_a_refused_address_ends_the_letter(sandbox: Sandbox) -> None:
    error = error_of(envelope("bounce@example.com"))
    assert (error.code, kind(error)) == ("400", PERMANENT)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"MAILGUN_API_KEY": "another"}, "401"), ({"MAILGUN_SENDER_DOMAIN": "x.example"}, "404")],
)
def test_a_wrong_account_is_ours_to_mend_and_not_the_letter_s_end(
    sandbox: Sandbox, settings: Settings, wrong: dict[str, str], code: str
) -> None:
    settings.ANYMAIL = {**settings.ANYMAIL, **wrong}
    service.forget_client()
    error = error_of(envelope(PERSON))
    assert (error.code, kind(error)) == (code, RETRY)


YES = json.dumps({"id": "<1@bank.example>", "message": "Queued. Thank you."}).encode()


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b"", UNCERTAIN),
        (200, b"<html>", UNCERTAIN),
        (200, b"[]", UNCERTAIN),
        (200, b'{"message": "Queued"}', UNCERTAIN),
        (200, b'{"id": "1", "message": "No."}', UNCERTAIN),
        (302, YES, RETRY),
        (400, YES, PERMANENT),
        (401, b"", RETRY),
        (402, b"", RETRY),
        (403, b"", RETRY),
        (404, b"", RETRY),
        (407, b"", RETRY),
        (408, b"", RETRY),
        (413, b"", PERMANENT),
        (422, b"", PERMANENT),
        (429, b"", THROTTLED),
        (500, YES, UNCERTAIN),
        (502, b"", UNCERTAIN),
        (503, b"", RETRY),
        (504, b"", UNCERTAIN),
    ],
)
def test_each_answer_leads_to_its_next_step(
    status: int, body: bytes, expected: str, settings: Settings
) -> None:
    with Babbler(status, body) as babbler:
        at(settings, babbler.url)
        error = error_of(envelope(PERSON))
    assert (kind(error), error.code) == (expected, str(status))


def test_a_service_that_sends_us_elsewhere_is_not_followed(settings: Settings) -> None:
    with Babbler(200, YES) as elsewhere, Babbler(307, b"", {"Location": elsewhere.url}) as babbler:
        at(settings, babbler.url)
        assert kind(error_of(envelope(PERSON))) == RETRY


def test_nobody_listening_means_that_nothing_was_sent() -> None:
    assert kind(error_of(envelope(PERSON))) == RETRY


def test_a_name_nobody_knows_means_that_nothing_was_sent(settings: Settings) -> None:
    at(settings, "http://no-such-host.invalid")
    assert kind(error_of(envelope(PERSON))) == RETRY


def test_a_recipient_the_service_does_not_write_to_ends_the_letter(settings: Settings) -> None:
    """Some services answer yes, and name the recipient as refused."""
    settings.EMAIL_BACKEND_ESP = "anymail.backends.mandrill.EmailBackend"
    for status, code in (("rejected", "refused_other"), ("invalid", "refused_invalid")):
        body = json.dumps([{"email": PERSON, "status": status, "_id": "1"}]).encode()
        with Babbler(200, body) as babbler:
            settings.ANYMAIL = {"MANDRILL_API_KEY": "k", "MANDRILL_API_URL": babbler.url}
            service.forget_client()
            error = error_of(envelope(PERSON))
        assert (error.code, kind(error)) == (code, PERMANENT)


def test_a_broken_connection_is_not_used_again(sandbox: Sandbox, settings: Settings) -> None:
    with Babbler(200, YES) as babbler:
        at(settings, babbler.url)
        ESP.send(envelope(PERSON))
    assert kind(error_of(envelope(PERSON))) in {RETRY, UNCERTAIN}
    at(settings, sandbox.url)
    ESP.send(envelope(PERSON))
    ESP.send(envelope(PERSON))


class CountedConnections(Babbler):
    """A service over HTTP/1.1 that counts who connects."""

    def __init__(self) -> None:
        super().__init__(200, YES)
        self.server.RequestHandlerClass.protocol_version = "HTTP/1.1"  # type: ignore[attr-defined]
        self.connections = 0
        accept = self.server.get_request

        def counted() -> Any:
            self.connections += 1
            return accept()

        self.server.get_request = counted  # type: ignore[method-assign]


def test_threads_share_kept_connections(settings: Settings) -> None:
    counted = CountedConnections()
    with counted:
        at(settings, counted.url)
        together = threading.Barrier(4)

        def several(_: int) -> None:
            service.forget_client()
            together.wait()
            for _ in range(10):
                ESP.send(envelope(PERSON))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(several, range(4)))
        for _ in range(10):
            ESP.send(envelope(PERSON))
        service.connections().close()
    assert counted.connections <= 4


def test_a_proxy_of_the_bank_s_is_used(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert kind(error_of(envelope(PERSON))) == RETRY
    assert sandbox.messages() == []


# --- Which carrier ------------------------------------------------------------------------------
def test_the_service_goes_before_the_mail_server_and_stands_aside_without_settings(
    settings: Settings,
) -> None:
    assert [carrier.name for carrier in carriers_in_use("email")] == ["esp", "smtp"]
    assert tells_delivered("email")
    settings.EMAIL_BACKEND_ESP = settings.ESP_CALLBACK_SECRET = ""
    settings.ANYMAIL = {}
    assert [carrier.name for carrier in carriers_in_use("email")] == ["smtp"]
    assert not tells_delivered("email")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"EMAIL_BACKEND_ESP": ""}, "EMAIL_BACKEND_ESP"),
        ({"EMAIL_BACKEND_ESP": "", "ANYMAIL": {}}, "EMAIL_BACKEND_ESP"),
        ({"ESP_CALLBACK_SECRET": ""}, "ESP_CALLBACK_SECRET"),
        ({"ESP_CALLBACK_SECRET": "too short"}, "ESP_CALLBACK_SECRET"),
        ({"ESP_CALLBACK_SECRET": "long enough but/no part of one"}, "ESP_CALLBACK_SECRET"),
        ({"DEFAULT_FROM_EMAIL": ""}, "DEFAULT_FROM_EMAIL"),
        ({"DEFAULT_FROM_EMAIL": "a@bank.example, b@bank.example"}, "DEFAULT_FROM_EMAIL"),
        ({"ANYMAIL": {"MAILGUN_WEBHOOK_SIGNING_KEY": "x"}}, "ANYMAIL_MAILGUN_API_KEY"),
        ({"ANYMAIL": {"MAILGUN_API_KEY": "x", "DEBUG_API_REQUESTS": True}}, "ANYMAIL_DEBUG_API_REQUESTS"),
        ({"EMAIL_BACKEND_ESP": "anymail.backends.pigeon.EmailBackend"}, "EMAIL_BACKEND_ESP"),
        ({"EMAIL_BACKEND_ESP": "django.core.mail.backends.smtp.EmailBackend"}, "EMAIL_BACKEND_ESP"),
        ({"EMAIL_BACKEND_ESP": "anymail.backends.test.EmailBackend"}, "EMAIL_BACKEND_ESP"),
        (
            {"EMAIL_BACKEND_ESP": "anymail.backends.postal.EmailBackend", "ANYMAIL": {}},
            "ANYMAIL_POSTAL_API_KEY",
        ),
    ],
)
def test_settings_that_cannot_be_meant_stop_the_start_by_name(
    settings: Settings, changes: dict[str, Any], named: str
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert named in ESP.contradictions()[0]
    assert API_KEY not in str(ESP.contradictions())


def test_good_settings_contradict_nothing() -> None:
    assert ESP.contradictions() == []


# --- Reports ------------------------------------------------------------------------------------
@pytest.fixture
def letter(offer: Offer) -> Message:
    return MessageFactory.create(
        offer=offer, channel="email", state=State.ACCEPTED, provider="esp", reference="<1@bank.example>"
    )


def told(message: Message | None, **event: Any) -> dict[str, Any]:
    variables = {"message_id": str(message.pk)} if message else {}
    headers = {"message-id": message.reference.strip("<>") if message else "unknown@bank.example"}
    return {
        "event": "delivered",
        "id": "e-1",
        "timestamp": 1790000000.5,
        "recipient": PERSON,
        "message": {"headers": headers},
        "user-variables": variables,
        **event,
    }


def signed(event: object, *, key: str = SIGNING_KEY, token: str = "") -> dict[str, Any]:
    stamp, token = str(int(time.time())), token or uuid4().hex
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), sha256).hexdigest()
    return {"signature": {"timestamp": stamp, "token": token, "signature": signature}, "event-data": event}


def post(client: Client, content: object, *, tail: str = f"{SECRET}/") -> int:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post(f"/callbacks/esp/{tail}", data=body, content_type="application/json").status_code


def state_of(message: Message) -> str:
    return Message.objects.get(pk=message.pk).state


FINAL = {"event": "failed", "severity": "permanent", "reason": "bounce"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("event", "state", "word", "code"),
    [
        ({"event": "accepted"}, State.ACCEPTED, "queued", ""),
        ({"event": "delivered"}, State.DELIVERED, "delivered", ""),
        ({**FINAL, "delivery-status": {"message": "5.1.1 No such user"}}, State.BOUNCED, "bounced", "5.1.1"),
        ({**FINAL, "delivery-status": {"message": "552 full"}}, State.BOUNCED, "bounced", "552"),
        (FINAL, State.BOUNCED, "bounced", "bounced"),
        ({**FINAL, "severity": "temporary"}, State.ACCEPTED, "deferred", ""),
        ({"event": "rejected", "reject": {"reason": "no"}}, State.UNDELIVERED, "rejected", "refused_other"),
        ({"event": "opened"}, State.ACCEPTED, "opened", ""),
        ({"event": "clicked"}, State.ACCEPTED, "clicked", ""),
        ({"event": "complained"}, State.ACCEPTED, "complained", ""),
        ({"event": "unsubscribed"}, State.ACCEPTED, "unsubscribed", ""),
        ({"event": "a new word"}, State.ACCEPTED, "unknown", ""),
    ],
)
def test_a_report_moves_the_letter_as_far_as_it_says(
    client: Client, letter: Message, event: dict[str, Any], state: str, word: str, code: str
) -> None:
    assert post(client, signed(told(letter, **event))) == 200
    assert state_of(letter) == state
    kept = Receipt.objects.get()
    assert (kept.message, kept.word, kept.code) == (letter, word, code)
    assert json.loads(kept.raw)["event-data"]["event"] == event["event"]


@pytest.mark.django_db
@pytest.mark.parametrize("event", ["opened", "clicked"])
def test_what_a_scanner_opens_is_no_reading(client: Client, letter: Message, event: str) -> None:
    post(client, signed(told(letter, event=event)))
    assert Receipt.objects.get().message == letter
    assert not Event.objects.filter(kind__in=[Kind.OPENED, Kind.DELIVERED]).exists()


# What each of Anymail's words is taken for, whichever service says it.
WORDS = {
    EventType.QUEUED: State.ACCEPTED,
    EventType.SENT: State.ACCEPTED,
    EventType.REJECTED: State.UNDELIVERED,
    EventType.FAILED: State.UNDELIVERED,
    EventType.BOUNCED: State.BOUNCED,
    EventType.DEFERRED: State.ACCEPTED,
    EventType.DELIVERED: State.DELIVERED,
    EventType.AUTORESPONDED: State.ACCEPTED,
    EventType.OPENED: State.ACCEPTED,
    EventType.CLICKED: State.ACCEPTED,
    EventType.COMPLAINED: "",
    EventType.UNSUBSCRIBED: "",
    EventType.SUBSCRIBED: "",
    EventType.UNKNOWN: "",
    EventType.INBOUND: "",
    EventType.INBOUND_FAILED: "",
}


def test_every_word_of_anymail_s_has_its_meaning() -> None:
    known = {value for name, value in vars(EventType).items() if name.isupper()}
    assert known == set(WORDS)
    for word, outcome in WORDS.items():
        parsed = callbacks._receipt(AnymailTrackingEvent(event_type=word, esp_event={"a": 1}))
        assert (parsed.word, parsed.outcome) == (word, outcome)


def test_every_reason_a_service_gives_is_in_words_a_person_can_act_on() -> None:
    for reason in (value for name, value in vars(RejectReason).items() if name.isupper()):
        event = AnymailTrackingEvent(event_type=EventType.REJECTED, reject_reason=reason, esp_event={})
        assert why("email", callbacks._receipt(event).code)


@pytest.mark.parametrize(
    "code", ["400", "401", "402", "403", "404", "413", "422", "429", "503", "5.1.1", "552"]
)
def test_every_common_answer_is_in_words_a_person_can_act_on(code: str) -> None:
    assert why("email", code)


@pytest.mark.parametrize(
    ("code", "dead"),
    [("5.1.1", True), ("refused_invalid", True), ("refused_bounced", True), ("refused_spam", True),
     ("refused_unsubscribed", True), ("5.2.2", False), ("refused_blocked", False), ("refused_timed_out", False)],
)  # fmt: skip
def test_an_address_where_nobody_is_or_wants_mail_is_used_no_more(code: str, dead: bool) -> None:
    assert is_dead_address("esp", code) == dead


@pytest.mark.django_db
def test_a_bounce_tells_the_candidate_by_the_next_channel(client: Client, letter: Message) -> None:
    post(client, signed(told(letter, **FINAL)))
    [fallback] = Message.objects.filter(offer=letter.offer).exclude(pk=letter.pk)
    assert fallback.channel == "sms"


@pytest.mark.django_db
def test_a_report_finds_its_letter_by_the_service_s_number_too(client: Client, letter: Message) -> None:
    post(client, signed({**told(letter), "user-variables": {}}))
    assert state_of(letter) == State.DELIVERED


@pytest.mark.django_db
def test_a_report_settles_a_letter_whose_answer_never_came(client: Client, offer: Offer) -> None:
    lease = uuid4()
    message = MessageFactory.create(
        offer=offer, channel="email", state=State.SENDING, provider="esp", lease=lease
    )
    post(client, signed(told(message)))
    lost = TransportError("no answer after sending", uncertain=True)
    finish(lease=lease, tried=[Tried(message.pk, lost, timezone.now(), 15000)])
    assert state_of(message) == State.DELIVERED


@pytest.mark.django_db
def test_a_replay_changes_nothing_not_even_with_another_word_under_the_same_signature(
    client: Client, letter: Message
) -> None:
    token = uuid4().hex
    for event in ("delivered", "delivered", "failed"):
        assert post(client, signed(told(letter, event=event), token=token)) == 200
    assert state_of(letter) == State.DELIVERED
    assert Receipt.objects.count() == 1
    assert Event.objects.filter(kind=Kind.DELIVERED).count() == 1


@pytest.mark.django_db
def test_the_same_event_reported_again_with_a_new_signature_moves_nothing(
    client: Client, letter: Message
) -> None:
    for _ in range(2):
        post(client, signed(told(letter)))
    assert Event.objects.filter(kind=Kind.DELIVERED).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("tail", ["", "wrong/", f"{SECRET}x/", f"{SECRET}/more/", "é/"])
def test_a_report_without_the_secret_is_refused_and_leaves_no_trace(
    client: Client, letter: Message, tail: str
) -> None:
    assert post(client, signed(told(letter)), tail=tail) == 403
    assert state_of(letter) == State.ACCEPTED
    assert not Receipt.objects.exists()


@pytest.mark.django_db
def test_a_report_that_is_not_signed_by_the_service_is_refused(client: Client, letter: Message) -> None:
    unsigned = {"event-data": told(letter)}
    assert post(client, unsigned) == 403
    assert post(client, signed(told(letter), key="another")) == 403
    assert post(client, {**signed(told(letter)), "signature": "x"}) == 403
    assert client.get(f"/callbacks/esp/{SECRET}/").status_code == 403
    assert not Receipt.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"", b"\xff", b"[" * 60000, b"[]", b"17", b"null"])
def test_what_is_no_report_is_refused(client: Client, content: bytes) -> None:
    assert post(client, content) == 403


@pytest.mark.django_db
@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=é"])
def test_a_form_that_cannot_be_read_is_refused(client: Client, boundary: str) -> None:
    kind = f"multipart/form-data{boundary}"
    answer = client.generic("POST", f"/callbacks/esp/{SECRET}/", b"--x", content_type=kind)
    assert answer.status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("event", [None, [], "x", {}, {"event": "delivered", "timestamp": "soon"}])
def test_a_signed_report_that_says_nothing_is_refused(client: Client, event: object) -> None:
    assert post(client, signed(event)) == 403
    assert not Receipt.objects.exists()


@pytest.mark.django_db
def test_without_a_service_the_address_does_not_exist(client: Client, settings: Settings) -> None:
    settings.EMAIL_BACKEND_ESP = ""
    assert post(client, signed(told(None))) == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "variables", [{"message_id": "not-a-uuid"}, {"message_id": str(uuid4())}, {}, "x", None]
)
def test_a_report_of_a_letter_we_do_not_know_is_kept_by_itself(client: Client, variables: object) -> None:
    assert post(client, signed({**told(None), "user-variables": variables})) == 200
    assert Receipt.objects.get().message is None


@pytest.mark.django_db
def test_a_service_that_signs_nothing_is_believed_by_its_secret(
    client: Client, letter: Message, settings: Settings
) -> None:
    settings.EMAIL_BACKEND_ESP = "anymail.backends.brevo.EmailBackend"
    settings.ANYMAIL = {"BREVO_API_KEY": "k"}
    event = {"event": "hard_bounce", "message-id": letter.reference, "reason": "550 5.1.1 unknown"}
    event["X-Mailin-custom"] = json.dumps({"message_id": str(letter.pk)})
    assert post(client, event) == post(client, event) == 200
    assert post(client, event, tail="wrong/") == 403
    assert (state_of(letter), Receipt.objects.get().code) == (State.BOUNCED, "5.1.1")


@pytest.mark.django_db
def test_a_service_that_signs_its_address_is_checked_against_the_public_one(
    client: Client, letter: Message, settings: Settings
) -> None:
    settings.EMAIL_BACKEND_ESP = "anymail.backends.mandrill.EmailBackend"
    settings.ANYMAIL = {"MANDRILL_API_KEY": "k", "MANDRILL_WEBHOOK_KEY": "w"}
    event = {
        "event": "hard_bounce",
        "_id": "1",
        "msg": {"_id": "m", "metadata": {"message_id": str(letter.pk)}},
    }
    form = {"mandrill_events": json.dumps([event])}
    address = f"http://testserver/callbacks/esp/{SECRET}/"
    mac = hmac.new(b"w", f"{address}mandrill_events{form['mandrill_events']}".encode(), "sha1").digest()
    for key, status in ((mac, 200), (b"x" + mac[1:], 403)):
        headers = {"X-Mandrill-Signature": b64encode(key).decode()}
        answered = client.post(f"/callbacks/esp/{SECRET}/", data=form, headers=headers)
        assert answered.status_code == status
    assert state_of(letter) == State.BOUNCED


# --- On the wire --------------------------------------------------------------------------------
def handed_in(client: Client, requests: list[Request]) -> list[int]:
    """The service's reports, at the product's own address."""
    return [
        client.post(one.path, data=one.body, content_type=one.headers.get("Content-Type", "")).status_code
        for one in requests
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("to", "state", "code", "words"),
    [
        (PERSON, State.DELIVERED, "", ["delivered"]),
        ("undeliverable@example.com", State.BOUNCED, "5.1.1", ["bounced"]),
        ("full@example.com", State.BOUNCED, "5.2.2", ["bounced"]),
        ("suppressed@example.com", State.BOUNCED, "bounced", ["bounced"]),
        ("delayed@example.com", State.DELIVERED, "", ["deferred", "delivered"]),
        ("complains@example.com", State.DELIVERED, "", ["complained", "delivered"]),
        ("scanned@example.com", State.DELIVERED, "", ["clicked", "delivered", "opened"]),
    ],
)
def test_what_the_service_reports_is_about_the_letter_that_went_out(
    sandbox: Sandbox, reports: list[Request], client: Client, offer: Offer, to: str, state: str, code: str,
    words: list[str],
) -> None:  # fmt: skip
    lease = uuid4()
    message = MessageFactory.create(
        offer=offer, channel="email", state=State.SENDING, provider="esp", lease=lease
    )
    accepted = ESP.send(envelope(to, message_id=message.pk))
    finish(lease=lease, tried=[Tried(message.pk, accepted, timezone.now(), 20)])
    eventually(lambda: len(reports) == len(words))
    assert set(handed_in(client, reports)) == {200}
    done = Message.objects.get(pk=message.pk)
    assert (done.state, done.error_code) == (state, code)
    assert sorted(Receipt.objects.values_list("word", flat=True)) == words
    assert not Event.objects.filter(kind=Kind.OPENED).exists()


@pytest.mark.django_db
def test_lost_doubled_and_reordered_reports_end_in_the_same_state(
    sandbox: Sandbox, reports: list[Request], client: Client, offer: Offer
) -> None:
    sandbox.faults(duplicate_receipts=1, reorder_receipts=1)
    message = MessageFactory.create(offer=offer, channel="email", state=State.SENDING, provider="esp")
    ESP.send(envelope("delayed@example.com", message_id=message.pk))
    eventually(lambda: len(reports) == 4)
    handed_in(client, reports)
    assert state_of(message) == State.DELIVERED
    assert Event.objects.filter(kind=Kind.DELIVERED).count() == 1


@pytest.mark.django_db
def test_a_letter_whose_answer_was_lost_is_settled_by_the_service_s_report(
    impatient: None, sandbox: Sandbox, reports: list[Request], client: Client, offer: Offer
) -> None:
    sandbox.faults(timeout_after_accept=1)
    message = MessageFactory.create(offer=offer, channel="email", state=State.UNCERTAIN, provider="esp")
    assert kind(error_of(envelope(PERSON, message_id=message.pk))) == UNCERTAIN
    eventually(lambda: reports)
    handed_in(client, reports)
    assert state_of(message) == State.DELIVERED


def test_a_yes_is_taken_as_one(settings: Settings) -> None:
    with Babbler(200, YES) as babbler:
        at(settings, babbler.url)
        assert ESP.send(envelope(PERSON)) == Accepted("<1@bank.example>")
