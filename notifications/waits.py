"""How long something waits, as people say it: minutes, or hours and days where they are whole."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

HOUR, DAY = 60, 24 * 60
UNITS = {1: _("minutes"), HOUR: _("hours"), DAY: _("days")}


def parts_of_wait(minutes: int) -> tuple[int, int]:
    """The number and its unit in minutes: 240 is (4, 60). A day and a half stays in hours, and two days are days."""
    unit = next(unit for unit in (DAY, HOUR, 1) if minutes % unit == 0 and minutes >= unit)
    return minutes // unit, unit


def wait_words(minutes: int) -> str:
    """Such as "4 hours"."""
    number, unit = parts_of_wait(minutes)
    if unit == DAY:
        return ngettext("%(count)s day", "%(count)s days", number) % {"count": number}
    if unit == HOUR:
        return ngettext("%(count)s hour", "%(count)s hours", number) % {"count": number}
    return ngettext("%(count)s minute", "%(count)s minutes", number) % {"count": number}
