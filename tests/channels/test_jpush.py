"""App push as its stand-in speaks it: one push per message, what each refusal means, receipts and the report."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import chain

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from structlog.testing import capture_logs

from candidates.models import Offer
from notifications.channels import TRANSPORTS, http
from notifications.channels.base import Accepted, CallbackRefused, CallbackRequest, Envelope, TransportError
from notifications.channels.push_jpush import cids, receipts
from notifications.channels.push_jpush.client import JPushError
from notifications.channels.push_jpush.transport import TRANSPORT as JPUSH
from notifications.channels.push_jpush.transport import _as_transport_error
from notifications.models import Message, Receipt
from notifications.planner import tick
from notifications.receipts import take_receipts
from notifications.states import State
from tests.channels.babbler import Babbler
from tests.channels.conftest import envelope
from tests.factories import MessageFactory
from tests.house import House
from tests.platform import result
from tests.sandbox.running import Listener, Sandbox, eventually

DEVICE = "1a0018970a62033f42f"
SECRET = "made-up-jpush-callback"


@pytest.fixture(autouse=True)
def no_keys_left() -> Iterator[None]:
    """Nor a connection of an earlier test's patience."""
    cids._spare.clear()
    yield
    http.pool.cache_clear()
    cids._spare.clear()


def push_to(to: str, text: str = "请确认。", **more: object) -> Envelope:
    """A push with a key that was reserved for it."""
    return envelope(to, text, carrier_key=next(JPUSH.reserve_keys(1)), **more)  # type: ignore[arg-type]


def error_of(sent: Envelope) -> TransportError:
    with pytest.raises(TransportError) as raised:
        JPUSH.send(sent)
    return raised.value


def kind(error: TransportError) -> tuple[bool, bool, bool]:
    return error.permanent, error.uncertain, error.throttled


def repeat_of(sent: Envelope, *, seconds_ago: float = 60) -> Envelope:
    """The same message once more, after an earlier try may have reached the carrier."""
    return replace(sent, first_sent_at=timezone.now() - timedelta(seconds=seconds_ago))


# --- Sending ------------------------------------------------------------------------------------
def test_a_push_shows_subject_and_text_and_leads_to_the_page(sandbox: Sandbox) -> None:
    accepted = JPUSH.send(push_to(DEVICE, "请确认。", link="https://hr.bank.example/n/key/"))
    [kept] = sandbox.messages(channel="push")
    assert (kept["to"], kept["subject"], kept["text"]) == (DEVICE, "录用通知", "请确认。")
    assert (kept["url"], kept["reference"]) == ("https://hr.bank.example/n/key/", accepted.reference)
    assert int(accepted.reference) > 2**53


def test_it_is_the_registry_s_carrier_of_the_push_channel() -> None:
    assert TRANSPORTS["jpush"] is JPUSH
    assert JPUSH.tells_delivered


@pytest.mark.parametrize(
    ("device", "code"), [("gone-1", "1011"), ("illegal-1", "1003"), ("flooded-1", "2005")]
)
def test_a_device_that_gets_nothing_leaves_it_to_the_next_channel(
    sandbox: Sandbox, device: str, code: str
) -> None:
    error = error_of(push_to(device))
    assert (error.code, *kind(error)) == (code, True, False, False)
    assert device not in str(error)
    assert code in JPUSH.errors


def test_a_text_too_long_for_a_push_is_left_to_the_next_channel(sandbox: Sandbox) -> None:
    error = error_of(push_to(DEVICE, "字" * 2000))
    assert (error.code, error.permanent) == ("1005", True)


def test_a_refused_login_is_ours_to_mend(sandbox: Sandbox, settings: Settings) -> None:
    sent = push_to(DEVICE)
    settings.JPUSH_MASTER_SECRET = "wrong"
    error = error_of(sent)
    assert (error.code, *kind(error)) == ("1004", False, False, False)


