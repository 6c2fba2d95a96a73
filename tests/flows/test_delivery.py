"""From the signal to the carrier and back, with every process real: nothing lost, nothing doubled."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection

import pytest

from branches.models import User
from candidates.models import Offer, Signal
from hrnotify.embedded import EmbeddedServers
from notifications.models import Attempt, Message
from notifications.publishing import new_core_draft, publish
from notifications.states import State
from tests.house import House
from tests.platform import encode, result, signed
from tests.sandbox.running import eventually
from tracking.models import Kind, Progress, Stage


def everybody(count: int, **changes: object) -> list[dict[str, object]]:
    """Results of so many different people."""
    return [
        result(
            interview_id=f"AI-{number}",
            candidate__phone=f"+86138001{number + 20100:05}",
            candidate__email=f"person{number}@example.com",
            **changes,
        )
        for number in range(count)
    ]


def test_a_text_message_is_accepted_and_delivered(house: House) -> None:
    offer_id = house.signal(result()).json()["offer_id"]
    message = house.wait_until_state(offer_id, State.DELIVERED)
    [sent] = house.inbox(channel="sms")
    assert sent["to"] == "+8613800138000"
    assert sent["text"] == message.text
    assert "北京CBD支行" in sent["text"]
    # Mainland carriers drop texts with a personal link: a fixed address and a code instead.
    assert "/n/ （验证码 " in sent["text"]
    assert Progress.objects.get(pk=offer_id).stage == Stage.DELIVERED


def test_running_workers_send_what_is_published_from_the_next_message_on(house: House) -> None:
    """Workers keep what is published; a change in the database is seen by all of them at once."""

    def papers_of(number: int) -> str:
        mail = {"candidate__email": f"p{number}@example.com", "candidate__preferred_channels": ["email"]}
        offer_id = house.signal(result(interview_id=f"AI-{number}", **mail)).json()["offer_id"]
        return house.wait_until_state(offer_id, State.ACCEPTED).text

    before = [papers_of(number) for number in range(4)]
    assert all("学历学位证书原件" in text for text in before)
    draft = new_core_draft()
    draft.papers.filter(key="degree").update(name="毕业证书")
    publish(draft, by=User.objects.get(username="hq"))
    after = [papers_of(number) for number in range(4, 12)]
    assert all("· 毕业证书原件" in text and "学历学位证书" not in text for text in after)
    sent = {mail["to"]: mail["text"] for mail in house.inbox(channel="email")}
    assert "学历学位证书原件" in sent["p0@example.com"]


def test_a_mail_says_the_same_in_text_and_html(house: House) -> None:
    preferring = result(candidate__preferred_channels=["email"], candidate__style="detailed")
    offer_id = house.signal(preferring).json()["offer_id"]
    message = house.wait_until_state(offer_id, State.ACCEPTED)
    [mail] = house.inbox(channel="email")
    headers = {name.lower(): value for name, value in mail["headers"].items()}
    assert headers["auto-submitted"] == "auto-generated"
    assert headers["message-id"] == message.reference
    assert "王小明" in mail["text"]
    assert "王小明" in mail["html"]
    assert any(link.startswith(f"{house.stack.variables['PUBLIC_URL']}/n/") for link in mail["links"])


def test_a_wechat_message_is_delivered_by_its_event(house: House) -> None:
    preferring = result(candidate__preferred_channels=["wechat"], candidate__wechat_openid="oHAIYUE0001test")
    offer_id = house.signal(preferring).json()["offer_id"]
    house.wait_until_state(offer_id, State.DELIVERED)
    [card] = house.inbox(channel="wechat")
    assert card["url"].startswith(f"{house.stack.variables['PUBLIC_URL']}/n/")


@pytest.mark.parametrize(
    ("changes", "code", "state"),
    [
        (
            {"candidate__phone": "+8613900000001", "candidate__preferred_channels": ["sms"]},
            "21211",
            State.REJECTED,
        ),
        (
            {"candidate__phone": "+8613900000003", "candidate__preferred_channels": ["sms"]},
            "30005",
            State.UNDELIVERED,
        ),
        (
            {"candidate__wechat_openid": "oBLOCKEDblocked", "candidate__preferred_channels": ["wechat"]},
            "failed:user block",
            State.UNDELIVERED,
        ),
        (
            {"candidate__wechat_openid": "ounfollowed1", "candidate__preferred_channels": ["wechat"]},
            "43004",
            State.REJECTED,
        ),
    ],
)
def test_a_failure_is_known_by_its_reason_and_the_next_channel_takes_over(
    house: House, changes: dict[str, object], code: str, state: str
) -> None:
    offer_id = house.signal(result(**changes)).json()["offer_id"]
    failed = house.wait_until_state(offer_id, state)
    assert failed.error_code == code
    fallback = eventually(lambda: Message.objects.filter(offer=offer_id).exclude(pk=failed.pk).first())
    assert fallback is not None
    assert house.wait_until_state(
        offer_id, State.ACCEPTED if fallback.channel == "email" else State.DELIVERED
    )


def test_who_cannot_be_reached_at_all_is_left_to_hr(house: House) -> None:
    nowhere = result(candidate__phone="+8613900000001", candidate__email=None)
    offer_id = house.signal(nowhere).json()["offer_id"]
    eventually(lambda: Progress.objects.filter(pk=offer_id, stage=Stage.UNREACHABLE).exists())
    assert Offer.objects.get(pk=offer_id).events.filter(kind=Kind.UNREACHABLE).count() == 1


def test_the_same_request_twenty_times_at_once_makes_one_offer_and_one_notice(house: House) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: house.signal(result(), delivery="msg_same"), range(20)))
    assert sorted(answer.status for answer in answers) == [200] * 19 + [202]
    assert len({answer.json()["offer_id"] for answer in answers}) == 1
    assert (Offer.objects.count(), Signal.objects.count(), Message.objects.count()) == (1, 1, 1)
    house.wait_until_state(answers[0].json()["offer_id"], State.DELIVERED)
    assert len(house.inbox()) == 1


def test_everything_goes_out_once_when_redis_stops_and_loses_all_it_holds(
    house: House, embedded_servers: EmbeddedServers
) -> None:
    embedded_servers.stop_valkey()
    people = everybody(100)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(house.signal, people))
    assert [answer.status for answer in answers] == [202] * 100
    embedded_servers.start_valkey()
    embedded_servers.wipe_valkey()
    eventually(lambda: Message.objects.filter(state=State.DELIVERED).count() == 100, within=60)
    assert sorted(sent["to"] for sent in house.inbox()) == sorted(
        person["data"]["candidate"]["phone"]  # type: ignore[index]
        for person in people
    )


def test_a_worker_killed_while_sending_loses_and_doubles_nothing(house: House) -> None:
    house.faults(latency_ms=400)
    house.signal_batch(everybody(40))
    eventually(lambda: len(house.inbox()) >= 5)
    house.stack.kill("worker")
    house.faults(latency_ms=0)
    house.stack.start("worker")
    eventually(lambda: Message.objects.filter(state=State.DELIVERED).count() == 40, within=30)
    assert len(house.inbox()) == 40


def test_a_carrier_that_takes_a_message_and_never_answers_is_asked_before_it_is_sent_again(
    house: House,
) -> None:
    house.faults(timeout_after_accept=1, drop_receipts=1)
    offer_id = house.signal(result()).json()["offer_id"]
    house.wait_until_state(offer_id, State.UNCERTAIN)
    house.faults(timeout_after_accept=0, drop_receipts=0)
    Message.objects.filter(offer=offer_id).update(due_at="2026-01-01T00:00:00Z")
    house.wait_until_state(offer_id, State.ACCEPTED)
    assert len(house.inbox(channel="sms")) == 1
    assert list(Attempt.objects.order_by("at").values_list("outcome", flat=True)) == ["uncertain", "accepted"]


def test_a_carrier_that_fails_for_a_while_gets_the_message_when_it_is_back(house: House) -> None:
    house.faults(fail_rate=1)
    offer_id = house.signal(result(candidate__preferred_channels=["email"])).json()["offer_id"]
    eventually(lambda: Attempt.objects.filter(message__offer=offer_id).exists())
    house.faults(fail_rate=0)
    Message.objects.filter(offer=offer_id).update(due_at="2026-01-01T00:00:00Z")
    house.wait_until_state(offer_id, State.ACCEPTED)
    assert len(house.inbox(channel="email")) == 1


@pytest.mark.parametrize("size", [100_000, 3_000_000, 10_000_000])
def test_a_body_that_is_too_large_is_read_to_its_end_and_answered(house: House, size: int) -> None:
    body = encode({**result(), "padding": "x" * size})
    # This client sends all before it listens: a server that just hangs up is not heard.
    with closing(HTTPConnection("127.0.0.1", house.stack.port, timeout=20)) as client:
        client.request("POST", "/api/v1/interview-results/ai-interview", body=body, headers=signed(body))
        answer = client.getresponse()
        assert answer.status == 413
        assert json.loads(answer.read())["errors"][0]["field"] == "body"
    assert not Signal.objects.exists()
