"""Whose message goes next, on real PostgreSQL: urgency first, then branch by branch."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import transaction
from django.utils import timezone

from branches.models import Branch
from notifications.models import Message
from notifications.states import State
from notifications.turns import lock_next
from tests.factories import MessageFactory, OfferFactory
from tests.notifications.workers import own_connection

NOTICE, BULK = Message.Priority.NOTICE, Message.Priority.BULK


def waiting(branch: Branch, count: int, *, priority: int = NOTICE, minutes: int = 10) -> list[Message]:
    """The first of them due so many minutes ago, the others a second later each."""
    first = timezone.now() - timedelta(minutes=minutes)
    return [
        MessageFactory.create(
            offer=OfferFactory.create(branch=branch),
            priority=priority,
            due_at=first + timedelta(seconds=number),
        )
        for number in range(count)
    ]


def next_ones(limit: int, *, carrier: str = "twilio", takes_new: bool = True) -> list[Message]:
    with transaction.atomic():
        return lock_next(channel="sms", carrier=carrier, takes_new=takes_new, at=timezone.now(), limit=limit)


def branches_of(messages: list[Message]) -> list[str]:
    return [message.share_of.code for message in messages]


@pytest.mark.django_db
def test_one_notice_of_a_branch_does_not_wait_behind_all_of_another(bj_cbd: Branch, sh_ljz: Branch) -> None:
    busy = waiting(bj_cbd, 30, minutes=60)
    [lonely] = waiting(sh_ljz, 1, minutes=1)
    assert next_ones(2) == [busy[0], lonely]


@pytest.mark.django_db
def test_branches_take_turns_and_each_keeps_its_own_order(bj_cbd: Branch, sh_ljz: Branch) -> None:
    ours, theirs = waiting(bj_cbd, 20, minutes=60), waiting(sh_ljz, 3)
    taken = next_ones(8)
    assert branches_of(taken) == ["BJ-CBD", "SH-LJZ"] * 3 + ["BJ-CBD"] * 2
    assert [one for one in taken if one in ours] == ours[:5]
    assert [one for one in taken if one in theirs] == theirs


@pytest.mark.django_db
def test_urgency_comes_before_turns(bj_cbd: Branch, sh_ljz: Branch) -> None:
    notices = waiting(bj_cbd, 5, minutes=1)
    waiting(sh_ljz, 5, priority=BULK, minutes=60)
    assert next_ones(5) == notices


@pytest.mark.django_db
def test_a_lonely_branch_fills_the_batch_and_no_more(bj_cbd: Branch) -> None:
    rows = waiting(bj_cbd, 12)
    assert next_ones(10) == rows[:10]


@pytest.mark.django_db
def test_what_is_not_due_takes_no_turn(bj_cbd: Branch) -> None:
    waiting(bj_cbd, 2, minutes=-5)
    assert next_ones(5) == []


@pytest.mark.django_db
def test_what_a_carrier_may_have_is_left_to_that_carrier(bj_cbd: Branch) -> None:
    [uncertain] = waiting(bj_cbd, 1)
    Message.objects.update(state=State.UNCERTAIN, provider="twilio")
    assert next_ones(5, carrier="gateway") == []
    assert next_ones(5, takes_new=False) == [uncertain]


@pytest.mark.django_db
def test_what_one_carrier_cannot_carry_is_left_to_the_others(bj_cbd: Branch) -> None:
    [unfit, new] = waiting(bj_cbd, 2)
    Message.objects.filter(pk=unfit.pk).update(unfit_carriers=["aliyun"], provider="aliyun")
    assert next_ones(5, carrier="aliyun") == [new]
    assert next_ones(5, carrier="twilio", takes_new=False) == [unfit]
    assert next_ones(5, carrier="aliyun", takes_new=False) == []


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_take_different_rows_and_leave_none(bj_cbd: Branch, sh_ljz: Branch) -> None:
    rows = waiting(bj_cbd, 30) + waiting(sh_ljz, 10)
    hold = Barrier(4, timeout=30)

    def work() -> list[Message]:
        with own_connection(), transaction.atomic():
            taken = lock_next(channel="sms", carrier="twilio", takes_new=True, at=timezone.now(), limit=10)
            hold.wait()
            return taken

    with ThreadPoolExecutor(4) as workers:
        taken = [one for job in [workers.submit(work) for _ in range(4)] for one in job.result()]
    assert len(taken) == 40
    assert set(taken) == set(rows)
