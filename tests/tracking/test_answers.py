"""What a candidate answers: once, changeable until the deadline, and then closed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from candidates.models import Channel, DeclineReason, Offer, OfferState
from tracking.answers import AnswerClosed, confirm, decline, mark_opened
from tracking.models import Kind, Progress, Stage

pytestmark = pytest.mark.django_db
REASON = DeclineReason.OTHER_OFFER


def kinds(offer: Offer) -> list[str]:
    return list(offer.events.order_by("at", "id").values_list("kind", flat=True))


def now_of(offer: Offer) -> Offer:
    return Offer.objects.get(pk=offer.pk)


def over(offer: Offer) -> Offer:
    """The deadline was a moment ago."""
    Offer.objects.update(answer_by=timezone.now() - timedelta(seconds=1))
    return now_of(offer)


def test_a_confirmation_is_kept_told_and_an_opening_too(offer: Offer) -> None:
    assert confirm(offer=offer, channel=Channel.SMS).state == OfferState.CONFIRMED
    assert now_of(offer).state == OfferState.CONFIRMED
    assert kinds(offer) == [Kind.OFFERED, Kind.OPENED, Kind.CONFIRMED]
    progress = Progress.objects.get(pk=offer.pk)
    assert (progress.stage, progress.answer) == (Stage.CONFIRMED, Kind.CONFIRMED)


def test_a_refusal_is_kept_with_its_reason(offer: Offer) -> None:
    decline(offer=offer, channel=Channel.SMS, reason=REASON)
    assert (now_of(offer).state, now_of(offer).decline_reason) == (OfferState.DECLINED, REASON)
    assert offer.events.get(kind=Kind.DECLINED).detail == REASON


def test_the_same_answer_twice_is_one_event(offer: Offer) -> None:
    for _ in range(3):
        confirm(offer=offer, channel=Channel.SMS)
    assert kinds(offer).count(Kind.CONFIRMED) == 1
    for _ in range(3):
        decline(offer=offer, channel=Channel.SMS, reason=REASON)
    assert kinds(offer).count(Kind.DECLINED) == 1


def test_an_answer_may_be_changed_until_the_deadline(offer: Offer) -> None:
    decline(offer=offer, channel=Channel.SMS, reason=REASON)
    confirm(offer=offer, channel=Channel.EMAIL)
    assert (now_of(offer).state, now_of(offer).decline_reason) == (OfferState.CONFIRMED, "")
    assert Progress.objects.get(pk=offer.pk).stage == Stage.CONFIRMED


def test_another_reason_is_another_answer(offer: Offer) -> None:
    decline(offer=offer, channel=Channel.SMS, reason=REASON)
    decline(offer=offer, channel=Channel.SMS, reason=DeclineReason.PAY)
    assert now_of(offer).decline_reason == DeclineReason.PAY
    assert kinds(offer).count(Kind.DECLINED) == 2


def test_after_the_deadline_no_answer_is_taken(offer: Offer) -> None:
    late = over(offer)
    with pytest.raises(AnswerClosed):
        confirm(offer=late, channel=Channel.SMS)
    with pytest.raises(AnswerClosed):
        decline(offer=late, channel=Channel.SMS, reason=REASON)
    assert now_of(offer).state == OfferState.OFFERED
    assert kinds(offer) == [Kind.OFFERED]


def test_after_the_deadline_an_answer_stands_and_may_be_repeated_but_not_changed(offer: Offer) -> None:
    confirm(offer=offer, channel=Channel.SMS)
    late = over(offer)
    assert confirm(offer=late, channel=Channel.SMS).state == OfferState.CONFIRMED
    with pytest.raises(AnswerClosed):
        decline(offer=late, channel=Channel.SMS, reason=REASON)
    assert now_of(offer).state == OfferState.CONFIRMED


def test_a_withdrawn_offer_takes_no_answer(offer: Offer) -> None:
    Offer.objects.update(state=OfferState.WITHDRAWN)
    with pytest.raises(AnswerClosed):
        confirm(offer=offer, channel=Channel.SMS)  # the page was loaded before the withdrawal
    with pytest.raises(AnswerClosed):
        decline(offer=offer, channel=Channel.SMS, reason=REASON)
    assert now_of(offer).state == OfferState.WITHDRAWN


def test_an_opening_is_noted_once_for_each_channel(offer: Offer) -> None:
    for channel in (Channel.SMS, Channel.SMS, Channel.EMAIL):
        mark_opened(offer=offer, channel=channel)
    assert sorted(offer.events.filter(kind=Kind.OPENED).values_list("channel", flat=True)) == ["email", "sms"]


def test_another_candidate_s_opening_is_another(offer: Offer, sh_offer: Offer) -> None:
    mark_opened(offer=offer, channel=Channel.SMS)
    mark_opened(offer=sh_offer, channel=Channel.SMS)
    assert kinds(sh_offer) == [Kind.OFFERED, Kind.OPENED]
