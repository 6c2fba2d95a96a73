"""Twilio as its stand-in speaks it: what is handed over, what each refusal means, what became of the uncertain."""

from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from django.utils import timezone
from pytest_django import Settings

from notifications.channels import TRANSPORTS, http
from notifications.channels.base import Accepted, Envelope, TransportError
from notifications.channels.sms_twilio import callbacks
from notifications.states import State
from tests.channels.conftest import envelope
from tests.sandbox.running import Listener, Sandbox, eventually

TWILIO = TRANSPORTS["twilio"]
PHONE = "+8613800138000"


def error_of(sent: Envelope) -> TransportError:
    with pytest.raises(TransportError) as raised:
        TWILIO.send(sent)
    return raised.value


def kind(error: TransportError) -> tuple[bool, bool, bool]:
    return error.permanent, error.uncertain, error.throttled


@pytest.fixture
def impatient(settings: Settings) -> None:
    """Gives up after half a second; the pool is made anew for it."""
    settings.CARRIER_TIMEOUT_SECONDS = 0.5
    http.pool.cache_clear()


@pytest.fixture(autouse=True)
def patience_restored() -> object:
    yield
    http.pool.cache_clear()


def test_a_text_is_handed_over_and_its_number_kept(sandbox: Sandbox) -> None:
    accepted = TWILIO.send(envelope(PHONE, "【海岳银行】请确认。"))
    [kept] = sandbox.messages(channel="sms")
    assert (kept["to"], kept["text"], kept["reference"]) == (
        PHONE,
        "【海岳银行】请确认。",
        accepted.reference,
    )
    assert kept["from"] == "+15005550006"


def test_a_messaging_service_takes_the_sender_s_place(sandbox: Sandbox, settings: Settings) -> None:
    settings.TWILIO_FROM, settings.TWILIO_MESSAGING_SERVICE_SID = "", "MG" + "0" * 32
    assert TWILIO.send(envelope(PHONE)).reference.startswith("SM")


def test_reports_come_to_the_public_address_with_the_message_s_id(
    sandbox: Sandbox, callbacks: Listener
) -> None:
    sent = envelope(PHONE)
    TWILIO.send(sent)
    eventually(lambda: len(callbacks.requests) == 2)
    assert {request.path for request in callbacks.requests} == {f"/callbacks/twilio/{sent.message_id}/"}
    statuses = {dict(parse_qsl(request.body.decode()))["MessageStatus"] for request in callbacks.requests}
    assert statuses == {"sent", "delivered"}


def test_mainland_numbers_get_no_personal_link() -> None:
    assert not TWILIO.takes_link(PHONE)
    assert TWILIO.takes_link("+85212345678")


@pytest.mark.parametrize(
    ("to", "code"), [("+8613800130001", "21211"), ("+8613800130002", "21610"), ("", "21604")]
)
def test_a_number_that_cannot_get_it_is_a_permanent_failure(sandbox: Sandbox, to: str, code: str) -> None:
    error = error_of(envelope(to))
    assert (error.code, *kind(error)) == (code, True, False, False)
    assert to not in str(error) or not to


def test_a_refused_login_is_ours_to_mend_and_not_the_message_s_end(
    sandbox: Sandbox, settings: Settings
) -> None:
    settings.TWILIO_AUTH_TOKEN = "wrong"
    error = error_of(envelope(PHONE))
    assert (error.code, *kind(error)) == ("20003", False, False, False)


def test_a_busy_carrier_throttles_and_a_broken_one_leaves_it_uncertain(sandbox: Sandbox) -> None:
    sandbox.faults(fail_rate=1)
    told = {error.code: kind(error) for error in (error_of(envelope(PHONE)) for _ in range(20))}
    assert told == {"20429": (False, False, True), "20500": (False, True, False)}


@pytest.mark.usefixtures("sandbox")
def test_nobody_listening_means_that_nothing_was_sent(settings: Settings) -> None:
    settings.TWILIO_API_URL = "http://127.0.0.1:9"
    assert kind(error_of(envelope(PHONE))) == (False, False, False)


def test_no_answer_is_uncertain_and_the_look_up_finds_what_was_kept(
    impatient: None, sandbox: Sandbox
) -> None:
    sandbox.faults(timeout_after_accept=1)
    sent, started = envelope(PHONE, "一"), timezone.now()
    assert kind(error_of(sent)) == (False, True, False)
    sandbox.faults(timeout_after_accept=0)
    repeat = envelope(PHONE, "一", message_id=sent.message_id, first_sent_at=started)
    [kept] = sandbox.messages(channel="sms")
    assert TWILIO.look_up(repeat) == Accepted(kept["reference"])


def test_the_look_up_takes_no_other_text_and_no_other_number(sandbox: Sandbox) -> None:
    TWILIO.send(envelope(PHONE, "一"))
    started = timezone.now() - timedelta(minutes=1)
    assert TWILIO.look_up(envelope(PHONE, "二", first_sent_at=started)) is None
    assert TWILIO.look_up(envelope("+8613800138001", "一", first_sent_at=started)) is None
    assert TWILIO.look_up(envelope(PHONE, "一", first_sent_at=started)) is not None


def test_a_carrier_s_clock_may_be_a_little_behind_ours(sandbox: Sandbox) -> None:
    TWILIO.send(envelope(PHONE, "一"))
    ahead = timezone.now() + timedelta(minutes=2)
    assert TWILIO.look_up(envelope(PHONE, "一", first_sent_at=ahead)) is not None


def test_a_look_up_that_fails_leaves_it_uncertain(sandbox: Sandbox, settings: Settings) -> None:
    repeat = envelope(PHONE, first_sent_at=timezone.now())
    for url, token in ((sandbox.url, "wrong"), ("http://127.0.0.1:9", settings.TWILIO_AUTH_TOKEN)):
        settings.TWILIO_API_URL, settings.TWILIO_AUTH_TOKEN = url, token
        with pytest.raises(TransportError) as raised:
            TWILIO.look_up(repeat)
        assert raised.value.uncertain


# --- Receipts that did not come -------------------------------------------------------------------
def test_receipts_that_did_not_come_are_found_in_the_list_of_what_was_sent(sandbox: Sandbox) -> None:
    sandbox.faults(drop_receipts=1)
    ours, another = TWILIO.send(envelope(PHONE, "ours")), TWILIO.send(envelope(PHONE, "another"))
    undelivered = TWILIO.send(envelope("+8613800130003", "ours"))
    asked = [ours.reference, undelivered.reference, "SM-of-somebody-else"]

    def final() -> dict[str, str]:
        return {one.reference: one.outcome for one in TWILIO.fetch_receipts(asked)}

    expected = {ours.reference: State.DELIVERED, undelivered.reference: State.UNDELIVERED}
    assert eventually(lambda: final() == expected), final()
    assert another.reference not in final()


def test_a_fetched_receipt_is_the_one_that_the_callback_brings(sandbox: Sandbox) -> None:
    """A callback that comes after all changes nothing, because it has the same key."""
    sent = {"sid": "SM1", "status": "undelivered", "error_code": 30003, "to": PHONE}
    assert callbacks.as_receipt(sent).key == "SM1:undelivered:30003"
    assert callbacks.as_receipt({**sent, "status": "delivered", "error_code": None}).key == "SM1:delivered:"


def test_what_cannot_be_fetched_is_an_error_that_names_no_number(
    sandbox: Sandbox, settings: Settings
) -> None:
    settings.TWILIO_AUTH_TOKEN = "wrong"
    with pytest.raises(TransportError) as raised:
        TWILIO.fetch_receipts(["SM1"])
    assert PHONE not in str(raised.value)
