"""What may happen to a person in a written case: a word, then what it needs, as `HAPPENINGS` knows it.

A day is written "03-20", in the case's year or the one after; a moment "03-20 14:00".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.test import override_settings
from django.utils import timezone

from branches.models import Branch, CalendarDay
from candidates.models import DeclineReason, DeferralReason
from candidates.wechat_binding import bind
from notifications.answered_by_hr import record_answer
from notifications.channels.base import Following
from notifications.deferrals import decide, request_deferral, withdraw_request
from notifications.extensions import extend
from notifications.followers import take_followings
from notifications.models import ChannelStrategy, ReminderRule, SendWindow
from notifications.moves import move_by_hr
from notifications.pauses import pause, resume
from notifications.personal import write
from tests.factories import BranchFactory
from tracking import answers

if TYPE_CHECKING:
    from tests.notifications.when import Person


# --- The candidate -----------------------------------------------------------------------------
def _opens(who: Person, channel: str = "sms") -> None:
    answers.mark_opened(offer=who.offer, channel=channel)


def _confirms(who: Person) -> None:
    answers.confirm(offer=who.offer, channel="sms")


def _declines(who: Person) -> None:
    answers.decline(offer=who.offer, channel="sms", reason=DeclineReason.OTHER)


def _asks(who: Person, day: str) -> None:
    wanted = who.case.moment(day).date()
    request_deferral(offer=who.offer, wanted=wanted, reason=DeferralReason.HEALTH, channel="sms")


def _takes_back(who: Person) -> None:
    withdraw_request(offer=who.offer)


def _leaves_wechat(who: Person) -> None:
    take_followings([Following(who.offer.candidate.wechat_openid, follows=False, at=timezone.now())])


def _follows_wechat(who: Person) -> None:
    take_followings([Following(who.offer.candidate.wechat_openid, follows=True, at=timezone.now())])


def _binds_wechat(who: Person) -> None:
    bind(who.offer.candidate, openid="oBound", follows=True, told_at=None)


# --- The platform ------------------------------------------------------------------------------
def _platform_moves(who: Person, day: str, clock: str) -> None:
    who.tell(onboarding_at=who.case.moment(f"{day} {clock}").isoformat())


def _platform_renames(who: Person, title: str) -> None:
    who.tell(position__title=title)


def _platform_withdraws(who: Person) -> None:
    who.tell(result="failed")


def _platform_renews(who: Person) -> None:
    who.tell(result="passed")


def _platform_knows(who: Person, field: str, value: str) -> None:
    who.tell(**{f"candidate__{field}": value})


# --- HR ----------------------------------------------------------------------------------------
def _hr_confirms(who: Person) -> None:
    record_answer(offer=who.offer, reason=None, by=who.hr)


def _hr_declines(who: Person) -> None:
    record_answer(offer=who.offer, reason=DeclineReason.OTHER, by=who.hr)


def _hr_moves(who: Person, day: str, clock: str) -> None:
    moment = who.case.moment(f"{day} {clock}")
    move_by_hr(offer=who.offer, onboarding_at=moment, branch=who.offer.branch, by=who.hr)


def _hr_sends_elsewhere(who: Person) -> None:
    """To SH-LJZ, with the same moment to start."""
    branch = Branch.objects.filter(code="SH-LJZ").first() or BranchFactory.create(
        parent=Branch.objects.get(depth=1), code="SH-LJZ", time_zone=who.case.elsewhere
    )
    move_by_hr(offer=who.offer, onboarding_at=who.offer.onboarding_at, branch=branch, by=who.hr)


def _grants(who: Person, day: str = "") -> None:
    chosen = who.case.moment(day).date() if day else None
    decide(deferral=who.offer.deferrals.pending().get(), by=who.hr, grant=True, day=chosen)


def _refuses(who: Person) -> None:
    decide(deferral=who.offer.deferrals.pending().get(), by=who.hr, grant=False)


def _extends(who: Person, day: str, clock: str) -> None:
    extend(offer=who.offer, until=who.case.moment(f"{day} {clock}"), reason="-", by=who.hr)


def _writes(who: Person, channel: str) -> None:
    write(offer=who.offer, channel=channel, text="-", by=who.hr, occurrence=uuid4())


# --- Headquarters ------------------------------------------------------------------------------
def _states_day(who: Person, day: str, word: str) -> None:
    CalendarDay.objects.create(
        branch=who.branch, day=who.case.moment(day).date(), is_working=word == "worked"
    )


def _switches_rule_off(_who: Person, number: str) -> None:
    ReminderRule.objects.filter(number=number).update(active=False)


def _changes_rule(_who: Person, number: str, amount: str) -> None:
    ReminderRule.objects.filter(number=number).update(amount=amount)


def _adds_rule(_who: Person, kind: str, anchor: str, amount: str, at: str = "") -> None:
    clock = {"at": time.fromisoformat(at)} if at else {}
    ReminderRule.objects.create(kind=kind, anchor=anchor, amount=amount, **clock)


def _states_window(who: Person, opens: str, closes: str, off_days: str = "send") -> None:
    hours = {"opens_at": time.fromisoformat(opens), "closes_at": time.fromisoformat(closes)}
    stated = {**hours, "off_days": off_days, "slot_from": None, "slot_to": None}
    SendWindow.objects.update_or_create(branch=who.branch, defaults=stated)


def _allows(_who: Person, purpose: str, *channels: str) -> None:
    ChannelStrategy.objects.filter(purpose="" if purpose == "all" else purpose).update(
        channels=list(channels)
    )


# --- The machines ------------------------------------------------------------------------------
def _pauses(_who: Person, channel: str) -> None:
    pause(channel=channel, by=None, reason="-")


def _resumes(_who: Person, channel: str) -> None:
    resume(channel=channel)


def _loses_sms(who: Person) -> None:
    """No carrier of text messages is set up any more, to the end of the game."""
    who.game.undone_at_end.enter_context(override_settings(SMS_PROVIDERS=[]))


def _carrier(who: Person, channel: str, *answer: str) -> None:
    who.game.answers[channel] = " ".join(answer)


def _planner_stops(who: Person) -> None:
    who.game.planner_is_down = True


def _planner_starts(who: Person) -> None:
    who.game.planner_is_down = False


HAPPENINGS: dict[str, Callable[..., Any]] = {
    "opens": _opens,
    "confirms": _confirms,
    "declines": _declines,
    "asks": _asks,
    "takes_back": _takes_back,
    "leaves_wechat": _leaves_wechat,
    "follows_wechat": _follows_wechat,
    "binds_wechat": _binds_wechat,
    "platform_moves": _platform_moves,
    "platform_renames": _platform_renames,
    "platform_withdraws": _platform_withdraws,
    "platform_renews": _platform_renews,
    "platform_knows": _platform_knows,
    "hr_confirms": _hr_confirms,
    "hr_declines": _hr_declines,
    "hr_moves": _hr_moves,
    "hr_sends_elsewhere": _hr_sends_elsewhere,
    "grants": _grants,
    "refuses": _refuses,
    "extends": _extends,
    "writes": _writes,
    "states_day": _states_day,
    "switches_rule_off": _switches_rule_off,
    "changes_rule": _changes_rule,
    "adds_rule": _adds_rule,
    "states_window": _states_window,
    "allows": _allows,
    "pauses": _pauses,
    "resumes": _resumes,
    "loses_sms": _loses_sms,
    "carrier": _carrier,
    "planner_stops": _planner_stops,
    "planner_starts": _planner_starts,
}
