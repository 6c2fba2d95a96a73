"""WeChat's template messages: one token for everybody, one refresh at a time, and what each refusal means."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone
from pytest_django import Settings

from hrnotify.embedded import EmbeddedServers
from notifications.channels import TRANSPORTS, http
from notifications.channels.base import Envelope, TransportError
from notifications.channels.wechat.transport import template_fields
from tests.channels.conftest import envelope
from tests.channels.wechat_wire import forget_token
from tests.sandbox.running import Sandbox, eventually

WECHAT = TRANSPORTS["wechat"]
OPENID = "oHAIYUE0001test"
TEXT = "thing1: 综合柜员\ntime2: 2026-12-07 09:00"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def no_token(sandbox: Sandbox) -> Iterator[None]:
    """Neither shared nor this process's own; the carrier has handed out none that is still good."""
    forget_token()
    sandbox.post("/wechat/expire-token", {})
    yield
    http.pool.cache_clear()
    forget_token()


def card(openid: str = OPENID, **more: object) -> Envelope:
    return envelope(openid, TEXT, **{"provider_template": "HY-pass-notice-1", **more})  # type: ignore[arg-type]


def error_of(sent: Envelope) -> TransportError:
    with pytest.raises(TransportError) as raised:
        WECHAT.send(sent)
    return raised.value


class TokenCalls:
    """Calls for a token since this was made."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.before = sandbox.counts("wechat")

    def count(self, name: str = "token_calls") -> int:
        return self.sandbox.counts("wechat")[name] - self.before[name]


# --- Sending ------------------------------------------------------------------------------------
def test_a_card_is_handed_over_with_its_fields_link_and_number(sandbox: Sandbox) -> None:
    sent = card(link="https://hr.bank.example/n/key/")
    accepted = WECHAT.send(sent)
    [kept] = sandbox.messages(channel="wechat")
    assert kept["fields"] == [
        {"name": "thing1", "value": "综合柜员"},
        {"name": "time2", "value": "2026-12-07 09:00"},
    ]
    assert (kept["reference"], kept["url"]) == (accepted.reference, "https://hr.bank.example/n/key/")
    assert kept["client_id"] == str(sent.message_id)


def test_the_carrier_s_number_keeps_all_its_64_bits(sandbox: Sandbox) -> None:
    reference = WECHAT.send(card()).reference
    assert int(reference) > 2**53
    assert reference == sandbox.messages(channel="wechat")[0]["reference"]


def test_a_repeat_is_the_same_message(sandbox: Sandbox) -> None:
    sent = card()
    assert WECHAT.send(sent) == WECHAT.send(sent)
    assert len(sandbox.messages(channel="wechat")) == 1


def test_a_repeat_that_wechat_would_no_longer_recognise_is_left_to_another_channel(sandbox: Sandbox) -> None:
    before = sandbox.counts("wechat")
    late = error_of(card(first_sent_at=timezone.now() - timedelta(minutes=9, seconds=1)))
    assert (late.permanent, late.code) == (True, "repeat_window")
    assert sandbox.counts("wechat") == before


def test_an_answer_that_never_comes_is_uncertain_and_a_repeat_does_no_harm(
    sandbox: Sandbox, settings: Settings
) -> None:
    WECHAT.send(card())
    settings.CARRIER_TIMEOUT_SECONDS = 0.5
    http.pool.cache_clear()
    sandbox.faults(timeout_after_accept=1)
    sent = card()
    assert error_of(sent).uncertain
    sandbox.faults(timeout_after_accept=0)
    assert WECHAT.look_up(sent) is None
    WECHAT.send(sent)
    assert len(sandbox.messages(channel="wechat")) == 2


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (card("ounfollowed1"), "43004"),
        (card("orefused1"), "43101"),
        (card("not an openid"), "40003"),
        (card(provider_template="unknown"), "40037"),
    ],
)
def test_who_cannot_get_it_is_a_permanent_failure(sent: Envelope, code: str) -> None:
    error = error_of(sent)
    assert (error.code, error.permanent, error.uncertain) == (code, True, False)


def test_a_busy_carrier_is_asked_again(sandbox: Sandbox) -> None:
    WECHAT.send(card())
    sandbox.faults(fail_rate=1)
    errors = [error_of(card()) for _ in range(10)]
    assert not any(error.permanent for error in errors)


def test_fields_are_read_from_lines_up_to_the_first_colon() -> None:
    assert template_fields("thing1: a: b\n\n time2 :x ") == [("thing1", "a: b"), ("time2", "x")]


# --- The token ----------------------------------------------------------------------------------
def test_one_token_serves_many_messages(sandbox: Sandbox) -> None:
    calls = TokenCalls(sandbox)
    for _ in range(5):
        WECHAT.send(card())
    assert calls.count() == 1


@pytest.mark.parametrize("times", [1, 2])
def test_a_stale_token_is_replaced_once_for_many_threads(sandbox: Sandbox, times: int) -> None:
    WECHAT.send(card())
    calls = TokenCalls(sandbox)
    for round_number in range(1, times + 1):
        sandbox.post("/wechat/expire-token", {})
        with ThreadPoolExecutor(12) as pool:
            done = [pool.submit(WECHAT.send, card()) for _ in range(24)]
        assert len({one.result().reference for one in done}) == 24
        assert calls.count() == round_number
    assert len(sandbox.messages(channel="wechat")) == 1 + 24 * times


def test_a_token_somebody_else_has_replaced_is_fetched_and_not_forced_again(sandbox: Sandbox) -> None:
    """Each forced refresh makes the others' tokens void: without Redis, workers would chase each other."""
    WECHAT.send(card())
    sandbox.post("/wechat/expire-token", {})
    calls = TokenCalls(sandbox)
    WECHAT.send(card())
    assert (calls.count(), calls.count("token_calls_forced")) == (1, 0)


