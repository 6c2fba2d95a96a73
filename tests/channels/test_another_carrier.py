"""The carrier that docs/carriers.md writes out is run as it stands there, so that the document stays true."""

import json
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from candidates.models import Offer
from notifications.channels import CALLED_BACK, TRANSPORTS, http
from notifications.channels.base import Transport
from notifications.models import Message
from notifications.send import send_due
from notifications.states import State
from tests.channels.recorded import Answer, Recorded
from tests.factories import MessageFactory

DOCUMENT = Path(__file__).parents[2] / "docs" / "carriers.md"
KEY = "a key of the example's"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pass_notice")]


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Transport]:
    """The document's carrier, registered as it says."""
    section = DOCUMENT.read_text().partition("## Another carrier")[2]
    written = tmp_path / "transport.py"
    written.write_text(section.partition("```python\n")[2].partition("```")[0])
    spec = spec_from_file_location("example_transport", written)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    transport: Transport = module.TRANSPORT
    monkeypatch.setitem(TRANSPORTS, transport.name, transport)
    monkeypatch.setitem(CALLED_BACK, transport.name, transport)
    settings.SMS_PROVIDERS, settings.EXAMPLE_KEY = [transport.name], KEY
    cache.clear()  # no carrier rests
    yield transport
    http.pool.cache_clear()


@pytest.fixture
def message(offer: Offer) -> Message:
    return MessageFactory.create(offer=offer)


def sent(message: Message, answer: Answer, settings: Settings) -> Message:
    """What became of the message after the carrier's one answer."""
    with Recorded(answer) as carrier:
        settings.EXAMPLE_URL = f"{carrier.url}/texts"
        assert send_due("sms") == 1
    assert carrier.paths == ["/texts"]
    return Message.objects.get(pk=message.pk)


def test_a_message_goes_out_by_the_carrier_of_the_document(
    example: Transport, message: Message, settings: Settings
) -> None:
    accepted = sent(message, Answer(200, {"reference": "E1"}), settings)
    assert (accepted.state, accepted.provider, accepted.reference) == (State.ACCEPTED, example.name, "E1")


@pytest.mark.parametrize(
    ("answer", "state", "tries"),
    [
        (Answer(400), State.REJECTED, 1),
        (Answer(429), State.PLANNED, 0),
        (Answer(500), State.UNCERTAIN, 1),
        (Answer(200, b"<html>"), State.UNCERTAIN, 1),
    ],
)
def test_each_of_its_refusals_leads_to_its_next_step(
    example: Transport, message: Message, settings: Settings, answer: Answer, state: State, tries: int
) -> None:
    refused = sent(message, answer, settings)
    assert (refused.state, refused.tries) == (state, tries)


def test_its_proven_report_moves_the_message_and_no_other_does(
    example: Transport, message: Message, settings: Settings, client: Client
) -> None:
    sent(message, Answer(200, {"reference": "E1"}), settings)
    report = json.dumps({"reference": "E1", "status": "arrived"})
    answers = []
    states = []
    for key in ("another key", KEY):
        address = f"/callbacks/{example.name}/"
        answered = client.post(address, report, content_type="application/json", headers={"X-Key": key})
        answers.append(answered.status_code)
        states.append(Message.objects.get(pk=message.pk).state)
    assert answers == [403, 200]
    assert states == [State.ACCEPTED, State.DELIVERED]
