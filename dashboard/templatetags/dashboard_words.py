"""Filters of the dashboard's templates: words for codes, colours for states, times at the branch."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from branches.models import Branch
from candidates.models import Channel
from dashboard import words
from dashboard.selections import silent_carriers
from notifications.dates import moment_text
from notifications.models import Message
from notifications.reasons import reason_words
from notifications.states import FAILED, State
from notifications.timeline import silence
from notifications.way_in import blotted
from tracking.models import Stage

register = template.Library()
register.filter("message_error", words.message_error)
register.filter("event_title", words.event_title)
register.filter("event_detail", words.event_detail)
register.filter("actor_words", words.actor_words)
register.filter("day_words", words.day_words)
register.filter("shown_text", blotted)
register.filter("silence", silence)
register.filter("reason_words", reason_words)

STAGE_TONES = {
    Stage.CONFIRMED: "good",
    Stage.DELIVERED: "calm",
    Stage.OPENED: "calm",
    Stage.UNREACHABLE: "bad",
    Stage.DECLINED: "warn",
}


@register.filter
def tone(state: str) -> str:
    """The colour of a stage's or a message's badge: good, calm, warn, bad or plain."""
    if state in FAILED:
        return "bad"
    if state == State.UNCERTAIN:
        return "warn"
    if state == State.DELIVERED:
        return "good"
    return STAGE_TONES.get(Stage(state), "plain") if state in Stage.values else "plain"


@register.filter
def error_of(code: str, channel: str) -> str:
    return words.error_words(channel, code)


@register.filter
def branch_name(branch: Branch) -> str:
    return branch.label(get_language() or "")


@register.filter
def at_branch(moment: datetime, branch: Branch) -> str:
    """A moment as the clocks at the branch show it, such as 2026年12月7日（周一）09:00."""
    return moment_text(moment.astimezone(branch.zone), get_language() or "")


@register.filter
def stamp(moment: datetime) -> str:
    """A moment of the record, in the bank's time zone: 2026-12-07 09:00."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


@register.filter
def channel_name(channel: str) -> str:
    return str(Channel(channel).label) if channel in Channel.values else channel


@register.filter
def delivery_unknowable(message: Message) -> bool:
    """Out, by a carrier that never tells whether a message arrived."""
    return message.state == State.ACCEPTED and message.provider in silent_carriers()
