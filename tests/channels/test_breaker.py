"""A carrier that fails in a row rests; the count is one for all processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django import Settings

from hrnotify.embedded import EmbeddedServers
from notifications.channels import breaker, carriers_in_use
from notifications.channels.base import Accepted, TransportError

DOWN = TransportError("the carrier cannot be reached", code="NewConnectionError")
SILENT = TransportError("no answer after sending", code="TimeoutError", uncertain=True)
REFUSED = TransportError("the carrier refused the message", code="21211", permanent=True)
TOO_FAST = TransportError("too many requests", code="20429", throttled=True)
TAKEN = Accepted("SM1")


@pytest.fixture(autouse=True)
def nobody_rests() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def fail(times: int, outcome: TransportError = DOWN) -> None:
    breaker.note("twilio", [outcome] * times)


@pytest.mark.parametrize("outcome", [DOWN, SILENT])
def test_a_carrier_rests_after_so_many_failures_in_a_row(outcome: TransportError) -> None:
    fail(breaker.FAILURES_IN_A_ROW - 1, outcome)
    assert not breaker.is_resting("twilio")
    fail(1, outcome)
    assert breaker.is_resting("twilio")
    assert not breaker.is_resting("smtp")


@pytest.mark.parametrize("outcome", [TAKEN, REFUSED, TOO_FAST])
def test_one_that_answers_in_between_is_not_failing_in_a_row(outcome: Accepted | TransportError) -> None:
    fail(breaker.FAILURES_IN_A_ROW - 1)
    breaker.note("twilio", [DOWN, outcome])
    fail(breaker.FAILURES_IN_A_ROW - 1)
    assert not breaker.is_resting("twilio")


def test_after_the_rest_the_first_failing_batch_starts_the_next_one() -> None:
    fail(breaker.FAILURES_IN_A_ROW)
    cache.delete("breaker:twilio:rests")  # as its time does
    assert not breaker.is_resting("twilio")
    fail(1)
    assert breaker.is_resting("twilio")


def test_a_resting_carrier_is_not_used(settings: Settings) -> None:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_FROM = (
        "AC1",
        "token",
        "+15005550006",
    )
    assert [carrier.name for carrier in carriers_in_use("sms")] == ["twilio"]
    fail(breaker.FAILURES_IN_A_ROW)
    assert carriers_in_use("sms") == []


def test_an_empty_batch_says_nothing() -> None:
    fail(breaker.FAILURES_IN_A_ROW - 1)
    breaker.note("twilio", [])
    fail(1)
    assert breaker.is_resting("twilio")


def test_without_redis_nobody_rests_and_nothing_fails(embedded_servers: EmbeddedServers) -> None:
    fail(breaker.FAILURES_IN_A_ROW)
    embedded_servers.stop_valkey()
    try:
        assert not breaker.is_resting("twilio")
        fail(breaker.FAILURES_IN_A_ROW)
    finally:
        embedded_servers.start_valkey()
