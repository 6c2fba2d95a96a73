"""What a monitor sees: which part is broken, and figures without anybody's data."""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from uuid_utils.compat import uuid7

from branches.models import User
from candidates.models import Offer
from hrnotify.embedded import EmbeddedServers
from hrnotify.figures import first_id
from hrnotify.health import MESSAGE_LATE_SECONDS, WORKER_LATE_SECONDS
from notifications.backlog import UNSENT
from notifications.channels import breaker
from notifications.channels.base import TransportError
from notifications.models import Attempt, Message, Schedule
from notifications.pauses import pause
from notifications.states import State
from notifications.tasks import HEARTBEAT_KEY, tick
from tests.factories import MessageFactory
from tracking.models import Event, Kind
from tracking.record import record

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


# --- Held back ----------------------------------------------------------------------------------
def test_a_paused_channel_is_named_and_nothing_is_wrong(client: Client, offer: Offer, hq: User) -> None:
    MessageFactory.create(offer=offer, due_at=timezone.now() - timedelta(seconds=MESSAGE_LATE_SECONDS + 10))
    assert broken(client) == {"oldest_due_message"}
    pause(channel="sms", by=hq, reason="13800138000 complains")
    status, parts = ready(client)
    assert status == 200
    assert re.fullmatch(r"since 20\S+\+08:00 by hq", parts["paused"]["sms"])
    late = timezone.now() - timedelta(seconds=MESSAGE_LATE_SECONDS + 10)
    MessageFactory.create(offer=offer, channel="email", due_at=late)
    assert ready(client)[0] == 503


# --- Figures ------------------------------------------------------------------------------------
def figures(client: Client) -> dict[str, float]:
    """By name without our prefix, with the values of its labels: `queue_depth sms planned`."""
    found = {}
    for line in client.get("/metrics").content.decode().splitlines():
        if sample := re.fullmatch(r"hrnotify_(\w+)(?:\{(.*)\})? (\S+)", line):
            labels = re.findall(r'"([^"]*)"', sample[2] or "")
            found[" ".join([sample[1], *labels])] = float(sample[3])
    return found


def test_figures_count_what_waits_by_channel_and_state(client: Client, offer: Offer, hq: User) -> None:
    MessageFactory.create(offer=offer, due_at=timezone.now() - timedelta(seconds=90))
    MessageFactory.create(offer=offer, channel="email", state=State.UNCERTAIN)
    MessageFactory.create(offer=offer, channel="wechat", state=State.DELIVERED)
    pause(channel="email", by=hq, reason="x")
    found = figures(client)
    assert found["queue_depth sms planned"] == 1
    assert found["queue_depth email uncertain"] == 1
    assert sum(value for name, value in found.items() if name.startswith("queue_depth")) == 2
    assert 89 < found["oldest_due_seconds sms"] < 120
    assert found["oldest_due_seconds wechat"] == 0
    assert (found["channel_paused sms"], found["channel_paused email"]) == (0, 1)


def test_a_planner_that_is_behind_shows(client: Client, offer: Offer) -> None:
    Schedule.objects.update(look_at=timezone.now() + timedelta(hours=1))
    assert figures(client)["oldest_look_seconds"] == 0
    Schedule.objects.update(look_at=timezone.now() - timedelta(seconds=90))
    assert 89 < figures(client)["oldest_look_seconds"] < 120


def test_figures_count_what_carriers_accepted_within_the_last_minute(client: Client, offer: Offer) -> None:
    now = timezone.now()
    long_ago = first_id(now - timedelta(seconds=70))
    accepted = {"offer": offer, "kind": Kind.ACCEPTED, "at": now}
    record(
        [
            Event(channel="sms", **accepted),
            Event(channel="sms", **accepted),
            Event(channel="email", **accepted),
        ]
    )
    record([Event(offer=offer, kind=Kind.DELIVERED, at=now, channel="sms")])
    record([Event(pk=long_ago, channel="sms", **accepted)])
    found = figures(client)
    counts = [found[f"accepted_last_minute {channel}"] for channel in ("sms", "email", "wechat", "push")]
    assert counts == [2, 1, 0, 0]


