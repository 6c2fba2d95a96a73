"""From the claim to the carrier and back into the rows, with the carriers' stand-in at the other end."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.core.cache import cache
from django.utils import timezone
from pytest_django import Settings

from branches.models import Branch
from candidates.models import Candidate
from hrnotify.logs import formatter
from notifications import send
from notifications.channels import TRANSPORTS, breaker, http
from notifications.channels.base import Accepted, Envelope, Transport, TransportError
from notifications.models import Attempt, Message
from notifications.outbox import claim
from notifications.send import send_due
from notifications.states import State
from tests.factories import MessageFactory, OfferFactory
from tests.sandbox.running import ACCOUNTS, GATEWAY_SECRET, Sandbox, start_sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pass_notice")]
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def running_carriers() -> Iterator[Sandbox]:
    sandbox = start_sandbox("--wechat-callback", NOWHERE, environment={**ACCOUNTS, "SANDBOX_PORT": ""})
    yield sandbox
    assert sandbox.stop() == 0


@pytest.fixture
def sandbox(running_carriers: Sandbox, settings: Settings) -> Iterator[Sandbox]:
    """The product's settings lead to it; its receipts go nowhere."""
    settings.TWILIO_API_URL = running_carriers.url
    settings.TWILIO_ACCOUNT_SID = ACCOUNTS["TWILIO_ACCOUNT_SID"]
    settings.TWILIO_AUTH_TOKEN = ACCOUNTS["TWILIO_AUTH_TOKEN"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running_carriers.smtp_port
    running_carriers.faults(drop_receipts=1)
    running_carriers.http.request("DELETE", f"{running_carriers.url}/inbox.json")
    cache.clear()  # no carrier rests
    yield running_carriers
    cache.clear()
    running_carriers.faults(drop_receipts=0, latency_ms=0)
    for carrier in TRANSPORTS.values():
        send._threads(carrier.name, carrier.in_flight).shutdown()  # with them go their mail connections
    send._threads.cache_clear()
    http.pool.cache_clear()


def people(branch: Branch, count: int, *, channel: str = "sms") -> list[Message]:
    return [
        MessageFactory.create(offer=OfferFactory.create(branch=branch), channel=channel) for _ in range(count)
    ]


def test_everything_due_on_a_channel_goes_out_batch_after_batch(sandbox: Sandbox, bj_cbd: Branch) -> None:
    people(bj_cbd, send.BATCH + 6)
    waiting = people(bj_cbd, 1, channel="email")
    assert send_due("sms") == send.BATCH + 6
    texts = {(kept["to"], kept["text"]) for kept in sandbox.messages(channel="sms")}
    rows = Message.objects.filter(channel="sms").select_related("offer__candidate")
    assert texts == {(row.offer.candidate.phone, row.text) for row in rows}
    assert {row.state for row in rows} == {State.ACCEPTED}
    assert Message.objects.get(pk=waiting[0].pk).state == State.PLANNED


def test_many_requests_are_in_flight_at_once(sandbox: Sandbox, bj_cbd: Branch, settings: Settings) -> None:
    people(bj_cbd, settings.IN_FLIGHT)
    sandbox.faults(latency_ms=300)
    started = timezone.now()
    send_due("sms")
    assert (timezone.now() - started).total_seconds() < 0.3 * settings.IN_FLIGHT / 2
    assert min(Attempt.objects.values_list("milliseconds", flat=True)) >= 300


def test_one_bad_number_does_not_hold_up_the_others(sandbox: Sandbox, bj_cbd: Branch) -> None:
    messages = people(bj_cbd, 3)
    candidate = messages[1].offer.candidate
    candidate.phone = "+8613900000001"
    candidate.save()
    send_due("sms")
    states = [Message.objects.get(pk=message.pk).state for message in messages]
    assert states == [State.ACCEPTED, State.REJECTED, State.ACCEPTED]
    assert Message.objects.get(channel="email").offer == messages[1].offer


def test_a_carrier_that_is_away_is_asked_once_a_round(bj_cbd: Branch, settings: Settings) -> None:
    settings.TWILIO_API_URL = NOWHERE
    [message] = people(bj_cbd, 1)
    assert send_due("sms") == 1
    tried = Message.objects.get(pk=message.pk)
    assert (tried.state, tried.tries) == (State.PLANNED, 1)
    assert tried.due_at > timezone.now()


def test_the_next_carrier_takes_over_from_one_that_fails_in_a_row(
    sandbox: Sandbox, bj_cbd: Branch, settings: Settings
) -> None:
    settings.SMS_PROVIDERS = ["twilio", "gateway"]
    settings.GATEWAY_URL, settings.GATEWAY_SECRET = f"{sandbox.url}/gateway/sms", GATEWAY_SECRET
    settings.TWILIO_API_URL = NOWHERE
    may_be_out = people(bj_cbd, 1)[0]
    may_be_out.state, may_be_out.provider, may_be_out.text = State.UNCERTAIN, "twilio", "您好"
    may_be_out.first_sent_at, may_be_out.tries = timezone.now(), 1
    may_be_out.save()
    may_be_out.attempts.create(provider="twilio", at=timezone.now(), outcome=State.UNCERTAIN)
    messages = people(bj_cbd, breaker.FAILURES_IN_A_ROW)
    send_due("sms")
    assert breaker.is_resting("twilio")
    Message.objects.update(due_at=timezone.now())
    send_due("sms")
    assert {now.provider for now in Message.objects.filter(state=State.ACCEPTED)} == {"gateway"}
    assert len(sandbox.messages(channel="sms")) == len(messages)
    may_be_out.refresh_from_db()
    assert (may_be_out.state, may_be_out.provider) == (State.UNCERTAIN, "twilio")
    cache.clear()  # the rest is over
    settings.TWILIO_API_URL = sandbox.url
    Message.objects.update(due_at=timezone.now())
    send_due("sms")
    may_be_out.refresh_from_db()
    assert (may_be_out.state, may_be_out.provider) == (State.ACCEPTED, "twilio")


@pytest.mark.parametrize("channel", ["push", "email"])
def test_a_channel_that_is_off_sends_nothing_and_keeps_what_is_due(
    bj_cbd: Branch, settings: Settings, channel: str
) -> None:
    settings.EMAIL_URL = settings.JPUSH_APP_KEY = ""
    [message] = people(bj_cbd, 1, channel=channel)
    assert send_due(channel) == 0
    assert Message.objects.get(pk=message.pk).state == State.PLANNED


def test_what_nobody_needs_any_more_does_not_stop_the_round(sandbox: Sandbox, bj_cbd: Branch) -> None:
    unwanted = people(bj_cbd, send.BATCH)
    for message in unwanted:
        message.offer.state = "withdrawn"
        message.offer.save()
    people(bj_cbd, 1)
    assert send_due("sms") == 1


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_an_address_that_was_taken_away_meanwhile_is_no_delivery(
    sandbox: Sandbox, bj_cbd: Branch, channel: str
) -> None:
    """A mail to nobody would be sent without complaint."""
    [message] = people(bj_cbd, 1, channel=channel)
    Candidate.objects.update(**{"phone" if channel == "sms" else "email": ""})
    send_due(channel)
    failed = Message.objects.get(pk=message.pk)
    assert (failed.state, failed.error_code) == (State.REJECTED, "no_address")
    assert Message.objects.exclude(pk=message.pk).exists()
    assert sandbox.messages() == []


def test_a_message_that_may_be_out_is_looked_up_and_not_sent_again(sandbox: Sandbox, bj_cbd: Branch) -> None:
    [message] = people(bj_cbd, 1)
    [envelope] = claim(transport=TRANSPORTS["twilio"], limit=1).envelopes
    reference = TRANSPORTS["twilio"].send(envelope).reference  # and then the worker dies
    Message.objects.update(state=State.UNCERTAIN)
    send_due("sms")
    assert Message.objects.get(pk=message.pk).reference == reference
    assert len(sandbox.messages(channel="sms")) == 1


def test_a_message_that_never_went_out_is_sent_when_the_look_up_finds_nothing(
    sandbox: Sandbox, bj_cbd: Branch
) -> None:
    people(bj_cbd, 1)
    claim(transport=TRANSPORTS["twilio"], limit=1)
    Message.objects.update(state=State.UNCERTAIN)
    send_due("sms")
    assert len(sandbox.messages(channel="sms")) == 1
    assert Message.objects.get().state == State.ACCEPTED


class Clumsy(Transport):
    """A carrier's client with a mistake of its own, whose words repeat the person's number."""

    name = "clumsy"
    channel = "sms"

    def send(self, envelope: Envelope) -> Accepted:
        raise RuntimeError(f"cannot cope with {envelope.to}")


def test_a_mistake_in_a_carrier_s_client_is_uncertain_and_its_words_are_not_kept(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outcome = send._outcome(Clumsy(), Envelope(UUID(int=1), "+8613800138000", "", "您好"))
    assert isinstance(outcome, TransportError)
    assert (outcome.uncertain, outcome.code) == (True, "RuntimeError")
    assert "13800138000" not in f"{outcome} {outcome.reason}"
    [record] = [one for one in caplog.records if one.name == "notifications.send"]
    logged = formatter().format(record)
    assert "transport_failed" in logged
    assert "13800138000" not in logged
