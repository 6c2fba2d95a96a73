"""Another first day: granted by a rule, decided by HR, told to the person, and never the last place twice."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from branches.models import Branch, Role, User
from candidates.models import (
    DeclineReason,
    Deferral,
    DeferralPolicy,
    DeferralReason,
    DeferralState,
    Offer,
    OfferState,
)
from notifications.deferrals import (
    AlreadyDecided,
    DayImpossible,
    DeferralClosed,
    TooManyWishes,
    decide,
    request_deferral,
    withdraw_request,
)
from notifications.facts import message_values
from notifications.models import Message, Purpose
from notifications.moves import OutOfScope, PastDay
from notifications.states import State
from tests.branches.people import auditor_of, member
from tests.factories import MessageFactory, OfferFactory
from tests.notifications.workers import own_connection, somebody_waits_for_a_lock
from tests.sandbox.running import eventually
from tracking.answers import confirm, decline
from tracking.models import Actor, Kind, Stage

MONDAY = datetime(2026, 3, 2, 2, tzinfo=UTC)  # 10:00 in Beijing
FIRST_DAY = datetime(2026, 3, 16, 1, tzinfo=UTC)  # a Monday, 09:00
WISH = date(2026, 3, 23)


@pytest.fixture(autouse=True)
def _early_in_march() -> Any:
    with time_machine.travel(MONDAY):
        yield


@pytest.fixture
def told(offer: Offer) -> Offer:
    """The notice is out: first day on 16 March at nine, an answer until the 5th."""
    offer.onboarding_at, offer.answer_by = FIRST_DAY, datetime(2026, 3, 5, 10, tzinfo=UTC)
    offer.save()
    MessageFactory.create(offer=offer, state=State.DELIVERED)
    return offer


@pytest.fixture
def policy(bj: Branch) -> DeferralPolicy:
    """北京分行 grants by itself, once, up to thirty days."""
    return DeferralPolicy.objects.create(branch=bj)


@pytest.fixture
def pending(told: Offer, policy: DeferralPolicy) -> Deferral:
    """Asked for a Saturday, which HR has to decide."""
    return ask(told, day=date(2026, 3, 21))


def ask(offer: Offer, *, day: date = WISH, words: str = "") -> Deferral:
    return request_deferral(
        offer=offer, wanted=day, reason=DeferralReason.GRADUATION, words=words, channel="sms"
    )


def kinds(offer: Offer) -> list[str]:
    return list(offer.events.order_by("at", "id").values_list("kind", flat=True))


def decision(deferral: Deferral) -> tuple[str, str]:
    """What the message says, in Chinese and English."""
    message = Message.objects.get(purpose=Purpose.DEFERRAL_ANSWERED, occurrence=str(deferral.pk))
    chinese, english = (message_values(message.facts, language=one) for one in ("zh-hans", "en"))
    return str(chinese["decision"]), str(english["decision"])


# --- By a rule ----------------------------------------------------------------------------------
def test_a_day_the_policy_allows_is_granted_and_is_a_yes_to_that_day(
    told: Offer, policy: DeferralPolicy
) -> None:
    deferral = ask(told)
    told.refresh_from_db()
    assert deferral.state == DeferralState.GRANTED
    assert told.onboarding_at == datetime(2026, 3, 23, 1, tzinfo=UTC)
    assert (told.state, told.changes) == (OfferState.CONFIRMED, 1)
    assert kinds(told)[1:] == [Kind.OPENED, Kind.DEFER_ASKED, Kind.DEFERRED, Kind.CONFIRMED]
    told.progress.refresh_from_db()
    assert told.progress.stage == Stage.CONFIRMED
    assert decision(deferral) == ("同意延期", "agreed")
    assert told.schedule.look_at
    assert told.schedule.look_at <= timezone.now()
    assert not told.messages.filter(purpose=Purpose.CHANGE_OF_FACTS).exists()


def test_a_yes_to_the_new_day_may_still_be_taken_back(told: Offer, policy: DeferralPolicy) -> None:
    ask(told)
    told.refresh_from_db()
    assert told.is_open_to_answers
    assert told.answer_by < told.onboarding_at


def test_who_had_confirmed_may_ask_too(told: Offer, policy: DeferralPolicy) -> None:
    confirm(offer=told, channel="sms")
    assert ask(told).state == DeferralState.GRANTED
    told.refresh_from_db()
    assert told.state == OfferState.CONFIRMED


def test_tapped_twice_is_asked_once(told: Offer, policy: DeferralPolicy) -> None:
    assert ask(told) == ask(told)
    assert kinds(told).count(Kind.DEFERRED) == 1
    assert Message.objects.filter(purpose=Purpose.DEFERRAL_ANSWERED).count() == 1


def test_once_more_than_the_policy_allows_is_for_hr(told: Offer, policy: DeferralPolicy) -> None:
    ask(told)
    again = ask(told, day=date(2026, 3, 24))
    assert (again.state, again.obstacles) == (DeferralState.PENDING, ["too_often"])
    told.refresh_from_db()
    assert told.onboarding_at.date() == WISH
    assert told.state == OfferState.CONFIRMED


def test_a_full_day_is_for_hr_and_the_person_itself_takes_no_place(
    told: Offer, policy: DeferralPolicy, bj: Branch
) -> None:
    DeferralPolicy.objects.update(places_a_day=1)
    OfferFactory.create(branch=told.branch, onboarding_at=datetime(2026, 3, 22, 16, tzinfo=UTC))
    # The same day at another branch, the day after, and who declined, take no place there.
    OfferFactory.create(branch=bj, onboarding_at=datetime(2026, 3, 24, 1, tzinfo=UTC))
    OfferFactory.create(branch=told.branch, onboarding_at=datetime(2026, 3, 24, 16, tzinfo=UTC))
    OfferFactory.create(
        branch=told.branch, onboarding_at=datetime(2026, 3, 24, 1, tzinfo=UTC), state=OfferState.DECLINED
    )
    assert ask(told).obstacles == ["full"]
    assert ask(told, day=date(2026, 3, 24)).state == DeferralState.GRANTED


def test_without_a_policy_everything_is_hrs(told: Offer) -> None:
    assert ask(told).obstacles == ["no_policy"]
    told.refresh_from_db()
    assert (told.onboarding_at, told.state) == (FIRST_DAY, OfferState.OFFERED)
    assert kinds(told)[1:] == [Kind.OPENED, Kind.DEFER_ASKED]
    assert not told.messages.filter(purpose=Purpose.DEFERRAL_ANSWERED).exists()


# --- Who may ask, and for what ------------------------------------------------------------------
@pytest.mark.parametrize(
    "closed",
    [
        {"state": OfferState.DECLINED},
        {"state": OfferState.WITHDRAWN},
        {"answer_by": MONDAY - timedelta(minutes=1)},
    ],
)
def test_only_who_may_still_answer_may_ask(
    told: Offer, policy: DeferralPolicy, closed: dict[str, Any]
) -> None:
    Offer.objects.update(**closed)
    with pytest.raises(DeferralClosed):
        ask(told)
    assert not Deferral.objects.exists()


@pytest.mark.parametrize("day", [date(2026, 3, 16), date(2026, 3, 10), date(2026, 2, 27), date(2027, 3, 18)])
def test_nobody_is_asked_for_an_earlier_day_or_one_too_far_away(
    told: Offer, policy: DeferralPolicy, day: date
) -> None:
    with pytest.raises(DayImpossible):
        ask(told, day=day)


def test_asking_again_takes_the_place_of_what_nobody_has_decided(told: Offer, pending: Deferral) -> None:
    again = ask(told, day=date(2026, 3, 22))
    pending.refresh_from_db()
    assert (pending.state, again.state) == (DeferralState.DROPPED, DeferralState.PENDING)


def test_a_request_taken_back_waits_for_nobody(told: Offer, pending: Deferral) -> None:
    assert withdraw_request(offer=told)
    assert not withdraw_request(offer=told)
    assert not Deferral.objects.pending().exists()


@pytest.mark.parametrize("answer", ["confirm", "decline"])
def test_who_answers_for_the_day_that_stands_asks_for_no_other(
    told: Offer, pending: Deferral, answer: str
) -> None:
    if answer == "confirm":
        confirm(offer=told, channel="sms")
    else:
        decline(offer=told, channel="sms", reason=DeclineReason.PAY)
    pending.refresh_from_db()
    assert pending.state == DeferralState.DROPPED


# --- By HR --------------------------------------------------------------------------------------
def test_hr_grants_the_very_day_and_that_is_a_yes(told: Offer, pending: Deferral, bj_cbd_hr: User) -> None:
    decided = decide(deferral=pending, by=bj_cbd_hr, grant=True)
    told.refresh_from_db()
    assert (told.state, told.onboarding_at) == (OfferState.CONFIRMED, decided.wanted)
    granted, yes = told.events.order_by("-at", "-id")[:2][::-1]
    assert (granted.kind, granted.actor, granted.detail) == (Kind.DEFERRED, "bj-cbd", "2026-03-21")
    assert (yes.kind, yes.actor) == (Kind.CONFIRMED, Actor.CANDIDATE)
    assert decided.decided_by == bj_cbd_hr


def test_hr_grants_another_day_and_the_person_is_asked_to_confirm_it(
    told: Offer, pending: Deferral, bj_cbd_hr: User
) -> None:
    decided = decide(deferral=pending, by=bj_cbd_hr, grant=True, day=WISH, answer="周六不办理报到")
    told.refresh_from_db()
    assert (told.state, told.is_open_to_answers) == (OfferState.OFFERED, True)
    assert (told.onboarding_at, told.changes) == (datetime(2026, 3, 23, 1, tzinfo=UTC), 1)
    assert decision(decided) == ("另定日期，请您确认", "another date offered")
    assert Kind.CONFIRMED not in kinds(told)


def test_another_day_for_who_had_confirmed_starts_a_new_round(
    told: Offer, policy: DeferralPolicy, bj_cbd_hr: User
) -> None:
    confirm(offer=told, channel="sms")
    pending = ask(told, day=date(2026, 3, 21))
    decide(deferral=pending, by=bj_cbd_hr, grant=True, day=WISH)
    told.refresh_from_db()
    assert told.state == OfferState.OFFERED
    told.progress.refresh_from_db()
    assert (told.progress.answer, told.progress.stage) == ("", Stage.WAITING)


def test_hr_refuses_and_the_person_has_a_day_to_answer_for_the_day_that_stands(
    told: Offer, pending: Deferral, bj_cbd_hr: User
) -> None:
    with time_machine.travel(told.answer_by + timedelta(hours=3), tick=False):
        decided = decide(deferral=pending, by=bj_cbd_hr, grant=False, answer="该日不办理报到")
        told.refresh_from_db()
        assert told.answer_by == timezone.now() + timedelta(hours=24)
    assert (told.onboarding_at, told.changes, told.state) == (FIRST_DAY, 0, OfferState.OFFERED)
    assert kinds(told)[-1] == Kind.NOT_DEFERRED
    assert decision(decided) == ("暂不能延期", "not possible")
    message = told.messages.get(purpose=Purpose.DEFERRAL_ANSWERED)
    assert json.loads(message.facts)["decision_note"] == "该日不办理报到"


def test_a_refusal_gives_no_time_beyond_the_first_day_and_takes_none_away(
    told: Offer, pending: Deferral, bj_cbd_hr: User
) -> None:
    with time_machine.travel(FIRST_DAY - timedelta(hours=2), tick=False):
        decide(deferral=pending, by=bj_cbd_hr, grant=False)
    told.refresh_from_db()
    assert told.answer_by == FIRST_DAY


def test_the_first_of_two_decides(told: Offer, pending: Deferral, bj_cbd_hr: User, bj_hr: User) -> None:
    decide(deferral=pending, by=bj_cbd_hr, grant=False)
    with pytest.raises(AlreadyDecided):
        decide(deferral=pending, by=bj_hr, grant=True)
    told.refresh_from_db()
    assert told.onboarding_at == FIRST_DAY


@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 3, 16)])
def test_neither_a_day_that_is_over_nor_the_present_one_is_granted(
    pending: Deferral, bj_cbd_hr: User, day: date
) -> None:
    with pytest.raises(PastDay):
        decide(deferral=pending, by=bj_cbd_hr, grant=True, day=day)


def test_others_hr_and_who_only_reads_or_reviews_decide_nothing(
    pending: Deferral, sh_ljz_hr: User, bank: Branch, bj: Branch
) -> None:
    for by in (sh_ljz_hr, auditor_of(bank), member(bj, Role.REVIEWER)):
        with pytest.raises(OutOfScope):
            decide(deferral=pending, by=by, grant=True)
    pending.refresh_from_db()
    assert pending.state == DeferralState.PENDING


def test_a_branch_sees_its_own_requests_only(pending: Deferral, bj_hr: User, sh_ljz_hr: User) -> None:
    assert Deferral.objects.visible_to(bj_hr).get() == pending
    assert not Deferral.objects.visible_to(sh_ljz_hr).exists()


def test_after_ten_wishes_within_a_day_the_next_one_waits_for_tomorrow(told: Offer) -> None:
    for number in range(10):
        ask(told, day=WISH + timedelta(days=number))
        withdraw_request(offer=told)
    with pytest.raises(TooManyWishes):
        ask(told)
    with time_machine.travel(MONDAY + timedelta(days=1, minutes=1)):
        assert ask(told).state == DeferralState.PENDING


# --- Two at once --------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_do_not_both_get_the_last_place(told: Offer, policy: DeferralPolicy) -> None:
    DeferralPolicy.objects.update(places_a_day=1)
    rival = OfferFactory.create(branch=told.branch, onboarding_at=FIRST_DAY)

    def asks() -> str:
        with own_connection():
            return ask(rival).state

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            mine = ask(told)
            his = other.submit(asks)
            eventually(lambda: his.done() or somebody_waits_for_a_lock())
        assert (mine.state, his.result()) == (DeferralState.GRANTED, DeferralState.PENDING)
    assert Deferral.objects.get(offer=rival).obstacles == ["full"]
