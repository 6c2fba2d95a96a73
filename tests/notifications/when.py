"""One written case of what goes out when: what is stated, what happens, and every message to the minute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from branches.models import Branch, CalendarDay
from candidates.deadline import answer_deadline
from candidates.models import DeclineReason, Offer
from notifications.models import BranchChannels, ChannelStrategy, Purpose, ReminderRule, SendWindow
from notifications.plan import plan
from tests.factories import OfferFactory
from tests.notifications.played import Play, in_order
from tracking import answers
from tracking.models import Kind

SHANGHAI = "Asia/Shanghai"
ADDRESSES = {"sms": "phone", "email": "email", "wechat": "wechat_openid", "push": "push_id"}
EXAMPLES = {"sms": "+8613800138000", "email": "xm@example.com", "wechat": "oHAIYUE1", "push": "p1"}

Rows = tuple[dict[str, Any], ...]

# What the sample bank states (see notifications/sample/planning.toml), in short.
USUAL_STRATEGIES: Rows = (
    {"purpose": "", "channels": ["wechat", "sms", "email", "push"], "no_receipt_minutes": 240},
    {
        "purpose": "pass_notice",
        "channels": ["wechat", "sms", "email", "push"],
        "no_receipt_minutes": 120,
        "unopened_minutes": 120,
        "urgent": True,
    },
    {"purpose": "the_day", "channels": ["wechat", "sms", "email", "push"], "urgent": True},
    {"purpose": "change_of_facts", "channels": ["wechat", "sms", "email", "push"], "urgent": True},
    {"purpose": "deferral_answered", "channels": ["wechat", "sms", "email", "push"], "urgent": True},
)
USUAL_RULES: Rows = (
    {"kind": "unread", "anchor": "notice", "amount": 24},
    {"kind": "unconfirmed", "anchor": "notice", "amount": 48},
    {"kind": "unconfirmed", "anchor": "deadline", "amount": 24},
    {"kind": "hr_task", "anchor": "deadline", "amount": 12},
    {"kind": "three_days", "anchor": "first_day", "amount": 3, "at": time(10)},
    {"kind": "one_day", "anchor": "first_day", "amount": 1, "at": time(10)},
    {"kind": "the_day", "anchor": "first_day", "amount": 0, "at": time(7)},
)
USUAL_WINDOW: dict[str, Any] = {"opens_at": time(8), "closes_at": time(21)}


@dataclass(frozen=True)
class Case:
    """`happens`: lines "03-02 11:00 opens"; `sent`: lines "03-02 10:00 pass_notice sms", both by the branch's clocks.

    `passed` and `first_day` are of the branch's clocks as well. What may happen: see `HAPPENINGS`.
    """

    name: str
    sent: str
    passed: str = "2026-03-02 10:00"
    first_day: str = "2026-03-16 09:00"
    prefers: str = "sms"
    reached_by: str = "sms email wechat push"
    happens: str = ""
    carriers: dict[str, str] = field(default_factory=dict)
    zone: str = SHANGHAI
    calendar: str = "china"
    category: str = "social"
    strategies: Rows = USUAL_STRATEGIES
    rules: Rows = USUAL_RULES
    window: dict[str, Any] | None = field(default_factory=lambda: dict(USUAL_WINDOW))
    branch_channels: str = ""
    # Days stated beside the calendar, and whether they are worked.
    days: dict[str, bool] = field(default_factory=dict)


def play(case: Case, *, branch: Branch) -> tuple[list[str], list[str]]:
    """What was sent, and when HR was given a task, each by the branch's clocks."""
    _state(case, branch)
    zone = ZoneInfo(case.zone)
    passed = datetime.fromisoformat(case.passed).replace(tzinfo=zone)
    first_day = datetime.fromisoformat(case.first_day).replace(tzinfo=zone)
    offers: list[Offer] = []
    game = Play(answers=dict(case.carriers))
    game.happens(passed, lambda: offers.append(_pass(case, branch, passed, first_day)))
    for line in filter(None, map(str.strip, case.happens.splitlines())):
        at, what = _moment(line, passed)
        game.happens(at, _happening(what, offers, zone))
    game.until(first_day + timedelta(days=60), start=passed)
    offer = offers[0]
    tasks = offer.events.filter(kind=Kind.HANDED_OVER).order_by("at")
    return list(in_order(game.sent, offer)), [f"{one.at.astimezone(zone):%m-%d %H:%M}" for one in tasks]


def _state(case: Case, branch: Branch) -> None:
    branch.time_zone, branch.calendar = case.zone, case.calendar
    branch.save()
    for row in case.strategies:
        ChannelStrategy.objects.create(**row)
    for number, row in enumerate(case.rules, 1):
        ReminderRule.objects.create(number=number, **row)
    if case.window:
        SendWindow.objects.create(branch=branch, **case.window)
    if case.branch_channels:
        BranchChannels.objects.create(branch=branch, channels=case.branch_channels.split())
    for day, is_working in case.days.items():
        CalendarDay.objects.create(branch=branch, day=day, is_working=is_working)


def _pass(case: Case, branch: Branch, at: datetime, first_day: datetime) -> Offer:
    """As an interview platform's signal leaves it."""
    addresses = {ADDRESSES[channel]: "" for channel in ADDRESSES}
    addresses |= {ADDRESSES[channel]: EXAMPLES[channel] for channel in case.reached_by.split()}
    offer = OfferFactory.create(
        branch=branch,
        candidate__preferred_channels=case.prefers.split(),
        candidate__category=case.category,
        onboarding_at=first_day,
        answer_by=answer_deadline(first_day, now=at, zone=branch.zone),
        **{f"candidate__{name}": value for name, value in addresses.items()},
    )
    plan(offer=offer, purpose=Purpose.PASS_NOTICE)
    return offer


def _moment(line: str, passed: datetime) -> tuple[datetime, str]:
    day, clock, what = line.split(" ", 2)
    at = datetime.fromisoformat(f"{passed.year}-{day} {clock}").replace(tzinfo=passed.tzinfo)
    return (at if at >= passed else at.replace(year=passed.year + 1)), what


def _happening(what: str, offers: list[Offer], zone: ZoneInfo) -> Callable[[], object]:
    word, _, rest = what.partition(" ")
    return lambda: HAPPENINGS[word](Offer.objects.get(pk=offers[0].pk), rest, zone)


# --- What may happen ------------------------------------------------------------------------------
def _opens(offer: Offer, channel: str, _zone: ZoneInfo) -> None:
    answers.mark_opened(offer=offer, channel=channel or "sms")


def _confirms(offer: Offer, _rest: str, _zone: ZoneInfo) -> None:
    answers.confirm(offer=offer, channel="sms")


def _declines(offer: Offer, _rest: str, _zone: ZoneInfo) -> None:
    answers.decline(offer=offer, channel="sms", reason=DeclineReason.OTHER)


HAPPENINGS: dict[str, Callable[[Offer, str, ZoneInfo], object]] = {
    "opens": _opens,
    "confirms": _confirms,
    "declines": _declines,
}
