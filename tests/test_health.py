"""What a monitor sees: which part is broken, and figures without anybody's data."""

import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from candidates.models import Offer
from hrnotify.embedded import EmbeddedServers
from hrnotify.health import MESSAGE_LATE_SECONDS, WORKER_LATE_SECONDS
from notifications.models import Message
from notifications.states import State
from notifications.tasks import HEARTBEAT_KEY, tick
from tests.factories import MessageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def heartbeat() -> Iterator[None]:
    """A worker has just done its round."""
    tick()
    yield
    cache.delete(HEARTBEAT_KEY)


def ready(client: Client) -> tuple[int, dict[str, Any]]:
    response = client.get("/readyz")
    return response.status_code, json.loads(response.content)


def broken(client: Client) -> set[str]:
    status, parts = ready(client)
    wrong = {name for name, said in parts.items() if said != "ok"}
    assert status == (503 if wrong else 200)
    return wrong


def test_all_is_well_when_every_part_is(client: Client) -> None:
    names = ("database", "broker", "worker", "oldest_due_message")
    assert ready(client) == (200, dict.fromkeys(names, "ok"))


def test_no_heartbeat_is_named(client: Client) -> None:
    cache.delete(HEARTBEAT_KEY)
    assert broken(client) == {"worker"}


def test_an_old_heartbeat_is_named_with_its_age(client: Client) -> None:
    cache.set(HEARTBEAT_KEY, time.time() - WORKER_LATE_SECONDS - 5, 60)
    assert broken(client) == {"worker"}
    assert "65 s ago" in ready(client)[1]["worker"]


def test_a_message_that_waits_too_long_is_named(client: Client, offer: Offer) -> None:
    message = MessageFactory.create(offer=offer)
    assert broken(client) == set()
    late = timezone.now() - timedelta(seconds=MESSAGE_LATE_SECONDS + 10)
    Message.objects.filter(pk=message.pk).update(due_at=late)
    assert broken(client) == {"oldest_due_message"}
    Message.objects.filter(pk=message.pk).update(state=State.ACCEPTED)
    assert broken(client) == set()


def test_a_broker_that_is_away_is_named_and_the_process_itself_is_up(
    client: Client, embedded_servers: EmbeddedServers
) -> None:
    embedded_servers.stop_valkey()
    try:
        assert broken(client) == {"broker", "worker"}
        assert client.get("/healthz").content == b"ok"
        assert client.get("/metrics").status_code == 200
    finally:
        embedded_servers.start_valkey()
    tick()
    assert broken(client) == set()


def test_figures_count_what_waits_by_channel_and_state(client: Client, offer: Offer) -> None:
    MessageFactory.create(offer=offer, due_at=timezone.now() - timedelta(seconds=90))
    MessageFactory.create(offer=offer, channel="email", state=State.UNCERTAIN)
    MessageFactory.create(offer=offer, channel="wechat", state=State.DELIVERED)
    figures = client.get("/metrics").content.decode()
    assert 'hrnotify_queue_depth{channel="sms",state="planned"} 1.0' in figures
    assert 'hrnotify_queue_depth{channel="email",state="uncertain"} 1.0' in figures
    assert "delivered" not in figures
    age = re.search(r"^hrnotify_oldest_due_seconds (\S+)$", figures, re.MULTILINE)
    assert age is not None
    assert 89 < float(age[1]) < 120


def test_figures_and_health_hold_nobody_s_data(client: Client, offer: Offer) -> None:
    MessageFactory.create(offer=offer, text="王小明，您好", error="x")
    for address in ("/metrics", "/readyz", "/healthz"):
        shown = client.get(address).content.decode()
        for secret in ("王小明", "13800138000", "xm@example", str(offer.pk), offer.interview_id):
            assert secret not in shown
