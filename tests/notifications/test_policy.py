"""What counts of all that is stated: which strategy, channels, window and rules; and how soon a change is known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from branches.models import Branch, CalendarDay
from candidates.models import Channel, Offer
from notifications import policy as policies
from notifications.models import BranchChannels, ChannelStrategy, ReminderRule, SendWindow
from notifications.policy import Policy, Way
from tests.notifications.workers import own_connection

CAMPUS, SOCIAL = ({"category": {"is": [category]}} for category in ("campus", "social"))
ALL = list(Channel.values)


def strategy(purpose: str = "", **stated: Any) -> ChannelStrategy:
    return ChannelStrategy.objects.create(**{"purpose": purpose, "channels": ["sms"], **stated})


def ways(offer: Offer, purpose: str = "pass_notice") -> list[Way]:
    return Policy.current().ways(offer, purpose, usable=ALL)


# --- Which strategy ------------------------------------------------------------------------------
def test_the_purpose_counts_before_the_condition_and_that_before_the_position(offer: Offer) -> None:
    rows = [
        strategy(),
        strategy(condition=CAMPUS, position=5),
        strategy("pass_notice", position=9),
        strategy("pass_notice", condition={"city": {"is": ["北京"]}}, position=2),
        strategy("pass_notice", condition=CAMPUS, position=1),
    ]
    for expected in reversed(rows):
        assert Policy.current().strategy(offer, "pass_notice") == expected
        expected.delete()


def test_a_condition_that_does_not_hold_and_another_purpose_do_not_count(offer: Offer) -> None:
    for_all = strategy()
    strategy(condition=SOCIAL)
    strategy("one_day")
    assert Policy.current().strategy(offer, "pass_notice") == for_all


def test_nothing_stated_allows_every_channel(offer: Offer) -> None:
    assert [way.channel for way in ways(offer)] == ["sms", "email"]


def test_people_of_different_segments_are_not_taken_for_each_other(
    offer: Offer, english_offer: Offer
) -> None:
    strategy(channels=["email"])
    strategy(condition=SOCIAL, channels=["sms"])
    policy = Policy.current()
    english_offer.candidate.category = "social"
    assert policy.strategy(offer, "one_day").channels == ["email"]
    assert policy.strategy(english_offer, "one_day").channels == ["sms"]


# --- Which channels ------------------------------------------------------------------------------
def test_each_channel_says_why_it_stands_where_it_does(offer: Offer) -> None:
    strategy(channels=["wechat", "email", "sms"])
    offer.candidate.preferred_channels = ["sms"]
    assert ways(offer) == [Way("sms", "preferred"), Way("email", "order")]


def test_the_nearest_branchs_choice_counts_for_all_below_it(offer: Offer, bj: Branch, bank: Branch) -> None:
    strategy(channels=["sms", "email"])
    offer.candidate.preferred_channels = []
    BranchChannels.objects.create(branch=bank, channels=["sms"])
    BranchChannels.objects.create(branch=bj, channels=["email", "push"])
    assert ways(offer) == [Way("email", "branch")]


def test_closed_channels_dead_addresses_and_missing_ones_are_no_ways(offer: Offer) -> None:
    strategy(channels=["wechat", "push", "sms", "email"])
    offer.candidate.unusable_channels = {"email": "550"}
    assert [way.channel for way in ways(offer)] == ["sms"]
    assert Policy.current().ways(offer, "pass_notice", usable=["email"]) == []


# --- Which window --------------------------------------------------------------------------------
def test_a_branch_sends_within_its_own_hours_and_all_above_it(
    bank: Branch, bj: Branch, bj_cbd: Branch
) -> None:
    SendWindow.objects.create(branch=bank, opens_at=time(8), closes_at=time(21), messages_a_day=4)
    SendWindow.objects.create(
        branch=bj, opens_at=time(9), closes_at=time(23, 59), messages_a_day=3, off_days="later"
    )
    window = Policy.current().window(bj_cbd)
    assert (window.opens, window.closes, window.off_days, window.a_day) == (time(9), time(21), "later", 3)
    above = Policy.current().window(bank)
    assert (above.opens, above.off_days, above.a_day) == (time(8), "send", 4)


def test_urgent_is_at_any_hour_on_any_day(bj_cbd: Branch) -> None:
    SendWindow.objects.create(branch=bj_cbd, messages_a_day=3, off_days="later")
    urgent = Policy.current().window(bj_cbd, urgent=True)
    assert (urgent.opens, urgent.closes, urgent.off_days, urgent.a_day) == (time.min, None, "send", None)


def test_a_minute_before_midnight_is_midnight(bj_cbd: Branch) -> None:
    SendWindow.objects.create(branch=bj_cbd, closes_at=time(23, 59))
    assert Policy.current().window(bj_cbd).closes is None


def test_a_day_stated_nearer_counts(bank: Branch, bj_cbd: Branch, sh_ljz: Branch) -> None:
    CalendarDay.objects.create(branch=bank, day="2026-03-13", is_working=False)
    CalendarDay.objects.create(branch=bj_cbd, day="2026-03-13", is_working=True)
    days = {branch: Policy.current().window(branch).days for branch in (bj_cbd, sh_ljz)}
    friday = date(2026, 3, 13)
    assert [days[branch].is_working(friday) for branch in (bj_cbd, sh_ljz)] == [True, False]


def test_what_is_to_be_said_is_said_in_open_hours_also_where_nobody_ever_works(
    offer: Offer, bj_cbd: Branch
) -> None:
    SendWindow.objects.create(branch=bj_cbd, opens_at=time(8), closes_at=time(21), off_days="later")
    closed = [date(2026, 2, 1) + timedelta(days=number) for number in range(90)]
    CalendarDay.objects.bulk_create([CalendarDay(branch=bj_cbd, day=day) for day in closed])
    night = datetime(2026, 2, 3, 22, tzinfo=bj_cbd.zone)
    place = Policy.current().place(offer, "pass_notice", at=night)
    assert place.at == datetime(2026, 2, 4, 8, tzinfo=bj_cbd.zone)


def test_only_rules_in_use_that_are_meant_for_the_person(offer: Offer) -> None:
    rule = {"kind": "unread", "anchor": "notice", "amount": 24}
    ReminderRule.objects.create(number=1, **rule, active=False)
    ReminderRule.objects.create(number=3, **rule)
    ReminderRule.objects.create(number=2, **rule, condition=CAMPUS)
    ReminderRule.objects.create(number=4, **rule, condition=SOCIAL)
    assert [one.number for one in Policy.current().rules_for(offer)] == [2, 3]


# --- Kept until something changes ----------------------------------------------------------------
def test_one_query_while_nothing_changes_and_seven_after_a_change(bj_cbd: Branch) -> None:
    strategy()
    Policy.current()
    with CaptureQueriesContext(connection) as unchanged:
        Policy.current()
    strategy("one_day")
    with CaptureQueriesContext(connection) as changed:
        Policy.current()
    assert (len(unchanged), len(changed)) == (1, 7)


@pytest.mark.parametrize(
    "change",
    [
        lambda _branch: strategy("one_day"),
        lambda _branch: ChannelStrategy.objects.update(urgent=True),
        lambda _branch: ChannelStrategy.objects.all().delete(),
        lambda _branch: ReminderRule.objects.create(kind="unread", anchor="notice", amount=24),
        lambda branch: SendWindow.objects.create(branch=branch),
        lambda branch: BranchChannels.objects.create(branch=branch, channels=["sms"]),
        lambda branch: CalendarDay.objects.create(branch=branch, day="2026-03-13"),
        lambda branch: Branch.objects.filter(pk=branch.pk).update(time_zone="Europe/London"),
    ],
    ids=["added", "changed", "deleted", "rule", "window", "channels", "day", "time zone"],
)
def test_every_change_is_known_at_once(bj_cbd: Branch, change: Any) -> None:
    strategy()
    before = Policy.current()
    change(bj_cbd)
    assert Policy.current().stamp > before.stamp


@pytest.mark.django_db(transaction=True)
def test_another_process_knows_of_a_change_when_it_is_committed(offer: Offer) -> None:
    strategy(channels=["email"])
    kept = Policy.current()

    def change() -> None:
        with own_connection(), transaction.atomic():
            ChannelStrategy.objects.update(channels=["sms"])

    with ThreadPoolExecutor(1) as other:
        other.submit(change).result()
    assert Policy.current() is not kept
    assert Policy.current().strategy(offer, "one_day").channels == ["sms"]


def test_a_change_that_is_taken_back_leaves_no_old_copy_behind(offer: Offer) -> None:
    strategy(channels=["email"])
    Policy.current()
    with transaction.atomic():
        ChannelStrategy.objects.update(channels=["sms"])
        assert Policy.current().strategy(offer, "one_day").channels == ["sms"]
        transaction.set_rollback(True)
    assert Policy.current().strategy(offer, "one_day").channels == ["email"]
    ChannelStrategy.objects.update(channels=["push"])
    assert Policy.current().strategy(offer, "one_day").channels == ["push"]


def test_who_has_read_the_stamp_needs_no_query(bj_cbd: Branch) -> None:
    strategy()
    stamp = Policy.current().stamp
    with CaptureQueriesContext(connection) as queries:
        assert Policy.of(stamp) is policies._kept
    assert len(queries) == 0
