"""Offer, messages, Progress, Schedule: whoever locks several of them does it in this order, so that nobody embraces."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branches.models import Branch, User
from candidates.models import DeclineReason, DeferralPolicy, DeferralReason, Offer
from notifications.answered_by_hr import record_answer
from notifications.channels import TRANSPORTS
from notifications.channels.base import Following
from notifications.deferrals import request_deferral
from notifications.extensions import extend
from notifications.followers import take_followings
from notifications.looks import look_at_due
from notifications.models import Message, Schedule, SendWindow
from notifications.moves import move_by_hr
from notifications.outbox import claim
from notifications.personal import write
from notifications.receipts import take_receipts
from notifications.retry import MAX_TRIES
from notifications.states import State
from tests.factories import MessageFactory, hr_contact_texts
from tests.notifications.test_receipts_at_once import about
from tests.notifications.workers import own_connection, somebody_waits_for_a_lock
from tests.sandbox.running import eventually
from tracking.models import Progress

OPENID = "oHAIYUE1"
ORDER: list[type[Model]] = [Offer, Message, Progress, Schedule]


@pytest.fixture
def told(offer: Offer, bj: Branch) -> Offer:
    """The notice is with Twilio, and the planner looks tomorrow."""
    hr_contact_texts()
    DeferralPolicy.objects.create(branch=bj)
    MessageFactory.create(offer=offer, state=State.ACCEPTED, provider="twilio", reference="SM1")
    offer.candidate.wechat_openid, offer.candidate.unusable_channels = OPENID, {"wechat": "left"}
    offer.candidate.save()
    Schedule.objects.update(look_at=timezone.now() + timedelta(days=1))
    return offer


Work = Callable[[Offer, User], object]


def _writes(offer: Offer, by: User) -> None:
    write(offer=offer, channel="sms", text="请尽快答复。", by=by, occurrence=uuid4())


def _gives_more_time(offer: Offer, by: User) -> None:
    extend(offer=offer, until=offer.answer_by + timedelta(days=1), reason="出差", by=by)


def _moves(offer: Offer, by: User) -> None:
    later = offer.onboarding_at + timedelta(days=7)
    move_by_hr(offer=offer, onboarding_at=later, branch=offer.branch, by=by)


def _asks_for_another_day(offer: Offer, _by: User) -> None:
    day = offer.onboarding_at.date() + timedelta(days=9)
    request_deferral(offer=offer, wanted=day, reason=DeferralReason.GRADUATION)


def _reports_a_failure(offer: Offer, _by: User) -> None:
    take_receipts([about(offer.messages.get(), "undelivered")])


def _gives_up(offer: Offer, _by: User) -> None:
    offer.messages.update(state=State.PLANNED, tries=MAX_TRIES)
    claim(transport=TRANSPORTS["twilio"], limit=5)


def _comes_back(_offer: Offer, _by: User) -> None:
    take_followings([Following(address=OPENID, follows=True, at=timezone.now())])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "work",
    [
        _writes,
        _gives_more_time,
        _moves,
        _asks_for_another_day,
        _reports_a_failure,
        _gives_up,
        _comes_back,
        lambda offer, by: record_answer(offer=offer, reason=None, by=by),
        lambda offer, by: record_answer(offer=offer, reason=DeclineReason.PAY, by=by),
    ],
)
def test_rows_are_locked_in_one_order(work: Work, told: Offer, bj_cbd_hr: User) -> None:
    with CaptureQueriesContext(connection) as captured:
        work(told, bj_cbd_hr)
    locked = first_locked([query["sql"] for query in captured])
    assert Schedule in locked
    assert locked == sorted(locked, key=ORDER.index)


def first_locked(statements: list[str]) -> list[type[Model]]:
    """The tables in the order in which the first of their rows that was there already was locked."""
    found: list[type[Model]] = []
    for statement in statements:
        for model in ORDER:
            table = f'"{model._meta.db_table}"'
            takes = statement.startswith(f"UPDATE {table}") or (
                "FOR NO KEY UPDATE" in statement and statement.partition("FROM ")[2].startswith(table)
            )
            if takes and model not in found:
                found.append(model)
    return found


@pytest.mark.django_db(transaction=True)
def test_the_planner_waits_for_nobody_who_holds_a_message(told: Offer, bj_cbd: Branch) -> None:
    """Who holds one may be about to wait for the Progress that the planner holds."""
    tonight = timezone.now() + timedelta(hours=8)
    MessageFactory.create(offer=told, channel="email", reasons=["order", "window"], due_at=tonight)
    SendWindow.objects.create(branch=bj_cbd, opens_at=time.min, closes_at=time(23, 59))
    Schedule.objects.update(look_at=timezone.now())

    def looks() -> int:
        with own_connection():
            return look_at_due(at=timezone.now()).offers

    with ThreadPoolExecutor(1) as planner:
        with transaction.atomic():
            list(Message.objects.select_for_update(no_key=True))
            looking = planner.submit(looks)
            eventually(lambda: looking.done() or somebody_waits_for_a_lock())
            assert looking.done()
        assert looking.result() == 1
    assert told.messages.get(channel="email").due_at == tonight