PERMANENT, UNCERTAIN, THROTTLED, AGAIN = (
    (True, False, False),
    (False, True, False),
    (False, False, True),
    (False, False, False),
)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (500, 1000, UNCERTAIN),
        (503, 1030, UNCERTAIN),
        (502, 0, UNCERTAIN),
        (405, 1001, AGAIN),
        (401, 1004, AGAIN),
        (400, 1008, AGAIN),
        (404, 1020, AGAIN),
        (403, 2003, AGAIN),
        (403, 2004, AGAIN),
        (403, 0, AGAIN),
        (400, 1002, PERMANENT),
        (400, 1003, PERMANENT),
        (400, 1005, PERMANENT),
        (400, 1009, PERMANENT),
        (400, 1011, PERMANENT),
        (403, 2005, PERMANENT),
        (400, 4711, PERMANENT),
        (400, 0, PERMANENT),
        (429, 2002, THROTTLED),
        (429, 0, THROTTLED),
        (400, 2002, THROTTLED),
    ],
)
def test_every_code_of_jpush_leads_to_the_right_next_step(
    status: int, code: int, expected: tuple[bool, bool, bool]
) -> None:
    error = _as_transport_error(JPushError(code=code, status=status, retry_after=7.0))
    assert kind(error) == expected
    assert error.code == str(code or status)
    assert error.retry_after == (7.0 if error.throttled else None)


def test_a_busy_carrier_says_when_to_come_again(sandbox: Sandbox) -> None:
    JPUSH.send(push_to(DEVICE))
    sandbox.faults(fail_rate=1)
    told = {
        (error.code, error.retry_after, kind(error))
        for error in (error_of(push_to(DEVICE)) for _ in range(30))
    }
    assert told == {
        ("2002", 1.0, THROTTLED),
        ("1000", None, UNCERTAIN),
        ("1030", None, UNCERTAIN),
    }


@pytest.mark.usefixtures("sandbox")
def test_nobody_listening_means_that_nothing_was_pushed(settings: Settings) -> None:
    sent = push_to(DEVICE)
    settings.JPUSH_API_URL = "http://127.0.0.1:9"
    assert kind(error_of(sent)) == AGAIN


# --- One push per message-----------------------------------------------------------------------
def test_a_repeat_is_the_same_push(sandbox: Sandbox) -> None:
    sent = push_to(DEVICE)
    assert JPUSH.send(sent) == JPUSH.send(repeat_of(sent))
    assert len(sandbox.messages(channel="push")) == 1
    JPUSH.send(push_to(DEVICE))
    assert len(sandbox.messages(channel="push")) == 2


def test_an_answer_that_never_comes_is_uncertain_and_the_repeat_gets_the_first_result(
    sandbox: Sandbox, settings: Settings
) -> None:
    sent = push_to(DEVICE)
    settings.CARRIER_TIMEOUT_SECONDS = 0.5
    http.pool.cache_clear()
    sandbox.faults(timeout_after_accept=1)
    assert kind(error_of(sent)) == UNCERTAIN
    sandbox.faults(timeout_after_accept=0)
    assert JPUSH.look_up(repeat_of(sent)) is None
    [kept] = sandbox.messages(channel="push")
    assert JPUSH.send(repeat_of(sent)) == Accepted(kept["reference"])
    assert len(sandbox.messages(channel="push")) == 1


def test_a_repeat_has_its_key_whatever_was_lost_meanwhile(sandbox: Sandbox) -> None:
    """The row has it: neither this process nor Redis need remember anything."""
    sent = push_to(DEVICE)
    JPUSH.send(sent)
    cids._spare.clear()
    cache.clear()
    JPUSH.send(repeat_of(sent, seconds_ago=22 * 3600))
    assert len(sandbox.messages(channel="push")) == 1


def test_a_repeat_after_jpush_s_memory_of_a_day_is_left_to_the_next_channel(sandbox: Sandbox) -> None:
    sent = push_to(DEVICE)
    JPUSH.send(sent)
    error = error_of(repeat_of(sent, seconds_ago=23 * 3600 + 1))
    assert (error.code, *kind(error)) == ("repeat_window", *PERMANENT)
    assert error.code in JPUSH.errors
    assert len(sandbox.messages(channel="push")) == 1