def test_an_id_of_a_moment_lies_below_those_made_from_then_on() -> None:
    before = uuid7()
    time.sleep(0.002)
    assert before < first_id(timezone.now()) < uuid7()


def test_figures_count_the_errors_of_carriers_by_kind(client: Client, offer: Offer) -> None:
    message, now = MessageFactory.create(offer=offer), timezone.now()
    tries = {State.PLANNED: 3, State.UNCERTAIN: 2, State.REJECTED: 1, State.ACCEPTED: 4}
    for outcome, times in tries.items():
        for _ in range(times):
            Attempt.objects.create(message=message, provider="twilio", at=now, outcome=outcome)
    old = now - timedelta(minutes=16)
    Attempt.objects.create(message=message, provider="twilio", at=old, outcome=State.REJECTED)
    found = figures(client)
    kinds = ("temporary", "uncertain", "refused")
    assert [found[f"carrier_errors_last_15_minutes twilio {kind}"] for kind in kinds] == [3, 2, 1]
    assert found["carrier_errors_last_15_minutes smtp refused"] == 0


def test_figures_tell_which_carrier_rests_and_nothing_without_redis(
    client: Client, embedded_servers: EmbeddedServers
) -> None:
    breaker.note("twilio", [TransportError("away", code="x")] * breaker.FAILURES_IN_A_ROW)
    found = figures(client)
    assert (found["carrier_resting twilio"], found["carrier_resting smtp"]) == (1, 0)
    embedded_servers.stop_valkey()
    try:
        assert "carrier_resting twilio" not in figures(client)
    finally:
        embedded_servers.start_valkey()
        cache.clear()


def test_figures_tell_how_long_carriers_that_report_have_owed_a_receipt(client: Client, offer: Offer) -> None:
    now = timezone.now()
    owed = {"offer": offer, "state": State.ACCEPTED, "provider": "twilio"}
    MessageFactory.create(**owed, accepted_at=now - timedelta(minutes=5))
    MessageFactory.create(**owed, occurrence="2", accepted_at=now - timedelta(minutes=1))
    MessageFactory.create(**owed, occurrence="3", accepted_at=now - timedelta(days=4))
    came = owed | {"state": State.DELIVERED}
    MessageFactory.create(**came, occurrence="4", accepted_at=now - timedelta(hours=5))
    mail = owed | {"provider": "smtp", "channel": "email"}
    MessageFactory.create(**mail, accepted_at=now - timedelta(minutes=5))
    found = figures(client)
    assert 300 <= found["receipt_lag_seconds twilio"] < 330
    assert found["receipts_missing twilio"] == 2
    assert found["receipt_lag_seconds jpush"] == 0
    assert "receipt_lag_seconds smtp" not in found


def test_a_scrape_takes_the_same_queries_however_much_there_is(
    client: Client, offer: Offer, sh_offer: Offer, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for one in (offer, sh_offer):
        for channel in ("sms", "email", "wechat"):
            message = MessageFactory.create(offer=one, channel=channel)
            Attempt.objects.create(
                message=message, provider="twilio", at=timezone.now(), outcome=State.UNCERTAIN
            )
    with django_assert_num_queries(6):
        client.get("/metrics")


def test_what_waits_is_found_by_small_indexes_however_many_old_messages_there_are(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Message.objects.filter(UNSENT).explain()
    assert "message_due" in plan, plan
    assert "message_leased" in plan, plan


def test_figures_and_health_hold_nobody_s_data(client: Client, offer: Offer) -> None:
    MessageFactory.create(offer=offer, text="王小明，您好", error="x")
    for address in ("/metrics", "/readyz", "/healthz"):
        shown = client.get(address).content.decode()
        for secret in ("王小明", "13800138000", "xm@example", str(offer.pk), offer.interview_id):
            assert secret not in shown
