"""The call log, and the answer that HR records for somebody on the telephone."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from branches.models import User
from candidates.models import DeclineReason, Deferral, DeferralState, Offer, OfferState
from tracking.answers import AnswerClosed
from tracking.answers_by_hr import answer_for
from tracking.calls import log_call
from tracking.models import Call, CallResult, Kind, Progress, Stage

pytestmark = pytest.mark.django_db
TOMORROW = timedelta(days=1)


def progress(offer: Offer) -> Progress:
    return Progress.objects.get(pk=offer.pk)


def called(offer: Offer, by: User, **facts: Any) -> Call:
    given: dict[str, Any] = {
        "result": CallResult.UNDECIDED,
        "note": "想先和家人商量",
        "again_at": None,
        **facts,
    }
    return log_call(offer=offer, by=by, **given)


# --- Calls ---------------------------------------------------------------------------------------
def test_a_call_is_kept_with_its_result_and_told_to_the_timeline(offer: Offer, bj_cbd_hr: User) -> None:
    call = called(offer, bj_cbd_hr)
    assert (call.by, call.result, Call.objects.get().note) == (bj_cbd_hr, "undecided", "想先和家人商量")
    event = offer.events.get(kind=Kind.CALLED)
    assert (event.detail, event.actor, event.at) == ("undecided", "bj-cbd", call.at)


def test_the_note_is_not_readable_in_the_database(offer: Offer, bj_cbd_hr: User) -> None:
    called(offer, bj_cbd_hr)
    stored = Call.objects.extra(select={"raw": "note::text"}).values_list("raw", flat=True).get()
    assert "家人" not in str(stored)


def test_the_person_is_asked_again_when_the_last_call_says_so(offer: Offer, bj_cbd_hr: User) -> None:
    again = timezone.now() + TOMORROW
    called(offer, bj_cbd_hr, again_at=again)
    assert progress(offer).ask_again_at == again
    called(offer, bj_cbd_hr, again_at=None)
    assert progress(offer).ask_again_at is None


def test_a_call_sent_twice_is_one_call(offer: Offer, bj_cbd_hr: User) -> None:
    call_id = uuid7()
    assert called(offer, bj_cbd_hr, call_id=call_id) == called(offer, bj_cbd_hr, call_id=call_id)
    assert offer.events.filter(kind=Kind.CALLED).count() == Call.objects.count() == 1


def test_a_long_sign_in_name_still_stands_as_the_one_who_called(offer: Offer, bj_cbd_hr: User) -> None:
    bj_cbd_hr.username = "x" * 150
    called(offer, bj_cbd_hr)
    assert offer.events.get(kind=Kind.CALLED).actor == "x" * 50


# --- The answer for somebody ---------------------------------------------------------------------
@pytest.fixture
def late(offer: Offer) -> Offer:
    """The deadline is over, the first day is to come."""
    Offer.objects.update(answer_by=timezone.now() - TOMORROW)
    return Offer.objects.get(pk=offer.pk)


def test_hr_records_a_yes_after_the_deadline_in_its_own_name(late: Offer, bj_cbd_hr: User) -> None:
    assert answer_for(offer=late, reason=None, by=bj_cbd_hr).state == OfferState.CONFIRMED
    assert late.events.get(kind=Kind.CONFIRMED).actor == "bj-cbd"
    assert progress(late).stage == Stage.CONFIRMED
    assert not late.events.filter(kind=Kind.OPENED).exists(), "nobody opened the page"


def test_a_no_has_its_reason(late: Offer, bj_cbd_hr: User) -> None:
    answered = answer_for(offer=late, reason=DeclineReason.PAY, by=bj_cbd_hr)
    assert (answered.state, answered.decline_reason) == (OfferState.DECLINED, DeclineReason.PAY)
    assert late.events.get(kind=Kind.DECLINED).detail == DeclineReason.PAY


def test_the_same_answer_twice_is_one_answer_and_another_one_replaces_it(
    offer: Offer, bj_cbd_hr: User
) -> None:
    for _ in range(2):
        answer_for(offer=offer, reason=None, by=bj_cbd_hr)
    assert offer.events.filter(kind=Kind.CONFIRMED).count() == 1
    answer_for(offer=offer, reason=DeclineReason.OTHER, by=bj_cbd_hr)
    assert progress(offer).stage == Stage.DECLINED


def test_an_answer_drops_a_wish_for_another_day(offer: Offer, bj_cbd_hr: User) -> None:
    first = offer.onboarding_at
    Deferral.objects.create(offer=offer, before=first, wanted=first + TOMORROW, reason="health")
    answer_for(offer=offer, reason=None, by=bj_cbd_hr)
    assert Deferral.objects.get().state == DeferralState.DROPPED


def test_on_the_first_day_itself_an_answer_is_still_taken_and_the_day_after_none(
    offer: Offer, bj_cbd_hr: User
) -> None:
    midnight = timezone.now().astimezone(offer.branch.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    Offer.objects.update(onboarding_at=midnight)
    assert answer_for(offer=offer, reason=None, by=bj_cbd_hr).state == OfferState.CONFIRMED
    Offer.objects.update(onboarding_at=midnight - timedelta(minutes=1))
    with pytest.raises(AnswerClosed):
        answer_for(offer=offer, reason=DeclineReason.OTHER, by=bj_cbd_hr)


def test_a_withdrawn_offer_takes_no_answer(offer: Offer, bj_cbd_hr: User) -> None:
    Offer.objects.update(state=OfferState.WITHDRAWN)
    with pytest.raises(AnswerClosed):
        answer_for(offer=offer, reason=None, by=bj_cbd_hr)
