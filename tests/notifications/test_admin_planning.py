"""Headquarters states by which channels, when and at which hours is sent; what it enters wrong is told at the field."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from branches.changes import Asked
from branches.changes import page as changes_page
from branches.models import Branch, PlanningStamp
from candidates.models import Channel
from notifications.admin.planning import rule_words
from notifications.models import BranchChannels, ChannelStrategy, Purpose, ReminderRule, SendWindow
from tests.notifications.admin_pages import as_auditor, as_hq, page

__all__ = ["as_auditor", "as_hq"]
Kind, Anchor = ReminderRule.Kind, ReminderRule.Anchor
ALL = list(Channel.values)


def errors(answer: Any) -> dict[str, list[str]]:
    """By field, as the page shows them; none where the form was taken."""
    context = answer.context
    return {} if context is None else dict(context["adminform"].form.errors)


# --- Strategies ---------------------------------------------------------------------------------
def strategy_form(*order: str, **changes: Any) -> dict[str, Any]:
    form: dict[str, Any] = {"purpose": "", "position": 0}
    form |= {f"channels_{place}": channel for place, channel in enumerate(order)}
    form |= {"no_receipt_minutes_0": "", "no_receipt_minutes_1": 60}
    form |= {"unopened_minutes_0": "", "unopened_minutes_1": 60}
    return form | changes


def test_channels_are_put_in_order_and_waits_are_entered_in_hours(as_hq: Client) -> None:
    form = strategy_form(
        *("wechat", "", "email", ""),
        purpose="unread",
        no_receipt_minutes_0=4,
        unopened_minutes_0=90,
        unopened_minutes_1=1,
    )
    assert as_hq.post(page(ChannelStrategy, "add"), form).status_code == 302
    row = ChannelStrategy.objects.get()
    assert (row.channels, row.no_receipt_minutes, row.unopened_minutes) == (["wechat", "email"], 240, 90)
    shown = as_hq.get(page(ChannelStrategy, "change", row.pk)).content.decode()
    assert '<input type="number" name="no_receipt_minutes_0" value="4"' in shown
    assert '<input type="number" name="unopened_minutes_0" value="90"' in shown


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("channels", strategy_form()),
        ("channels", strategy_form("sms", "sms")),
        ("channels", strategy_form("sms", "telegraph")),
        ("on_two", strategy_form("sms", on_two="on")),
        ("no_receipt_minutes", strategy_form("sms", no_receipt_minutes_0=5, no_receipt_minutes_1=1)),
        ("unopened_minutes", strategy_form("sms", unopened_minutes_0=800)),
        ("condition", strategy_form("sms", **{"condition-category": "is"})),
        ("purpose", strategy_form("sms", purpose="birthday")),
    ],
)
def test_what_is_wrong_with_a_strategy_is_told_at_its_field(
    as_hq: Client, field: str, form: dict[str, Any]
) -> None:
    assert set(errors(as_hq.post(page(ChannelStrategy, "add"), form))) == {field}
    assert not ChannelStrategy.objects.exists()


@pytest.mark.django_db
def test_a_strategy_for_every_purpose_says_for_which_it_does_not_count(as_hq: Client) -> None:
    campus = {"condition-category": "is", "condition-category-values": ["campus"]}
    as_hq.post(page(ChannelStrategy, "add"), strategy_form("sms", purpose="unread"))
    answer = as_hq.post(page(ChannelStrategy, "add"), strategy_form("email", **campus), follow=True)
    told = [str(one) for one in answer.context["messages"]]
    assert any(str(Purpose.UNREAD.label) in one for one in told)


def test_one_purpose_has_one_strategy_for_the_same_candidates(as_hq: Client) -> None:
    campus = {"condition-category": "is", "condition-category-values": ["campus"]}
    for form in (strategy_form("sms"), strategy_form("sms", **campus)):
        assert as_hq.post(page(ChannelStrategy, "add"), form).status_code == 302
    again = as_hq.post(page(ChannelStrategy, "add"), strategy_form("email", **campus))
    assert set(errors(again)) == {"condition"}
    assert ChannelStrategy.objects.count() == 2


# --- Rules --------------------------------------------------------------------------------------
def rule_form(
    kind: ReminderRule.Kind, anchor: ReminderRule.Anchor, amount: int, **changes: Any
) -> dict[str, Any]:
    return {"kind": kind, "anchor": anchor, "amount": amount, "at": "", "active": "on"} | changes


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("anchor", rule_form(Kind.UNREAD, Anchor.FIRST_DAY, 1, at="10:00")),
        ("anchor", rule_form(Kind.ONE_DAY, Anchor.NOTICE, 1)),
        ("at", rule_form(Kind.ONE_DAY, Anchor.FIRST_DAY, 1)),
        ("at", rule_form(Kind.ONE_DAY, Anchor.FIRST_DAY, 1, at="25:00")),
        ("amount", rule_form(Kind.UNREAD, Anchor.NOTICE, 721)),
        ("condition", rule_form(Kind.UNREAD, Anchor.NOTICE, 1, **{"condition-city": "is"})),
    ],
)
def test_what_is_wrong_with_a_rule_is_told_at_its_field(
    as_hq: Client, field: str, form: dict[str, Any]
) -> None:
    assert set(errors(as_hq.post(page(ReminderRule, "add"), form))) == {field}
    assert not ReminderRule.objects.exists()


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (ReminderRule(number=1, anchor=Anchor.NOTICE, amount=24), "24 hours after the notice"),
        (ReminderRule(number=1, anchor=Anchor.DEADLINE, amount=1), "1 hour before the deadline"),
        (
            ReminderRule(number=1, anchor=Anchor.FIRST_DAY, amount=3, at=time(10)),
            "3 days before the first day, at 10:00",
        ),
        (
            ReminderRule(number=1, anchor=Anchor.FIRST_DAY, amount=1, at=time(10), working_days=True),
            "1 working day before the first day, at 10:00",
        ),
        (ReminderRule(number=1, anchor=Anchor.FIRST_DAY, amount=0, at=time(7)), "On the first day, at 07:00"),
    ],
)
def test_a_rule_says_in_plain_words_when_it_speaks(rule: ReminderRule, words: str) -> None:
    with translation.override("en"):
        assert rule_words(rule) == words


def test_a_rule_is_switched_off_and_never_deleted(as_hq: Client) -> None:
    as_hq.post(page(ReminderRule, "add"), rule_form(Kind.UNREAD, Anchor.NOTICE, 24))
    rule, before = ReminderRule.objects.get(), PlanningStamp.current()
    as_hq.post(page(ReminderRule, "change", rule.pk), rule_form(Kind.UNREAD, Anchor.NOTICE, 24, active=""))
    off = ReminderRule.objects.get()
    assert (off.active, off.number) == (False, rule.number)
    assert PlanningStamp.current() > before
    assert as_hq.post(page(ReminderRule, "delete", rule.pk), {"post": "yes"}).status_code == 403


# --- Windows and channels of any node -----------------------------------------------------------
def window_form(branch: Branch, opens: str, closes: str, **changes: Any) -> dict[str, Any]:
    form = {"branch": branch.pk, "opens_at": opens, "closes_at": closes, "off_days": "send"}
    return {**form, "slot_from": "", "slot_to": "", "messages_a_day": ""} | changes


@pytest.fixture
def bank_window(bank: Branch) -> SendWindow:
    return SendWindow.objects.create(branch=bank, opens_at=time(8), closes_at=time(21), messages_a_day=4)


@pytest.mark.parametrize(
    ("field", "opens", "closes", "changes"),
    [
        ("closes_at", "10:00", "09:00", {"messages_a_day": 4}),
        ("opens_at", "07:59", "20:00", {"messages_a_day": 4}),
        ("closes_at", "09:00", "21:01", {"messages_a_day": 4}),
        ("messages_a_day", "09:00", "20:00", {}),
        ("messages_a_day", "09:00", "20:00", {"messages_a_day": 5}),
        ("slot_to", "09:00", "20:00", {"messages_a_day": 4, "slot_from": "15:00"}),
        ("slot_from", "09:00", "20:00", {"messages_a_day": 4, "slot_from": "08:00", "slot_to": "10:00"}),
        ("off_days", "09:00", "20:00", {"messages_a_day": 4, "off_days": "never"}),
    ],
)
def test_what_is_wrong_with_a_window_is_told_at_its_field(
    as_hq: Client,
    bank_window: SendWindow,
    bj: Branch,
    field: str,
    opens: str,
    closes: str,
    changes: dict[str, Any],
) -> None:
    answer = as_hq.post(page(SendWindow, "add"), window_form(bj, opens, closes, **changes))
    assert set(errors(answer)) == {field}
    assert SendWindow.objects.get() == bank_window


def test_a_second_window_of_a_branch_is_refused_at_the_branch(
    as_hq: Client, bank: Branch, bank_window: SendWindow
) -> None:
    answer = as_hq.post(page(SendWindow, "add"), window_form(bank, "09:00", "20:00"))
    assert set(errors(answer)) == {"branch"}


def test_who_narrows_a_window_is_told_which_branches_still_send_beyond_it(
    as_hq: Client, bank_window: SendWindow, bj: Branch
) -> None:
    SendWindow.objects.create(branch=bj, opens_at=time(8), closes_at=time(21), messages_a_day=4)
    form = window_form(bank_window.branch, "09:00", "21:00", messages_a_day=4)
    answer = as_hq.post(page(SendWindow, "change", bank_window.pk), form, follow=True)
    told = [str(message) for message in answer.context["messages"]]
    assert any("BJ" in words for words in told)


def test_a_branch_uses_only_channels_that_some_strategy_allows(as_hq: Client, bj: Branch) -> None:
    ChannelStrategy.objects.create(channels=["sms", "email"])
    wrong = {"branch": bj.pk, "channels_0": "push"}
    assert set(errors(as_hq.post(page(BranchChannels, "add"), wrong))) == {"channels"}
    right = {"branch": bj.pk, "channels_0": "email", "channels_1": "sms"}
    assert as_hq.post(page(BranchChannels, "add"), right).status_code == 302
    assert BranchChannels.objects.get().channels == ["email", "sms"]


# --- Who may, and what is kept ------------------------------------------------------------------
@pytest.fixture
def rows(bank_window: SendWindow) -> list[Any]:
    return [
        bank_window,
        BranchChannels.objects.create(branch=bank_window.branch, channels=["sms"]),
        ChannelStrategy.objects.create(channels=ALL, condition={"category": {"is": ["campus"]}}),
        ReminderRule.objects.create(kind=Kind.UNREAD, anchor=Anchor.NOTICE, amount=24),
    ]


def test_the_auditor_reads_everything_in_words_and_changes_nothing(
    as_auditor: Client, rows: list[Any]
) -> None:
    for row in rows:
        model = type(row)
        assert as_auditor.get(page(model)).status_code == 200
        shown = as_auditor.get(page(model, "change", row.pk)).content.decode()
        assert 'name="_save"' not in shown
        assert 'name="channels' not in shown
        assert 'name="condition' not in shown
        assert as_auditor.get(page(model, "add")).status_code == 403
        assert as_auditor.post(page(model, "change", row.pk), {}).status_code == 403


def test_every_change_is_kept_in_words(rows: list[Any]) -> None:
    BranchChannels.objects.update(channels=["wechat", "sms"])
    SendWindow.objects.update(opens_at=time(9))
    with translation.override("en"):
        hours = changes_page(Asked(model="notifications.SendWindow")).changes[0]
        kept = changes_page(Asked(model="notifications.BranchChannels")).changes
        strategy = changes_page(Asked(model="notifications.ChannelStrategy")).changes[0]
    assert [(one.before, one.after) for one in kept[0].differences] == [("SMS", "WeChat · SMS")]
    assert [(one.before, one.after) for one in hours.differences] == [("08:00", "09:00")]
    assert "Category: Campus" in [one.after for one in strategy.differences]
