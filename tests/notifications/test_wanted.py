"""At the moment of sending it is asked once more whether somebody should still get this."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branches.models import Branch
from candidates.models import Deferral, DeferralReason, DeferralState, Offer, OfferState
from notifications.models import Message, Purpose
from notifications.wanted import OF_THE_FIRST_DAY, REMINDERS, is_wanted, unwanted
from tests.factories import MessageFactory, OfferFactory
from tracking import answers

pytestmark = pytest.mark.django_db

# 2026-03-16 in Shanghai, and still the 15th in New York.
FIRST_DAY = datetime(2026, 3, 16, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 13, 2, tzinfo=UTC)
ANY = [one.value for one in Purpose]
JOINING = {"offered", "confirmed"}
SAID_TO = {
    "pass_notice": {"offered"},
    "unread": {"offered"},
    "unconfirmed": {"offered"},
    "withdrawal": {"withdrawn"},
    "hr_reply": {"offered", "confirmed", "declined", "withdrawn"},
    "hr_contact": {"offered", "confirmed", "declined"},
}


@pytest.fixture(autouse=True)
def _three_days_before() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def message(offer: Offer, purpose: str, *, occurrence: str = "1", **facts: object) -> Message:
    for name, value in {"onboarding_at": FIRST_DAY, **facts}.items():
        setattr(offer, name, value)
    offer.save()
    return MessageFactory.create(offer=offer, purpose=purpose, occurrence=occurrence)


def ask_for_another_day(offer: Offer, *, state: str = DeferralState.PENDING) -> None:
    Deferral.objects.create(
        offer=offer,
        state=state,
        before=FIRST_DAY,
        wanted=FIRST_DAY + timedelta(days=7),
        reason=DeferralReason.HEALTH,
    )


# --- By the offer --------------------------------------------------------------------------------
@pytest.mark.parametrize("state", OfferState.values)
@pytest.mark.parametrize("purpose", ANY)
def test_each_purpose_is_for_people_in_some_states(offer: Offer, purpose: str, state: str) -> None:
    wanted = state in SAID_TO.get(purpose, JOINING)
    assert is_wanted(message(offer, purpose, state=state)) is wanted


@pytest.mark.parametrize("purpose", sorted(OF_THE_FIRST_DAY))
def test_a_reminder_speaks_of_the_day_that_stands(offer: Offer, purpose: str) -> None:
    one = message(offer, purpose, occurrence="2026-03-16/5", state=OfferState.CONFIRMED)
    assert is_wanted(one)
    offer.onboarding_at = FIRST_DAY + timedelta(days=1)
    assert not is_wanted(one)
    offer.onboarding_at = FIRST_DAY + timedelta(hours=3)  # the same day
    assert is_wanted(one)


def test_the_day_is_the_branchs_own(offer: Offer) -> None:
    one = message(offer, "three_days", occurrence="2026-03-16/5", state=OfferState.CONFIRMED)
    offer.branch.time_zone = "America/New_York"
    assert not is_wanted(one)


@pytest.mark.parametrize("occurrence", ["1", "1~r1"])
def test_what_somebody_planned_by_hand_names_no_day(offer: Offer, occurrence: str) -> None:
    assert is_wanted(message(offer, "three_days", occurrence=occurrence, state=OfferState.CONFIRMED))


def test_a_repetition_speaks_of_the_same_day(offer: Offer) -> None:
    one = message(offer, "three_days", occurrence="2026-03-16/5~r1", state=OfferState.CONFIRMED)
    assert is_wanted(one)
    offer.onboarding_at = FIRST_DAY + timedelta(days=1)
    assert not is_wanted(one)


@pytest.mark.parametrize("purpose", sorted(OF_THE_FIRST_DAY))
def test_who_has_not_answered_in_time_is_asked_by_hr(offer: Offer, purpose: str) -> None:
    late = message(offer, purpose, answer_by=NOW)
    assert not is_wanted(late)
    offer.answer_by = NOW + timedelta(minutes=1)
    assert is_wanted(late)
    offer.answer_by, offer.state = NOW, OfferState.CONFIRMED
    assert is_wanted(late)


# --- By what happened ----------------------------------------------------------------------------
def test_what_was_opened_need_not_be_read(offer: Offer) -> None:
    unread, unconfirmed = message(offer, "unread"), message(offer, "unconfirmed")
    answers.mark_opened(offer=offer, channel="sms")
    assert unwanted([unread, unconfirmed]) == {unread.pk}


@pytest.mark.parametrize("purpose", sorted(REMINDERS))
def test_nobody_is_reminded_of_a_day_that_may_move(offer: Offer, purpose: str) -> None:
    one = message(offer, purpose)
    ask_for_another_day(offer)
    assert not is_wanted(one)


@pytest.mark.parametrize("purpose", sorted(REMINDERS))
def test_a_wish_that_is_decided_holds_nothing_back(offer: Offer, purpose: str) -> None:
    one = message(offer, purpose)
    ask_for_another_day(offer, state=DeferralState.REFUSED)
    assert is_wanted(one)


@pytest.mark.parametrize("purpose", ["change_of_facts", "deferral_answered", "hr_contact"])
def test_other_words_go_out_while_a_wish_is_pending(offer: Offer, purpose: str) -> None:
    one = message(offer, purpose)
    ask_for_another_day(offer)
    assert is_wanted(one)


def test_somebody_elses_wish_holds_nothing_back(offer: Offer, english_offer: Offer) -> None:
    own, others = message(offer, "unread"), message(english_offer, "unread")
    ask_for_another_day(english_offer)
    assert unwanted([own, others]) == {others.pk}


# --- Queries -------------------------------------------------------------------------------------
def test_two_queries_for_any_number_of_reminders_and_none_for_notices(bj_cbd: Branch) -> None:
    offers = OfferFactory.create_batch(5, branch=bj_cbd, answer_by=timezone.now() + timedelta(days=1))
    reminders = [message(offer, "unread") for offer in offers]
    notices = [message(offer, "pass_notice") for offer in offers]
    with CaptureQueriesContext(connection) as reminding:
        assert unwanted(reminders) == set()
    with CaptureQueriesContext(connection) as telling:
        assert unwanted(notices) == set()
    assert (len(reminding), len(telling)) == (2, 0)