def test_without_a_key_nothing_is_pushed_and_all_of_it_later(sandbox: Sandbox) -> None:
    before = sandbox.counts("push")["requests"]
    error = error_of(envelope(DEVICE))
    assert (error.code, *kind(error)) == ("no_key", *AGAIN)
    assert error.code in JPUSH.errors
    assert sandbox.counts("push")["requests"] == before


# --- Keys ---------------------------------------------------------------------------------------
def test_many_messages_share_one_call_for_keys(sandbox: Sandbox) -> None:
    before = sandbox.counts("push")["requests"]
    with ThreadPoolExecutor(8) as pool:
        reserved = list(chain(*pool.map(lambda _: list(JPUSH.reserve_keys(50)), range(16))))
    assert len(set(reserved)) == len(reserved) == 800
    assert sandbox.counts("push")["requests"] - before == 1


def test_an_account_that_gets_ten_at_a_time_asks_until_it_has_enough(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cids, "ASKED_FOR", 10)
    assert len(set(JPUSH.reserve_keys(64))) == 64
    assert len(list(JPUSH.reserve_keys(500))) < 500


def test_keys_that_are_not_taken_stay_at_hand(sandbox: Sandbox) -> None:
    before = sandbox.counts("push")["requests"]
    first = next(JPUSH.reserve_keys(64))
    assert first not in list(JPUSH.reserve_keys(cids.ASKED_FOR - 1))
    assert sandbox.counts("push")["requests"] - before == 1


