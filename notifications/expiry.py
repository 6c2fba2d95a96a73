"""Until when a message is worth sending. A reminder for yesterday, or a notice of a day that has begun, is not."""

from __future__ import annotations

from datetime import datetime

from notifications.models import Message, Purpose

BEFORE_THE_FIRST_DAY = {
    Purpose.PASS_NOTICE,
    Purpose.CHANGE_OF_FACTS,
    Purpose.THREE_DAYS,
    Purpose.ONE_DAY,
    Purpose.THE_DAY,
}
BEFORE_THE_DEADLINE = {Purpose.UNREAD, Purpose.UNCONFIRMED}


def is_too_late(message: Message, *, at: datetime) -> bool:
    """By the end it was planned with, and by the offer's moments as they are now."""
    ends = [message.expires_at]
    if message.purpose in BEFORE_THE_FIRST_DAY:
        ends.append(message.offer.onboarding_at)
    if message.purpose in BEFORE_THE_DEADLINE:
        ends.append(message.offer.answer_by)
    return any(end <= at for end in ends if end)