SENDER = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hrnotify.settings")
import django
django.setup()
from uuid import uuid4
from notifications.channels import TRANSPORTS
from notifications.channels.base import Envelope
text = "thing1: x"
for _ in range(5):
    TRANSPORTS["wechat"].send(Envelope(uuid4(), sys.argv[1], "", text, provider_template="T"))
"""


def test_two_processes_share_one_token(sandbox: Sandbox, settings: Settings) -> None:
    calls = TokenCalls(sandbox)
    names = ("WECHAT_API_URL", "WECHAT_APP_ID", "WECHAT_APP_SECRET", "WECHAT_TOKEN", "REDIS_URL")
    environment = {**os.environ, **{name: str(getattr(settings, name)) for name in names}}
    workers = [
        subprocess.Popen([sys.executable, "-c", SENDER, f"oHAIYUE{number}"], cwd=ROOT, env=environment)
        for number in range(2)
    ]
    assert [worker.wait(timeout=60) for worker in workers] == [0, 0]
    assert len(sandbox.messages(channel="wechat")) == 10
    assert calls.count() == 1


def test_a_wrong_secret_asks_once_for_each_message_and_never_loops(
    sandbox: Sandbox, settings: Settings
) -> None:
    settings.WECHAT_APP_SECRET = "wrong"
    calls = TokenCalls(sandbox)
    error = error_of(card())
    assert (error.code, error.permanent, error.uncertain) == ("40125", False, False)
    assert calls.count() == 1


def test_a_secret_that_became_wrong_asks_once_more_and_gives_up(sandbox: Sandbox, settings: Settings) -> None:
    WECHAT.send(card())
    settings.WECHAT_APP_SECRET = "wrong"
    sandbox.post("/wechat/expire-token", {})
    calls = TokenCalls(sandbox)
    assert error_of(card()).code == "40125"
    assert calls.count() == 1


def test_no_answer_to_the_call_for_a_token_means_that_nothing_was_sent(
    sandbox: Sandbox, settings: Settings
) -> None:
    settings.CARRIER_TIMEOUT_SECONDS = 0.3
    http.pool.cache_clear()
    sandbox.faults(latency_ms=1500)
    error = error_of(card())
    assert (error.permanent, error.uncertain) == (False, False)


# --- Settings -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WECHAT_AES_KEY", "a" * 42),
        ("WECHAT_AES_KEY", "a" * 42 + "-"),
        ("WECHAT_AES_KEY", "a" * 42 + "é"),
        ("WECHAT_TOKEN", "with-hyphens"),
        ("WECHAT_TOKEN", "ab"),
        ("WECHAT_TOKEN", "a" * 33),
    ],
)
def test_what_wechats_console_would_not_take_stops_the_start_and_is_not_told(
    settings: Settings, name: str, value: str
) -> None:
    settings.WECHAT_TOKEN = "letters123"
    assert WECHAT.contradictions() == []
    setattr(settings, name, value)
    [problem] = WECHAT.contradictions()
    assert name in problem
    assert value not in problem


# --- Without Redis ------------------------------------------------------------------------------
@pytest.fixture
def redis_away(embedded_servers: EmbeddedServers) -> Iterator[None]:
    embedded_servers.stop_valkey()
    yield
    embedded_servers.start_valkey()
    cache.set(str(uuid4()), 1, 1)  # the pool's dead connections are noticed here, not in the next test


@pytest.mark.usefixtures("redis_away")
def test_without_redis_it_sends_all_the_same_and_still_with_one_token(sandbox: Sandbox) -> None:
    calls = TokenCalls(sandbox)
    with ThreadPoolExecutor(6) as pool:
        done = [pool.submit(WECHAT.send, card()) for _ in range(12)]
    assert len({one.result().reference for one in done}) == 12
    assert calls.count() == 1
    sandbox.post("/wechat/expire-token", {})
    WECHAT.send(card())
    assert calls.count() == 2
    eventually(lambda: len(sandbox.messages(channel="wechat")) == 13)