def test_a_key_that_lay_about_for_half_an_hour_is_not_used(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be forgotten at JPush before its message may be repeated for the last time."""
    old = set(JPUSH.reserve_keys(1)) | {cid for _, cid in cids._spare}
    later = time.monotonic() + cids.FRESH_SECONDS + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert not set(JPUSH.reserve_keys(10)) & old


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize(
    ("setting", "value"),
    [("JPUSH_API_URL", "http://127.0.0.1:9"), ("JPUSH_MASTER_SECRET", "wrong")],
)
def test_where_jpush_cannot_be_asked_there_are_only_the_keys_at_hand(
    settings: Settings, setting: str, value: str
) -> None:
    cids._spare.extend((time.monotonic(), key) for key in ("a", "b"))
    setattr(settings, setting, value)
    with capture_logs() as logs:
        assert list(JPUSH.reserve_keys(5)) == ["a", "b"]
        assert list(JPUSH.reserve_keys(5)) == []
    assert [entry["event"] for entry in logs] == ["no_push_keys"] * 2
    assert {entry["code"] for entry in logs} <= {"NewConnectionError", "1004"}


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"cidlist": 5}', b'{"cidlist": null}', b"null", b"<html>"])
def test_an_answer_without_keys_is_none(body: bytes, settings: Settings) -> None:
    with Babbler(200, body) as babbler:
        settings.JPUSH_API_URL = babbler.url
        settings.JPUSH_APP_KEY = settings.JPUSH_MASTER_SECRET = "made up"
        assert list(JPUSH.reserve_keys(5)) == []


# --- Receipts -----------------------------------------------------------------------------------


@pytest.fixture
def push(offer: Offer) -> Message:
    return MessageFactory.create(
        offer=offer, channel="push", state=State.ACCEPTED, provider="jpush", reference="2305843009213693952"
    )


def told(message: Message, word: object = 1, **changes: object) -> dict[str, object]:
    return {"msg_id": message.reference, "type": word, "registration_id": DEVICE, **changes}


def report(client: Client, content: object, *, secret: str = SECRET) -> int:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post(f"/callbacks/jpush/{secret}/", data=body, content_type="application/json").status_code


def state_of(message: Message) -> str:
    return Message.objects.get(pk=message.pk).state


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("word", "state"),
    [
        (1, State.DELIVERED),
        ("received", State.DELIVERED),
        (2, State.DELIVERED),
        (8, State.ACCEPTED),
        ("unreceived", State.UNDELIVERED),
        ("a new word", State.ACCEPTED),
    ],
)
def test_a_receipt_moves_the_push(client: Client, push: Message, word: object, state: str) -> None:
    assert report(client, told(push, word)) == 200
    assert state_of(push) == state
    assert Receipt.objects.get().word == str(word)


@pytest.mark.django_db
def test_receipts_come_singly_and_by_the_dozen_and_twice(client: Client, push: Message) -> None:
    for _ in range(2):
        assert report(client, [told(push, 8), told(push, 1), told(push, 1)]) == 200
    assert state_of(push) == State.DELIVERED
    assert Receipt.objects.count() == 2


@pytest.mark.django_db
def test_a_receipt_before_the_answer_waits_for_it(client: Client, push: Message) -> None:
    assert report(client, told(push, 1, msg_id="17")) == 200
    assert Receipt.objects.get().message is None
    assert state_of(push) == State.ACCEPTED


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["wrong", "made-up-jpush-callbac", "é", "made-up-jpush-callback/more"])
def test_a_receipt_without_the_secret_is_refused_and_leaves_no_trace(
    client: Client, push: Message, secret: str
) -> None:
    assert report(client, told(push), secret=secret) == 403
    assert client.post("/callbacks/jpush/", told(push), content_type="application/json").status_code == 403
    assert not Receipt.objects.exists()
    assert state_of(push) == State.ACCEPTED


@pytest.mark.django_db
def test_without_a_secret_of_ours_nothing_is_believed(
    client: Client, push: Message, settings: Settings
) -> None:
    settings.JPUSH_CALLBACK_SECRET = ""
    assert client.post("/callbacks/jpush/", told(push), content_type="application/json").status_code == 403
    assert not Receipt.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[" * 60000, [], {}, 17, None, [None], {"msg_id": "1"}, {"type": 1}, {"msg_id": [1], "type": 1},
     {"msg_id": "1\x00", "type": 1}, {"msg_id": True, "type": 1}],
)  # fmt: skip
def test_what_is_no_receipt_is_refused(client: Client, content: object) -> None:
    assert report(client, content) == 403
    assert not Receipt.objects.exists()


@pytest.mark.django_db
def test_the_address_is_tried_out_by_an_echo(client: Client) -> None:
    echoed = client.get(f"/callbacks/jpush/{SECRET}/?echostr=%3Cb%3E571f")
    assert (echoed.status_code, echoed.content, echoed.headers["Content-Type"]) == (
        200,
        b"<b>571f",
        "text/plain",
    )
    assert client.get("/callbacks/jpush/wrong/?echostr=571f").status_code == 403


def test_the_sandbox_s_receipt_is_understood(
    sandbox: Sandbox, callbacks: Listener, settings: Settings
) -> None:
    reference = JPUSH.send(push_to(DEVICE)).reference
    eventually(lambda: callbacks.requests)
    [request] = callbacks.requests
    assert request.path == f"/callbacks/jpush/{settings.JPUSH_CALLBACK_SECRET}/"
    [receipt] = [receipts._receipt(item) for item in receipts._items(request.body)]
    assert (receipt.reference, receipt.outcome) == (reference, State.DELIVERED)


# --- The report ---------------------------------------------------------------------------------
def test_receipts_that_never_came_are_fetched_by_the_hundred(sandbox: Sandbox) -> None:
    numbers = [JPUSH.send(push_to(f"silent-{number}")).reference for number in range(101)]
    numbers.append(JPUSH.send(push_to("offline-1")).reference)
    before = sandbox.counts("push")["requests"]
    found = JPUSH.fetch_receipts([*numbers, "not a number"])
    assert sandbox.counts("push")["requests"] - before == 2
    found = eventually(lambda: (all_ := JPUSH.fetch_receipts(numbers))[100:] and all_)
    assert [receipt.reference for receipt in found] == numbers[:101]
    assert {receipt.outcome for receipt in found} == {State.DELIVERED}


def test_no_numbers_ask_nothing(sandbox: Sandbox) -> None:
    before = sandbox.counts("push")["requests"]
    assert JPUSH.fetch_receipts([]) == []
    assert sandbox.counts("push")["requests"] == before


@pytest.mark.django_db
def test_a_fetched_receipt_moves_the_push_once(sandbox: Sandbox, push: Message) -> None:
    push.reference = JPUSH.send(push_to("silent-1")).reference
    push.save()
    for _ in range(2):
        take_receipts(eventually(lambda: JPUSH.fetch_receipts([push.reference])))
    assert state_of(push) == State.DELIVERED
    assert Receipt.objects.count() == 1


@pytest.mark.django_db
def test_the_planner_asks_for_receipts_that_are_overdue_and_not_at_every_beat(
    sandbox: Sandbox, push: Message
) -> None:
    push.reference = JPUSH.send(push_to("silent-1")).reference
    push.accepted_at = timezone.now()
    push.save()
    eventually(lambda: JPUSH.fetch_receipts([push.reference]))
    assert tick(at=timezone.now())["fetched"] == 0  # it may still come by itself
    cache.clear()
    assert tick(at=timezone.now() + timedelta(minutes=11))["fetched"] == 1
    assert state_of(push) == State.DELIVERED
    before = sandbox.counts("push")["requests"]
    Message.objects.update(state=State.ACCEPTED)
    assert tick(at=timezone.now() + timedelta(minutes=12))["fetched"] == 0
    assert sandbox.counts("push")["requests"] == before


@pytest.mark.parametrize(
    ("row", "arrived"),
    [
        ({"jpush_received": 1}, True),
        ({"jpush_received": None, "android_pns_received": 1}, True),
        ({"ios_apns_received": 1}, True),
        ({"hmos_hmpns_received": 1}, True),
        ({"android_pns_sent": 1, "ios_apns_sent": 1, "jpush_received": 0}, False),
        ({"jpush_received": "1"}, False),
        ({}, False),
    ],
)
def test_only_what_reached_a_device_has_arrived(row: dict[str, object], arrived: bool) -> None:
    found = list(receipts._reported([{"msg_id": "17", **row}]))
    assert bool(found) == arrived


@pytest.mark.parametrize("answer", [None, {}, [None], [17], [{}], [{"msg_id": None, "jpush_received": 1}]])
def test_a_report_that_makes_no_sense_tells_nothing(answer: object) -> None:
    assert list(receipts._reported(answer)) == []


def test_a_report_that_is_refused_says_so(sandbox: Sandbox, settings: Settings) -> None:
    settings.JPUSH_MASTER_SECRET = "wrong"
    with pytest.raises(TransportError) as raised:
        JPUSH.fetch_receipts(["17"])
    assert (raised.value.code, raised.value.permanent) == ("1004", False)


def test_a_carrier_that_is_no_jpush_leaves_it_uncertain(settings: Settings, callbacks: Listener) -> None:
    settings.JPUSH_API_URL = callbacks.url
    for answer in ("[]", "success"):
        callbacks.answers.append((200, answer))
        assert kind(error_of(envelope(DEVICE, carrier_key="a-cid"))) == UNCERTAIN


def test_a_receipt_holds_no_device_in_the_clear() -> None:
    receipt = receipts._receipt({"msg_id": 17, "type": 1, "registration_id": DEVICE})
    assert DEVICE not in f"{receipt.key} {receipt.word} {receipt.reference} {receipt.code}"


def test_a_body_with_a_wrong_secret_is_not_even_read() -> None:
    from_stranger = CallbackRequest("POST", "", "wrong/", {}, {}, b"{")
    with pytest.raises(CallbackRefused, match="wrong secret"):
        receipts.answer(from_stranger, secret=SECRET)


# --- With every process real --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("device", "state", "code"),
    [(DEVICE, State.DELIVERED, ""), ("gone-1", State.REJECTED, "1011")],
)
def test_a_candidate_gets_the_notice_in_the_app_or_else_by_text_message(
    house: House, device: str, state: str, code: str
) -> None:
    preferring = result(candidate__preferred_channels=["push"], candidate__push_id=device)
    offer_id = house.signal(preferring).json()["offer_id"]
    message = house.wait_until_state(offer_id, state)
    assert (message.channel, message.error_code) == ("push", code)
    if state == State.DELIVERED:
        [shown] = house.inbox(channel="push")
        assert (shown["subject"], shown["text"]) == (message.subject, message.text)
        assert shown["url"].startswith(f"{house.stack.variables['PUBLIC_URL']}/n/")
    else:
        assert house.wait_until_state(offer_id, State.DELIVERED).channel == "sms"
