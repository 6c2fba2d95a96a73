"""A paused channel: planning goes on, claiming stops, and resuming sends what has waited."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from branches.models import User
from candidates.models import Offer
from notifications.channels import TRANSPORTS
from notifications.channels.base import Accepted
from notifications.models import Message, Purpose
from notifications.outbox import Tried, claim, finish
from notifications.pauses import AlreadyPaused, pause, pauses, resume
from notifications.plan import plan
from notifications.planner import tick
from notifications.send import send_due
from notifications.states import State
from tests.factories import MessageFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pass_notice")]
TWILIO = TRANSPORTS["twilio"]


@contextmanager
def queue() -> Iterator[Any]:
    """The broker's own client: the wake-ups that wait for a worker are the list `send`."""
    with current_app.connection_for_read() as broker:
        channel: Any = broker.default_channel
        yield channel.client


def woken() -> int:
    with queue() as broker:
        return int(broker.llen("send"))


@pytest.fixture(autouse=True)
def nobody_is_woken() -> None:
    with queue() as broker:
        broker.delete("send")


def test_a_paused_channel_claims_nothing_and_the_others_go_on(offer: Offer, hq: User) -> None:
    MessageFactory.create(offer=offer)
    MessageFactory.create(offer=offer, channel="email")
    MessageFactory.create(offer=offer, occurrence="2", state=State.UNCERTAIN, provider="twilio")
    pause(channel="sms", by=hq, reason="The carrier bills twice")
    assert not claim(transport=TWILIO, limit=10)
    assert send_due("sms") == 0
    assert set(Message.objects.filter(channel="sms").values_list("state", flat=True)) == {
        "planned",
        "uncertain",
    }
    assert len(claim(transport=TRANSPORTS["smtp"], limit=10).envelopes) == 1


def test_a_message_is_still_planned_on_a_paused_channel(offer: Offer, hq: User) -> None:
    pause(channel="sms", by=hq, reason="x")
    planned = plan(offer=offer, purpose=Purpose.PASS_NOTICE)
    assert planned
    assert planned.channel == "sms"


def test_what_is_in_flight_finishes(offer: Offer, hq: User) -> None:
    message = MessageFactory.create(offer=offer)
    batch = claim(transport=TWILIO, limit=1)
    pause(channel="sms", by=hq, reason="x")
    finish(lease=batch.lease, tried=[Tried(message.pk, Accepted("SM1"), timezone.now(), 5)])
    assert Message.objects.get().state == State.ACCEPTED


def test_the_pause_costs_a_claim_no_query_of_its_own(offer: Offer) -> None:
    with CaptureQueriesContext(connection) as asked:
        claim(transport=TWILIO, limit=1)
    assert len([one for one in asked if "channelpause" in one["sql"]]) == 1
    assert not any(one["sql"].startswith('SELECT "notifications_channelpause"') for one in asked)


def test_the_beat_does_not_wake_workers_for_a_paused_channel(offer: Offer, hq: User) -> None:
    MessageFactory.create(offer=offer)
    pause(channel="sms", by=hq, reason="x")
    assert tick(at=timezone.now())["sms"] == 1
    assert woken() == 0
    resume(channel="sms")
    tick(at=timezone.now())
    assert woken() == 1


def test_resuming_wakes_the_channel_and_what_waited_is_claimed(
    offer: Offer, hq: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    MessageFactory.create(offer=offer)
    pause(channel="sms", by=hq, reason="x")
    with django_capture_on_commit_callbacks(execute=True):
        assert resume(channel="sms")
    assert woken() == 1
    assert len(claim(transport=TWILIO, limit=10).envelopes) == 1


def test_a_second_pause_leaves_the_first_reason(hq: User, stranger: User) -> None:
    first = pause(channel="sms", by=hq, reason="first")
    with pytest.raises(AlreadyPaused) as known:
        pause(channel="sms", by=stranger, reason="second")
    assert known.value.pause == first
    assert (pauses()["sms"].reason, pauses()["sms"].by) == ("first", hq)


def test_resuming_what_is_not_paused_says_so(db: None) -> None:
    assert not resume(channel="sms")
