"""Facts that move: told from old to new in one message, by whoever may, and asked about again after a yes."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from branches.models import Branch, Role, User
from candidates.deferral_requests import grounds_of
from candidates.models import (
    DeclineReason,
    Deferral,
    DeferralState,
    InterviewSource,
    Offer,
    OfferState,
    PageToken,
)
from notifications.answered_by_hr import record_answer
from notifications.intake import take_signals
from notifications.models import Message, Purpose
from notifications.moves import NotJoining, OutOfScope, PastDay, move_by_hr
from notifications.states import State
from portal.deferral import asked_last
from tests.branches.people import auditor_of, member
from tests.deferrals import wish
from tests.factories import MessageFactory, page_key
from tests.notifications.test_intake import incoming
from tests.notifications.workers import own_connection, somebody_waits_for_a_lock
from tests.sandbox.running import eventually
from tracking import answers
from tracking.models import Kind, Stage


@pytest.fixture
def told(offer: Offer) -> Offer:
    """The notice is out."""
    MessageFactory.create(offer=offer, state=State.DELIVERED)
    return offer


def soon(days: int = 20) -> datetime:
    return (timezone.now() + timedelta(days=days)).replace(microsecond=0)


def changes(offer: Offer) -> list[dict[str, str]]:
    """What the person will read of, in Chinese: fact, old and new."""
    [message] = offer.messages.filter(purpose=Purpose.CHANGE_OF_FACTS, state=State.PLANNED)
    told = json.loads(message.facts)["changes"]
    return [{"what": one["what"], "old": one["old"]["zh-hans"], "new": one["new"]["zh-hans"]} for one in told]


def kinds(offer: Offer) -> list[str]:
    return list(offer.events.order_by("at", "id").values_list("kind", flat=True))


def test_hr_moves_day_and_branch_and_the_person_hears_old_and_new(
    told: Offer, bj: Branch, bj_hr: User
) -> None:
    moved = move_by_hr(offer=told, onboarding_at=datetime(2099, 3, 2, 1, tzinfo=UTC), branch=bj, by=bj_hr)
    assert (moved.branch, moved.changes, moved.state) == (bj, 1, OfferState.OFFERED)
    day, branch = changes(moved)
    assert day["new"] == "2099年3月2日（周一）09:00"
    assert (branch["old"], branch["new"]) == ("北京CBD支行", "北京分行")
    event = moved.events.get(kind=Kind.CHANGED)
    assert event.actor == bj_hr.username


def test_the_page_outlives_the_new_first_day_and_the_planner_looks_again(told: Offer, bj_hr: User) -> None:
    page_key(told, days=1)
    day = soon(90)
    move_by_hr(offer=told, onboarding_at=day, branch=told.branch, by=bj_hr)
    assert PageToken.objects.get().expires_at > day
    told.refresh_from_db()
    assert told.schedule.look_at
    assert told.schedule.look_at <= timezone.now()


def test_who_was_told_nothing_yet_gets_the_notice_with_the_new_facts_and_no_change(
    offer: Offer, bj_hr: User
) -> None:
    MessageFactory.create(offer=offer, state=State.PLANNED)
    move_by_hr(offer=offer, onboarding_at=soon(), branch=offer.branch, by=bj_hr)
    assert [message.purpose for message in offer.messages.all()] == [Purpose.PASS_NOTICE]


def test_moved_twice_before_the_first_change_went_out_is_told_once_from_what_the_person_knows(
    told: Offer, bj: Branch, bj_hr: User
) -> None:
    known = told.onboarding_at
    for days in (20, 30):
        move_by_hr(offer=told, onboarding_at=soon(days), branch=told.branch, by=bj_hr)
    [day] = changes(told)
    assert f"{known.astimezone(told.branch.zone):%H:%M}" in day["old"]
    assert day["old"].startswith(f"{known.astimezone(told.branch.zone).year}年")
    before = Message.objects.filter(purpose=Purpose.CHANGE_OF_FACTS, state=State.SKIPPED).get()
    assert json.loads(before.facts)["changes"][0]["old"]["zh-hans"] == day["old"]


def test_what_came_back_to_where_it_was_before_anybody_was_told_is_not_told(told: Offer, bj_hr: User) -> None:
    known = told.onboarding_at
    for day in (soon(20), known):
        move_by_hr(offer=told, onboarding_at=day, branch=told.branch, by=bj_hr)
    assert not Message.objects.filter(purpose=Purpose.CHANGE_OF_FACTS, state=State.PLANNED).exists()


def test_the_same_facts_again_change_nothing(told: Offer, bj_hr: User) -> None:
    move_by_hr(offer=told, onboarding_at=told.onboarding_at, branch=told.branch, by=bj_hr)
    told.refresh_from_db()
    assert (told.changes, kinds(told)) == (0, [Kind.OFFERED])


def test_who_had_confirmed_is_asked_again_in_a_new_round(told: Offer, bj_hr: User) -> None:
    answers.confirm(offer=told, channel="sms")
    moved = move_by_hr(offer=told, onboarding_at=soon(), branch=told.branch, by=bj_hr)
    assert (moved.state, moved.is_open_to_answers) == (OfferState.OFFERED, True)
    moved.progress.refresh_from_db()
    assert (moved.progress.answer, moved.progress.stage) == ("", Stage.WAITING)
    answers.mark_opened(offer=moved, channel="sms")
    moved.progress.refresh_from_db()
    assert moved.progress.stage == Stage.OPENED
    answers.confirm(offer=moved, channel="sms")
    assert kinds(moved)[-4:] == [Kind.CHANGED, Kind.OFFERED, Kind.OPENED, Kind.CONFIRMED]


def test_more_time_that_was_given_already_is_not_taken_away(told: Offer, bj_hr: User) -> None:
    told.answer_by = given = soon(10)
    told.save()
    moved = move_by_hr(offer=told, onboarding_at=soon(30), branch=told.branch, by=bj_hr)
    assert moved.answer_by == given
    earlier = move_by_hr(offer=told, onboarding_at=soon(5), branch=told.branch, by=bj_hr)
    assert earlier.answer_by <= earlier.onboarding_at


def test_a_wish_for_another_day_than_the_one_that_stood_is_dropped(told: Offer, bj_hr: User) -> None:
    wish = Deferral.objects.create(offer=told, before=told.onboarding_at, wanted=soon(30), reason="moving")
    move_by_hr(offer=told, onboarding_at=soon(), branch=told.branch, by=bj_hr)
    wish.refresh_from_db()
    assert wish.state == DeferralState.DROPPED


def test_a_wish_for_another_day_stays_when_only_the_branch_moves(
    told: Offer, bj: Branch, bj_hr: User
) -> None:
    wish = Deferral.objects.create(offer=told, before=told.onboarding_at, wanted=soon(30), reason="moving")
    move_by_hr(offer=told, onboarding_at=told.onboarding_at, branch=bj, by=bj_hr)
    wish.refresh_from_db()
    assert wish.state == DeferralState.PENDING


def test_a_day_that_is_over_is_refused(told: Offer, bj_hr: User) -> None:
    with pytest.raises(PastDay):
        move_by_hr(offer=told, onboarding_at=soon(-1), branch=told.branch, by=bj_hr)


@pytest.mark.parametrize("state", [OfferState.DECLINED, OfferState.WITHDRAWN])
def test_nobody_is_moved_who_is_not_joining(told: Offer, bj_hr: User, state: str) -> None:
    Offer.objects.update(state=state)
    with pytest.raises(NotJoining):
        move_by_hr(offer=told, onboarding_at=soon(), branch=told.branch, by=bj_hr)


def test_both_branches_must_be_the_persons_own(
    told: Offer, bj: Branch, sh_ljz: Branch, bj_cbd_hr: User, sh_ljz_hr: User
) -> None:
    for by, branch in ((bj_cbd_hr, bj), (bj_cbd_hr, sh_ljz), (sh_ljz_hr, sh_ljz)):
        with pytest.raises(OutOfScope):
            move_by_hr(offer=told, onboarding_at=soon(), branch=branch, by=by)
    told.refresh_from_db()
    assert told.changes == 0


def test_who_only_reads_reviews_or_sees_other_candidates_moves_nobody(
    told: Offer, bank: Branch, bj: Branch
) -> None:
    others = member(bj, username="others", categories=["intern"])
    reviewer = member(bj, Role.REVIEWER, username="reviewer")
    for by in (auditor_of(bank), reviewer, others):
        with pytest.raises(OutOfScope):
            move_by_hr(offer=told, onboarding_at=soon(), branch=bj, by=by)


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_for_an_offer_finds_it_at_the_branch_it_was_moved_to(
    told: Offer, bj: Branch, bj_hr: User
) -> None:
    def declines() -> Offer:
        with own_connection():
            return record_answer(offer=told, reason=DeclineReason.PAY, by=bj_hr)

    with ThreadPoolExecutor(1) as colleague:
        with transaction.atomic():
            move_by_hr(offer=told, onboarding_at=soon(), branch=bj, by=bj_hr)
            answer = colleague.submit(declines)
            eventually(lambda: answer.done() or somebody_waits_for_a_lock())
        assert (answer.result().branch, answer.result().state) == (bj, OfferState.DECLINED)


# --- The platform and HR ------------------------------------------------------------------------
@pytest.fixture
def signalled(bj_cbd: Branch, source: InterviewSource) -> Offer:
    """An offer by a signal, of which a text is out."""
    take_signals([incoming(source, "msg_1")])
    offer = Offer.objects.get()
    offer.messages.update(state=State.ACCEPTED)
    return offer


def test_a_platform_that_repeats_the_old_day_does_not_take_back_what_hr_moved(
    signalled: Offer, bj: Branch, bj_hr: User, source: InterviewSource
) -> None:
    day = soon()
    move_by_hr(offer=signalled, onboarding_at=day, branch=bj, by=bj_hr)
    take_signals([incoming(source, "msg_2", position__title="客户经理")])
    signalled.refresh_from_db()
    assert (signalled.onboarding_at, signalled.branch) == (day, bj)
    assert signalled.position_title == "客户经理"
    assert [change["what"] for change in changes(signalled)] == ["onboarding_at", "branch", "position"]


def test_a_new_day_of_the_platform_counts_and_drops_a_wish_about_the_old_one(
    signalled: Offer, source: InterviewSource, bj_hr: User
) -> None:
    move_by_hr(offer=signalled, onboarding_at=soon(), branch=signalled.branch, by=bj_hr)
    pending = wish(signalled)
    take_signals([incoming(source, "msg_2", onboarding_at="2099-03-02T09:00:00+08:00")])
    signalled.refresh_from_db()
    assert signalled.onboarding_at == datetime(2099, 3, 2, 1, tzinfo=UTC)
    pending.refresh_from_db()
    assert pending.state == DeferralState.DROPPED


def test_a_withdrawal_drops_a_wish(signalled: Offer, source: InterviewSource) -> None:
    pending = wish(signalled)
    take_signals([incoming(source, "msg_2", result="failed")])
    pending.refresh_from_db()
    assert pending.state == DeferralState.DROPPED


@pytest.mark.parametrize("state", [DeferralState.PENDING, DeferralState.REFUSED, DeferralState.GRANTED])
def test_a_wish_does_not_pass_on_to_whoever_takes_the_persons_place(
    signalled: Offer, source: InterviewSource, state: str
) -> None:
    """It may tell of an illness, and a yes to it would be nobody's."""
    former = wish(signalled, state=state, granted=signalled.onboarding_at, answer="该日不办理报到")
    take_signals([incoming(source, "msg_2", candidate__name="李小红", candidate__phone="+8613800138001")])
    former.refresh_from_db()
    assert former.state == DeferralState.DROPPED
    signalled.refresh_from_db()
    assert asked_last(signalled, language="zh-hans") is None
    assert grounds_of(signalled).times_granted == 0
