"""HR's own words: which channels carry them, what stops them, and how they go out."""

from __future__ import annotations

from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django import Settings

from branches.models import Branch, User
from candidates.models import Channel, Offer, OfferState
from notifications.models import Message, Purpose
from notifications.personal import NotWritten, as_sent, channels_for_words, preview_words, problems, write
from notifications.plan import plan_fallback
from notifications.send import send_due
from notifications.states import State
from notifications.timeline import timeline
from tests.factories import hr_contact_texts
from tracking.models import Kind

WORDS = "您来电询问的停车问题已问清"


@pytest.fixture
def reachable(offer: Offer) -> Offer:
    """王小明, who is reached on every channel and prefers WeChat."""
    hr_contact_texts()
    offer.candidate.wechat_openid, offer.candidate.push_id = "oHAIYUE1", "p1"
    offer.candidate.preferred_channels = [Channel.WECHAT, Channel.EMAIL]
    offer.candidate.save()
    return offer


def sent_words(offer: Offer, by: User, channel: str = Channel.SMS, text: str = WORDS) -> Message:
    return write(offer=offer, channel=channel, text=text, by=by, occurrence=uuid4())


# --- By which channel ----------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_best_channel_comes_first_and_one_without_room_for_words_is_not_offered(
    reachable: Offer,
) -> None:
    assert channels_for_words(reachable) == ["email", "sms", "push"]


@pytest.mark.django_db
def test_a_carrier_of_registered_templates_alone_carries_no_words(
    reachable: Offer, settings: Settings
) -> None:
    settings.SMS_PROVIDERS = ["aliyun"]
    assert channels_for_words(reachable) == ["email", "push"]


@pytest.mark.django_db
def test_without_a_published_text_nothing_is_offered(offer: Offer) -> None:
    assert channels_for_words(offer) == []


# --- Which words ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "language", "sent"),
    [
        ("  您好\r\n请回电 ", "zh-hans", "您好 请回电。"),
        ("您好！", "zh-hans", "您好！"),
        ("Please call back", "en", "Please call back."),
        ("", "en", ""),
    ],
)
def test_words_go_out_on_one_line_and_closed(typed: str, language: str, sent: str) -> None:
    assert as_sent(typed, language=language) == sent


@pytest.mark.django_db
def test_what_takes_too_many_parts_as_a_text_message_may_go_by_mail(
    reachable: Offer, settings: Settings
) -> None:
    settings.SMS_MAX_PARTS = 1
    text = "好" * 100
    assert len(problems(text, offer=reachable, channel=Channel.SMS)) == 1
    assert problems(text, offer=reachable, channel=Channel.EMAIL) == []


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["请于2026年3月9日到岗", "请于本周五集合", "入职改到3月9日"])
def test_another_first_day_is_refused_whatever_it_is_called(offer: Offer, text: str) -> None:
    assert problems(text, offer=offer)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["请您明天下午3点前给我们回电", "体检报告请于周五前寄出"])
def test_a_day_for_something_else_may_be_written(offer: Offer, text: str) -> None:
    assert problems(text, offer=offer) == []


@pytest.mark.django_db
def test_the_numbers_of_the_branches_above_may_stand_in_it_and_another_branchs_may_not(
    reachable: Offer, bj: Branch, sh_ljz: Branch
) -> None:
    Branch.objects.filter(pk=bj.pk).update(phone="010-5550 6001")
    Branch.objects.filter(pk=sh_ljz.pk).update(phone="021-5550 7001")
    assert problems("请致电010-5550 6001", offer=reachable) == []
    assert problems("请致电021-5550 7001", offer=reachable)


# --- Out -----------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_what_was_previewed_is_what_is_sent(reachable: Offer, bj_cbd_hr: User) -> None:
    shown = preview_words(WORDS, offer=reachable, channel=Channel.EMAIL)
    message = sent_words(reachable, bj_cbd_hr, Channel.EMAIL)
    send_due(Channel.EMAIL)
    message.refresh_from_db()
    assert message.text.partition("http")[0] == shown.text.partition("http")[0]
    assert message.text.startswith(f"{WORDS}。")


@pytest.mark.django_db
def test_it_goes_to_the_chosen_channel_and_falls_back_as_any_message_does(
    reachable: Offer, bj_cbd_hr: User
) -> None:
    message = sent_words(reachable, bj_cbd_hr, Channel.SMS)
    assert message.reasons[0] == "chosen"
    message.state = State.REJECTED
    message.save()
    following = plan_fallback(message)
    assert following is not None
    assert (following.channel, following.facts) == ("wechat", message.facts)


@pytest.mark.django_db
def test_the_timeline_shows_the_words_beside_who_wrote_them(reachable: Offer, bj_cbd_hr: User) -> None:
    message = sent_words(reachable, bj_cbd_hr)
    told = next(entry for entry in timeline(reachable) if entry.event.kind == Kind.WRITTEN)
    assert (told.words, told.event.actor, told.message) == (f"{WORDS}。", "bj-cbd", message)
    assert WORDS not in told.event.detail


@pytest.mark.django_db
def test_nothing_is_written_to_a_withdrawn_offer_or_to_who_cannot_be_reached(
    reachable: Offer, bj_cbd_hr: User
) -> None:
    Offer.objects.update(state=OfferState.WITHDRAWN)
    with pytest.raises(NotWritten):
        sent_words(reachable, bj_cbd_hr)
    Offer.objects.update(state=OfferState.DECLINED)
    assert sent_words(reachable, bj_cbd_hr).purpose == Purpose.HR_CONTACT
    for name in ("phone", "email", "wechat_openid", "push_id"):
        setattr(reachable.candidate, name, "")
    reachable.candidate.save()
    with pytest.raises(NotWritten):
        sent_words(reachable, bj_cbd_hr)
    assert reachable.events.filter(kind=Kind.UNREACHABLE).count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_send_once(reachable: Offer, bj_cbd_hr: User) -> None:
    number, start = uuid4(), Barrier(2)

    def click() -> None:
        start.wait()
        write(offer=reachable, channel=Channel.SMS, text=WORDS, by=bj_cbd_hr, occurrence=number)
        connection.close()

    clicks = [Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert Message.objects.count() == reachable.events.filter(kind=Kind.WRITTEN).count() == 1
