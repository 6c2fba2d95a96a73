"""Until when a candidate may answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings


def answer_deadline(onboarding_at: datetime, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Six in the evening after a few days to think, of the day before onboarding at the latest.

    Where that is over already: until onboarding starts, or, when that is past too, the few days all the same.
    """
    soon = _evening(now + timedelta(days=settings.ANSWER_WITHIN_DAYS), zone)
    day_before = _evening(onboarding_at - timedelta(days=1), zone)
    if day_before > now:
        return min(soon, day_before)
    return onboarding_at if onboarding_at > now else soon


def _evening(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(hour=18, minute=0, second=0, microsecond=0)


class NoExtension(StrEnum):
    """Why a moment is no later deadline."""

    PAST = "past"
    NOT_LATER = "not_later"
    AFTER_THE_FIRST_DAY = "after_the_first_day"


def no_extension(
    until: datetime, *, answer_by: datetime, onboarding_at: datetime, now: datetime
) -> NoExtension | None:
    """Why the deadline cannot be moved from `answer_by` to `until`; None where it can."""
    if until <= now:
        return NoExtension.PAST
    if until > onboarding_at:
        return NoExtension.AFTER_THE_FIRST_DAY
    return NoExtension.NOT_LATER if until <= answer_by else None
