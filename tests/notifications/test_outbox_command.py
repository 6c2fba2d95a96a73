"""The outbox from a terminal: what it prints, what it steers, and how it refuses nonsense."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from branches.models import User
from candidates.models import Offer, OfferState
from hrnotify.embedded import EmbeddedServers
from notifications.channels import breaker
from notifications.channels.base import TransportError
from notifications.models import ChannelPause, Message
from notifications.pauses import pause, pauses
from notifications.states import State
from tests.factories import MessageFactory

pytestmark = pytest.mark.django_db
AN_HOUR_AGO = timezone.now() - timedelta(hours=1)


@pytest.fixture(autouse=True)
def nobody_rests() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    call_command("outbox", *arguments)
    return capsys.readouterr().out


def row(capsys: pytest.CaptureFixture[str], channel: str) -> list[str]:
    [line] = [line for line in said(capsys).splitlines() if line.startswith(channel)]
    return re.split(r" {2,}", line)


def test_it_prints_what_waits_on_each_channel(offer: Offer, capsys: pytest.CaptureFixture[str]) -> None:
    now = timezone.now()
    MessageFactory.create(offer=offer, due_at=now - timedelta(minutes=5, seconds=3))
    MessageFactory.create(offer=offer, occurrence="2", due_at=now + timedelta(hours=1))
    MessageFactory.create(offer=offer, occurrence="3", state=State.UNCERTAIN, due_at=now)
    MessageFactory.create(offer=offer, occurrence="4", state=State.SENDING)
    MessageFactory.create(offer=offer, occurrence="5", state=State.REJECTED)
    old = now - timedelta(days=8)
    MessageFactory.create(offer=offer, occurrence="6", state=State.REJECTED, created_at=old)
    MessageFactory.create(offer=offer, occurrence="7", state=State.DELIVERED)
    assert row(capsys, "sms") == ["sms", "2", "2", "5 min", "1", "1", "1", "on"]
    assert row(capsys, "email") == ["email", "0", "0", "-", "0", "0", "0", "on"]
    assert "13800138000" not in said(capsys)


def test_it_names_a_pause_a_resting_carrier_and_a_channel_that_is_off(
    hq: User, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EMAIL_URL = ""
    pause(channel="wechat", by=hq, reason="New account")
    breaker.note("twilio", [TransportError("away", code="x")] * breaker.FAILURES_IN_A_ROW)
    assert row(capsys, "sms")[-1] == "on; resting: twilio"
    assert row(capsys, "email")[-1] == "off: no carrier is set up"
    assert re.fullmatch(r"paused since 20\S+ by hq: New account", row(capsys, "wechat")[-1])


def test_without_redis_it_says_what_it_does_not_know(
    offer: Offer, embedded_servers: EmbeddedServers, capsys: pytest.CaptureFixture[str]
) -> None:
    embedded_servers.stop_valkey()
    try:
        assert "unknown without Redis" in row(capsys, "sms")[-1]
    finally:
        embedded_servers.start_valkey()


def test_a_channel_is_paused_and_resumed(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert "sms is paused" in said(capsys, "pause", "sms", "--reason", "Bills twice")
    assert (pauses()["sms"].by, pauses()["sms"].reason) == (None, "Bills twice")
    with pytest.raises(CommandError, match=r"paused since .+ by the command line: Bills twice"):
        call_command("outbox", "pause", "sms", "--reason", "again")
    assert "sms goes on" in said(capsys, "resume", "sms")
    assert not ChannelPause.objects.exists()
    with pytest.raises(CommandError, match="sms is not paused"):
        call_command("outbox", "resume", "sms")


def test_what_reached_nobody_is_planned_again_and_what_is_left_is_told(
    offer: Offer, sh_offer: Offer, english_offer: Offer, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = {"state": State.REJECTED, "error_code": "30003"}
    again = MessageFactory.create(offer=offer, **failed)
    MessageFactory.create(offer=sh_offer, **failed | {"error_code": "21211"})
    MessageFactory.create(offer=english_offer, **failed)
    english_offer.state = OfferState.DECLINED
    english_offer.save()
    arguments = ("retry", "--channel", "sms", "--since", AN_HOUR_AGO.isoformat(), "--code", "30003")
    out = said(capsys, *arguments)
    assert out.splitlines() == ["1 planned again.", "1 left: no longer needed."]
    assert Message.objects.get(state=State.PLANNED).offer == again.offer
    assert said(capsys, *arguments).splitlines() == ["0 planned again.", "1 left: no longer needed."]


def test_what_was_planned_before_the_moment_is_left_alone(
    offer: Offer, capsys: pytest.CaptureFixture[str]
) -> None:
    MessageFactory.create(offer=offer, state=State.REJECTED, created_at=AN_HOUR_AGO - timedelta(seconds=1))
    assert (
        said(capsys, "retry", "--channel", "sms", "--since", AN_HOUR_AGO.isoformat()) == "0 planned again.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ("pause fax --reason x", "invalid choice: 'fax'"),
        ("pause sms", "--reason"),
        ("pause sms --reason=", "say why, in 1 to 200 characters"),
        (f"pause sms --reason={'x' * 201}", "say why, in 1 to 200 characters"),
        ("resume", "channel"),
        ("stop sms", "invalid choice: 'stop'"),
        ("retry --channel sms", "--since"),
        ("retry --channel sms --since yesterday", "ISO 8601 with an offset"),
        ("retry --channel sms --since 2026-12-04T09:00:00", "ISO 8601 with an offset"),
        ("retry --channel sms --since 2999-12-04T09:00:00+08:00", "lies in the future"),
        ("retry --since 2026-01-04T09:00:00+08:00", "--channel"),
    ],
)
def test_nonsense_is_refused_with_a_hint(db: None, arguments: str, hint: str) -> None:
    with pytest.raises(CommandError, match=re.escape(hint)):
        call_command("outbox", *arguments.split(" "))
    assert not ChannelPause.objects.exists()
