"""A branch states when and by which channels it sends, within headquarters' limits; nobody else does it for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from django.db import transaction

from branches.models import Branch, PlanningStamp, Role, User
from notifications.local_content import InvalidContent, NotYours
from notifications.local_sending import (
    ChangedSince,
    WindowFacts,
    allowed_channels,
    digest,
    nearest,
    state_channels,
    state_window,
    wider_below,
    withdraw,
)
from notifications.models import BranchChannels, ChannelStrategy, OffDays, SendWindow
from tests.branches.people import member

HOURS = WindowFacts(opens_at=time(9), closes_at=time(18), messages_a_day=3)
AFTERNOON = replace(HOURS, off_days=OffDays.EARLIER, slot_from=time(15), slot_to=time(17))


@pytest.fixture
def bank_window(bank: Branch) -> SendWindow:
    return SendWindow.objects.create(branch=bank, opens_at=time(8), closes_at=time(21), messages_a_day=4)


@pytest.mark.usefixtures("bank_window")
def test_a_branch_states_its_own_hours_for_itself_and_all_below(
    bj: Branch, bj_cbd: Branch, sh: Branch, bj_hr: User
) -> None:
    stated = state_window(branch=bj, facts=AFTERNOON, by=bj_hr)
    assert WindowFacts.of(stated) == AFTERNOON
    for branch, code in ((bj, "BJ"), (bj_cbd, "BJ"), (sh, "HQ")):
        found = nearest(SendWindow, branch)
        assert found is not None
        assert found.branch.code == code


@pytest.mark.usefixtures("bank_window")
def test_what_it_takes_back_is_stated_by_the_node_above_again(bj_cbd: Branch, bj_hr: User) -> None:
    state_window(branch=bj_cbd, facts=HOURS, by=bj_hr)
    before = PlanningStamp.current()
    assert withdraw(SendWindow, branch=bj_cbd, by=bj_hr)
    assert PlanningStamp.current() > before
    found = nearest(SendWindow, bj_cbd)
    assert found is not None
    assert found.branch.code == "HQ"
    assert not withdraw(SendWindow, branch=bj_cbd, by=bj_hr)


def test_the_same_again_plans_nothing_anew(bj: Branch, bj_hr: User) -> None:
    state_window(branch=bj, facts=HOURS, by=bj_hr)
    state_channels(branch=bj, channels=["sms"], by=bj_hr)
    before = PlanningStamp.current()
    state_window(branch=bj, facts=HOURS, by=bj_hr)
    state_channels(branch=bj, channels=["sms"], by=bj_hr)
    assert PlanningStamp.current() == before


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("closes_at", {"opens_at": time(18), "closes_at": time(18)}),
        ("opens_at", {"opens_at": time(7, 59)}),
        ("closes_at", {"closes_at": time(21, 1)}),
        ("messages_a_day", {"messages_a_day": 5}),
        ("messages_a_day", {"messages_a_day": None}),
        ("messages_a_day", {"messages_a_day": 0}),
        ("off_days", {"off_days": "never"}),
        ("slot_to", {"slot_from": time(15)}),
        ("slot_from", {"slot_to": time(15)}),
        ("slot_to", {"slot_from": time(15), "slot_to": time(15)}),
        ("slot_from", {"slot_from": time(8), "slot_to": time(10)}),
        ("slot_to", {"slot_from": time(17), "slot_to": time(19)}),
    ],
)
@pytest.mark.usefixtures("bank_window")
def test_what_is_wrong_with_the_hours_names_its_field(
    field: str, change: dict[str, Any], bj: Branch, bj_hr: User
) -> None:
    with pytest.raises(InvalidContent) as wrong:
        state_window(branch=bj, facts=replace(HOURS, **change), by=bj_hr)
    assert set(wrong.value.problems) == {field}
    assert not SendWindow.objects.filter(branch=bj).exists()


@pytest.mark.usefixtures("bank_window")
def test_the_nearest_window_above_is_the_limit_and_not_only_the_banks(
    bj: Branch, bj_cbd: Branch, bj_hr: User
) -> None:
    state_window(branch=bj, facts=replace(HOURS, opens_at=time(10)), by=bj_hr)
    with pytest.raises(InvalidContent):
        state_window(branch=bj_cbd, facts=HOURS, by=bj_hr)
    # What a branch changes of its own is measured by the node above it, not by itself.
    state_window(branch=bj, facts=HOURS, by=bj_hr)


def test_hours_beyond_those_above_are_found_when_these_were_narrowed(
    bank_window: SendWindow, bj: Branch, sh: Branch, bj_hr: User
) -> None:
    state_window(branch=bj, facts=replace(HOURS, opens_at=time(8)), by=bj_hr)
    SendWindow.objects.create(branch=sh, opens_at=time(9), closes_at=time(18), messages_a_day=3)
    assert wider_below(bank_window) == []
    bank_window.opens_at = time(9)
    assert [one.branch.code for one in wider_below(bank_window)] == ["BJ"]


# --- Channels -----------------------------------------------------------------------------------
def test_a_branch_chooses_among_what_any_strategy_allows(bj: Branch, bj_hr: User) -> None:
    ChannelStrategy.objects.create(channels=["sms", "email"])
    ChannelStrategy.objects.create(purpose="the_day", channels=["sms", "push"])
    assert allowed_channels() == ["sms", "email", "push"]
    assert state_channels(branch=bj, channels=["push", "sms"], by=bj_hr).channels == ["push", "sms"]


@pytest.mark.parametrize("channels", [[], ["wechat"], ["sms", "sms"], ["pigeon"]])
def test_no_channel_or_a_foreign_one_or_one_twice_is_refused(
    channels: list[str], bj: Branch, bj_hr: User
) -> None:
    ChannelStrategy.objects.create(channels=["sms", "email"])
    with pytest.raises(InvalidContent) as wrong:
        state_channels(branch=bj, channels=channels, by=bj_hr)
    assert set(wrong.value.problems) == {"channels"}
    assert not BranchChannels.objects.exists()


# --- Whose it is --------------------------------------------------------------------------------
def test_only_hr_of_the_branch_or_of_one_above_writes_it(
    bank: Branch, bj: Branch, bj_cbd: Branch, bj_cbd_hr: User, sh_ljz_hr: User, hq: User
) -> None:
    reviewer = member(bj, Role.REVIEWER)
    for person in (bj_cbd_hr, sh_ljz_hr, reviewer):
        with pytest.raises(NotYours):
            state_window(branch=bj, facts=HOURS, by=person)
        with pytest.raises(NotYours):
            state_channels(branch=bj, channels=["sms"], by=person)
        with pytest.raises(NotYours):
            withdraw(SendWindow, branch=bj, by=person)
    assert not SendWindow.objects.exists()
    state_window(branch=bj, facts=HOURS, by=hq)
    state_window(branch=bj_cbd, facts=HOURS, by=bj_cbd_hr)


def test_of_two_who_write_at_once_the_second_is_told(bj: Branch, bj_hr: User, hq: User) -> None:
    both_saw = digest(None)
    state_window(branch=bj, facts=HOURS, by=hq, basis=both_saw)
    for write in (
        lambda: state_window(branch=bj, facts=AFTERNOON, by=bj_hr, basis=both_saw),
        lambda: withdraw(SendWindow, branch=bj, by=bj_hr, basis=both_saw),
    ):
        with pytest.raises(ChangedSince), transaction.atomic():
            write()
    assert WindowFacts.of(SendWindow.objects.get()) == HOURS
    state_window(branch=bj, facts=AFTERNOON, by=bj_hr, basis=digest(SendWindow.objects.get()))
    assert WindowFacts.of(SendWindow.objects.get()) == AFTERNOON
