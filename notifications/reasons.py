"""Why a message goes out by this channel and at this moment: short codes in its row, words for people.

On the channel: `preferred`, `branch` (the branch put it first), `order` (headquarters' order), `chosen` (by HR), `both`
(critical: on two at once), `after:<channel>:<why>[:<minutes>]`. On the moment: `notice:<hours>`, `deadline:<hours>`,
`first_day:<days>`, `first_working_day:<days>` (the rule), `window`, `day_off:earlier`, `day_off:later`, `full_day`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.translation import gettext, ngettext

from candidates.models import Channel
from notifications.models import ReminderRule

PREFERRED, BRANCH, ORDER, CHOSEN, BOTH = "preferred", "branch", "order", "chosen", "both"
FULL_DAY = "full_day"
REFUSED, UNDELIVERED, NO_RECEIPT, UNOPENED = "refused", "undelivered", "no_receipt", "unopened"


def after(channel: str, why: str, *, minutes: int | None = None) -> str:
    return f"after:{channel}:{why}" + (f":{minutes}" if minutes else "")


def of_rule(rule: ReminderRule) -> str:
    """By which rule."""
    is_working = rule.anchor == ReminderRule.Anchor.FIRST_DAY and rule.working_days
    return f"{'first_working_day' if is_working else rule.anchor}:{rule.amount}"


def reason_words(reasons: Iterable[str]) -> list[str]:
    """In the language of whoever reads; what nobody knows any more is left out."""
    found = (_words(reason) for reason in reasons)
    return [words for words in found if words]


def _words(reason: str) -> str:
    code, *details = reason.split(":")
    try:
        return WORDS[code](*details)
    except (KeyError, TypeError, ValueError):
        return ""


def _after(channel: str, why: str, minutes: str = "") -> str:
    label = str(Channel(channel).label)
    match why:
        case "no_receipt":
            text = gettext("after %(time)s without a receipt from %(channel)s")
        case "unopened":
            text = gettext("not opened %(time)s after %(channel)s")
        case "undelivered":
            text = gettext("%(channel)s did not arrive")
        case _:
            text = gettext("%(channel)s was refused")
    return text % {"channel": label, "time": span(int(minutes or 0))}


def span(minutes: int) -> str:
    """Whole hours as hours."""
    if minutes % 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    return _hours(minutes // 60)


def _hours(hours: int) -> str:
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}


def _notice(hours: str) -> str:
    return gettext("%(time)s after the notice") % {"time": _hours(int(hours))}


def _deadline(hours: str) -> str:
    if hours == "0":
        return gettext("at the deadline")
    return gettext("%(time)s before the deadline") % {"time": _hours(int(hours))}


def _first_day(days: str) -> str:
    if days == "0":
        return gettext("on the first day")
    count = int(days)
    return ngettext("%(count)s day before the first day", "%(count)s days before the first day", count) % {
        "count": count
    }


def _first_working_day(days: str) -> str:
    if days == "0":
        return gettext("on the first day")
    count = int(days)
    return ngettext(
        "%(count)s working day before the first day", "%(count)s working days before the first day", count
    ) % {"count": count}


def _day_off(direction: str) -> str:
    if direction == "earlier":
        return gettext("moved before a day off")
    return gettext("moved behind a day off")


WORDS: dict[str, Callable[..., str]] = {
    PREFERRED: lambda: gettext("preferred by the candidate"),
    BRANCH: lambda: gettext("chosen by the branch"),
    ORDER: lambda: gettext("first that reaches the person"),
    CHOSEN: lambda: gettext("chosen by HR"),
    BOTH: lambda: gettext("on two channels at once"),
    "after": _after,
    "notice": _notice,
    "deadline": _deadline,
    "first_day": _first_day,
    "first_working_day": _first_working_day,
    "window": lambda: gettext("moved into the sending hours"),
    "day_off": _day_off,
    FULL_DAY: lambda: gettext("enough messages on the day before"),
}
