"""What HR reads: the texts as they went out, without the keys that would let a reader answer."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from branches.models import User
from candidates.models import DeferralReason, Offer
from notifications.channels import TRANSPORTS
from notifications.deferrals import decide, request_deferral, withdraw_request
from notifications.extensions import extend
from notifications.models import Message
from notifications.states import State
from notifications.timeline import silence, timeline
from notifications.way_in import blotted, way_in
from tests.factories import MessageFactory
from tracking.calls import log_call
from tracking.models import CallResult, Event, Kind
from tracking.record import record

TOKEN, CODE = "aB3-_" * 6, "12345678"


def test_the_key_in_a_link_is_blotted_out() -> None:
    words = way_in(token=TOKEN, code="", language="zh-hans").words
    assert blotted(f"请确认：{words}。") == "请确认：http://testserver/n/••••••/。"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_code_of_a_text_message_is_blotted_out(language: str) -> None:
    words = way_in(token=TOKEN, code=CODE, language=language).words
    shown = blotted(f"Answer: {words}")
    assert "1234" not in shown
    assert "5678" not in shown
    assert "http://testserver/n/" in shown


@pytest.mark.parametrize("text", ["请致电010-5550 6110", "Call 5550 6110", "2026 1207", "/n/"])
def test_other_numbers_stay(text: str) -> None:
    assert blotted(text) == text


@pytest.mark.django_db
def test_the_newest_comes_first_with_the_message_it_is_about(
    offer: Offer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    message, now = MessageFactory.create(offer=offer), timezone.now()
    for seconds, kind in enumerate((Kind.ACCEPTED, Kind.DELIVERED)):
        at = now + timedelta(seconds=seconds)
        record([Event(offer=offer, kind=kind, at=at, message_id=message.pk)])
    with django_assert_num_queries(2):
        entries = timeline(offer)
    assert [entry.event.kind for entry in entries] == [Kind.DELIVERED, Kind.ACCEPTED, Kind.OFFERED]
    assert [entry.message for entry in entries] == [message, message, None]


@pytest.mark.django_db
def test_another_offer_s_story_is_not_mixed_in(offer: Offer, sh_offer: Offer) -> None:
    assert {entry.event.offer_id for entry in timeline(offer)} == {offer.pk}


@pytest.mark.django_db
def test_each_event_of_a_deferral_stands_beside_its_own_request(
    offer: Offer, bj_cbd_hr: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Refused at first, then granted; the person had taken one back in between."""
    day = timezone.localdate(offer.onboarding_at)
    ask = partial(request_deferral, offer=offer, reason=DeferralReason.HEALTH)
    refused = ask(wanted=day + timedelta(days=7))
    decide(deferral=refused, by=bj_cbd_hr, grant=False, answer="名额已满")
    dropped = ask(wanted=day + timedelta(days=8))
    withdraw_request(offer=offer)
    granted = ask(wanted=day + timedelta(days=9))
    decide(deferral=granted, by=bj_cbd_hr, grant=True)
    with django_assert_num_queries(4):
        entries = timeline(offer)
    told = [(entry.event.kind, entry.deferral) for entry in reversed(entries) if entry.deferral]
    assert told == [
        (Kind.DEFER_ASKED, refused),
        (Kind.NOT_DEFERRED, refused),
        (Kind.DEFER_ASKED, dropped),
        (Kind.DEFER_ASKED, granted),
        (Kind.DEFERRED, granted),
    ]


@pytest.mark.django_db
def test_calls_and_extensions_stand_beside_their_own_events(offer: Offer, bj_cbd_hr: User) -> None:
    for note in ("第一次", "第二次"):
        log_call(offer=offer, by=bj_cbd_hr, result=CallResult.NO_ANSWER, note=note, again_at=None)
    until = offer.answer_by + timedelta(days=1)
    extend(offer=offer, until=until, reason="等毕业答辩", by=bj_cbd_hr)
    entries = timeline(offer)
    assert [entry.call.note for entry in entries if entry.call] == ["第二次", "第一次"]
    assert [entry.extension.reason for entry in entries if entry.extension] == ["等毕业答辩"]


# --- What nobody knows --------------------------------------------------------------------------
NOW = timezone.now()


@pytest.mark.parametrize(
    ("provider", "state", "age", "told"),
    [
        ("twilio", State.ACCEPTED, timedelta(hours=3, minutes=20), "no receipt for 3\xa0hours"),
        ("jpush", State.ACCEPTED, timedelta(minutes=2), "no receipt for 2\xa0minutes"),
        ("wechat", State.ACCEPTED, timedelta(days=9), "no receipt for 1\xa0week"),
        ("twilio", State.ACCEPTED, timedelta(seconds=59), ""),
        ("twilio", State.DELIVERED, timedelta(hours=3), ""),
        ("twilio", State.UNDELIVERED, timedelta(hours=3), ""),
        ("twilio", State.UNCERTAIN, None, ""),
        ("smtp", State.ACCEPTED, timedelta(hours=3), "delivery cannot be known"),
        ("smtp", State.BOUNCED, timedelta(hours=3), ""),
        ("a carrier of before", State.ACCEPTED, timedelta(hours=3), ""),
    ],
)
def test_silence_is_told_with_its_age_or_as_what_cannot_be_known(
    provider: str, state: State, age: timedelta | None, told: str
) -> None:
    message = Message(provider=provider, state=state, accepted_at=NOW - age if age else None)
    with translation.override("en"):
        assert silence(message, at=NOW) == told


def test_whether_silence_can_end_is_asked_of_the_carrier(monkeypatch: pytest.MonkeyPatch) -> None:
    message = Message(provider="twilio", state=State.ACCEPTED, accepted_at=NOW - timedelta(hours=3))
    monkeypatch.setattr(type(TRANSPORTS["twilio"]), "tells_delivered", False)
    with translation.override("en"):
        assert silence(message, at=NOW) == "delivery cannot be known"


@pytest.mark.django_db
def test_silence_stands_beside_the_acceptance_it_follows(offer: Offer) -> None:
    long_ago = timezone.now() - timedelta(hours=3)
    message = MessageFactory.create(
        offer=offer, state=State.ACCEPTED, provider="twilio", accepted_at=long_ago
    )
    record([message.event(Kind.ACCEPTED, at=long_ago, detail="pass_notice")])
    with translation.override("en"):
        told = {entry.event.kind: entry.silence for entry in timeline(offer)}
    assert told == {Kind.ACCEPTED: "no receipt for 3\xa0hours", Kind.OFFERED: ""}
