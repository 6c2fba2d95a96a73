"""Until when a message is worth sending. A reminder for yesterday, or a notice of a day that has begun, is not."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from candidates.models import Offer
from notifications.models import Message, Purpose

# These speak of a number of days, which is wrong as soon as the day is over.
OF_ONE_DAY = {Purpose.THREE_DAYS, Purpose.ONE_DAY}
BEFORE_THE_FIRST_DAY = {*OF_ONE_DAY, Purpose.PASS_NOTICE, Purpose.CHANGE_OF_FACTS, Purpose.THE_DAY}
BEFORE_THE_DEADLINE = {Purpose.UNREAD, Purpose.UNCONFIRMED}


def last_use(offer: Offer, purpose: str, *, due_at: datetime) -> datetime | None:
    """The end of the day for which a message is planned, where it speaks of that day; in the branch's time zone."""
    if purpose not in OF_ONE_DAY:
        return None
    zone = offer.branch.zone
    tomorrow = due_at.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), tzinfo=zone)


def is_too_late(message: Message, *, at: datetime) -> bool:
    """By the end it was planned with, and by the offer's moments as they are now."""
    ends = [message.expires_at]
    if message.purpose in BEFORE_THE_FIRST_DAY:
        ends.append(message.offer.onboarding_at)
    if message.purpose in BEFORE_THE_DEADLINE:
        ends.append(message.offer.answer_by)
    return any(end <= at for end in ends if end)
