"""A carrier's pace: one bucket in Redis for all processes, and a share of it where Redis is away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_django import Settings

from hrnotify.embedded import EmbeddedServers
from notifications.channels import pace
from notifications.shared_redis import shared_redis


@pytest.fixture(autouse=True)
def empty_bucket(settings: Settings) -> Iterator[None]:
    """Twilio may be given ten messages a second."""
    settings.CARRIER_RATES = {"twilio": 10.0}
    forget()
    yield
    forget()


def forget() -> None:
    shared_redis.cache_clear()
    pace._own_bucket.cache_clear()
    shared_redis().delete("pace:twilio")


def test_a_carrier_without_a_rate_is_given_all_that_is_asked(settings: Settings) -> None:
    settings.CARRIER_RATES = {}
    assert [pace.take("twilio", 64) for _ in range(20)] == [64] * 20


def test_a_full_bucket_holds_a_second_s_worth_and_then_nothing_is_left() -> None:
    assert pace.take("twilio", 64) == 10
    assert pace.take("twilio", 64) == 0


def test_tokens_come_back_with_time_and_never_more_than_the_bucket_holds() -> None:
    pace.take("twilio", 10)
    time.sleep(0.35)
    assert pace.take("twilio", 64) in {3, 4}
    time.sleep(1.3)
    assert pace.take("twilio", 64) == 10


def test_what_was_not_used_is_given_back() -> None:
    assert pace.take("twilio", 10) == 10
    pace.give_back("twilio", 6)
    assert pace.take("twilio", 64) == 6


def test_processes_together_stay_within_the_rate() -> None:
    started = time.monotonic()
    with ThreadPoolExecutor(8) as workers:
        given = sum(workers.map(lambda _: pace.take("twilio", 1), range(200)))
    assert given <= 10 + 10 * (time.monotonic() - started) + 1
    assert given >= 10


def test_less_than_one_a_second_still_lets_one_through(settings: Settings) -> None:
    settings.CARRIER_RATES = {"twilio": 0.5}
    assert [pace.take("twilio", 5), pace.take("twilio", 5)] == [1, 0]
    assert pace.seconds_until_next("twilio") == 2


def test_without_redis_a_process_keeps_to_its_share(
    embedded_servers: EmbeddedServers, settings: Settings
) -> None:
    settings.CARRIER_RATES = {"twilio": 16.0 * pace.PROCESSES_AT_MOST}
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    shared_redis.cache_clear()
    assert pace.take("twilio", 64) == 0  # nobody knows what the others took just now
    time.sleep(0.3)
    assert 4 <= pace.take("twilio", 64) <= 8
    settings.REDIS_URL = embedded_servers.require_valkey().url
