"""A branch's window never reaches beyond those above it, whoever stated theirs last."""

from datetime import time

import pytest

from branches.models import Branch
from notifications.models import SendWindow
from notifications.policy import Policy

pytestmark = pytest.mark.django_db


def hours(branch: Branch) -> tuple[time, time | None]:
    window = Policy.current().window(branch)
    return window.opens, window.closes


def state(branch: Branch, opens: int, closes: int, **rest: object) -> SendWindow:
    return SendWindow.objects.create(branch=branch, opens_at=time(opens), closes_at=time(closes), **rest)


def test_the_nearest_window_counts_within_those_above_it(bank: Branch, bj: Branch, bj_cbd: Branch) -> None:
    state(bank, 8, 21)
    assert hours(bj_cbd) == (time(8), time(21))
    state(bj, 9, 18)
    assert hours(bj_cbd) == (time(9), time(18))
    assert hours(bank) == (time(8), time(21))


def test_headquarters_narrowing_binds_every_branch_at_once(bank: Branch, bj_cbd: Branch) -> None:
    upper = state(bank, 7, 22)
    state(bj_cbd, 8, 21, slot_from=time(19), slot_to=time(21))
    assert Policy.current().window(bj_cbd).slot == (time(19), time(21))
    upper.closes_at = time(20)
    upper.save()
    assert hours(bj_cbd) == (time(8), time(20))
    assert Policy.current().window(bj_cbd).slot is None


def test_where_nothing_is_left_in_common_the_upper_window_counts(bank: Branch, bj_cbd: Branch) -> None:
    upper = state(bank, 8, 21)
    state(bj_cbd, 18, 21)
    upper.closes_at = time(12)
    upper.save()
    assert hours(bj_cbd) == (time(8), time(12))


def test_of_limits_of_messages_a_day_the_lowest_counts(bank: Branch, bj_cbd: Branch) -> None:
    state(bank, 8, 21, messages_a_day=2)
    state(bj_cbd, 8, 21)
    assert Policy.current().window(bj_cbd).a_day == 2
