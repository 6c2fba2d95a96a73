"""Whether what a message says still makes sense, asked once more at the moment of sending."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from candidates.models import JOINING, Deferral, Offer, OfferState
from notifications.models import Message, Purpose
from notifications.models.dead_letters import REPETITION
from notifications.states import State
from tracking.models import Progress

# Whatever is not named here is for people who are joining.
WANTED_WHILE = {
    Purpose.PASS_NOTICE: {OfferState.OFFERED},
    Purpose.UNREAD: {OfferState.OFFERED},
    Purpose.UNCONFIRMED: {OfferState.OFFERED},
    Purpose.WITHDRAWAL: {OfferState.WITHDRAWN},
    Purpose.HR_REPLY: set(OfferState),
    Purpose.HR_CONTACT: set(OfferState) - {OfferState.WITHDRAWN},
}
OF_THE_FIRST_DAY = {Purpose.THREE_DAYS, Purpose.ONE_DAY, Purpose.THE_DAY}
REMINDERS = {Purpose.UNREAD, Purpose.UNCONFIRMED, *OF_THE_FIRST_DAY}


def is_wanted(message: Message) -> bool:
    return not unwanted([message])


def unwanted(messages: Collection[Message]) -> set[UUID]:
    """Those of them that nobody should get any more, each with its offer and branch at hand.

    At most two queries for all reminders among them, and one for each repetition; none for anything else.
    """
    now = timezone.now()
    reminded = {one.offer_id for one in messages if one.purpose in REMINDERS}
    asking = _asking_for_deferral(reminded)
    unread = {one.offer_id for one in messages if one.purpose == Purpose.UNREAD}
    opened = _opened(unread)
    return {
        one.pk
        for one in messages
        if not concerns(
            one.offer,
            one.purpose,
            one.occurrence,
            asks=one.offer_id in asking,
            is_opened=one.offer_id in opened,
            at=now,
        )
        or _was_delivered_after_all(one)
    }


def concerns(
    offer: Offer, purpose: str, occurrence: str, *, asks: bool, is_opened: bool, at: datetime
) -> bool:
    """Whether the person, with the branch at hand, still is somebody to be told this.

    `asks`: for another first day; `is_opened`: the page.
    """
    if purpose in REMINDERS and asks:
        return False
    return not (purpose == Purpose.UNREAD and is_opened) and _fits(offer, purpose, occurrence, at=at)


def _asking_for_deferral(offers: Collection[UUID]) -> set[UUID]:
    """They have answered, and the day that a reminder would name may move."""
    return (
        set(Deferral.objects.pending().filter(offer__in=offers).values_list("offer_id", flat=True))
        if offers
        else set()
    )


def _opened(offers: Collection[UUID]) -> set[UUID]:
    found = Progress.objects.filter(pk__in=offers, opened_at__isnull=False)
    return set(found.values_list("pk", flat=True)) if offers else set()


def _fits(offer: Offer, purpose: str, occurrence: str, *, at: datetime) -> bool:
    """By the offer as it is now, with its branch at hand."""
    if offer.state not in WANTED_WHILE.get(Purpose(purpose), JOINING):
        return False
    if purpose not in OF_THE_FIRST_DAY:
        return True
    # Who has not answered in time is HR's to ask, and a day that has moved has reminders of its own.
    has_answered_or_may = offer.state == OfferState.CONFIRMED or at < offer.answer_by
    return has_answered_or_may and _is_of_this_day(offer, occurrence)


def _is_of_this_day(offer: Offer, occurrence: str) -> bool:
    """A planned reminder's occurrence starts with the first day it speaks of."""
    day, _, number = occurrence.partition("/")
    first_day = offer.onboarding_at.astimezone(offer.branch.zone).date()
    return not number or date.fromisoformat(day) == first_day


def _was_delivered_after_all(message: Message) -> bool:
    """Of a repetition: whether a late receipt said that what it repeats did arrive. Others cost no query."""
    root, repeats, _number = message.occurrence.partition(REPETITION)
    if not repeats:
        return False
    same = Message.objects.filter(offer=message.offer_id, purpose=message.purpose, state=State.DELIVERED)
    return any(one.partition(REPETITION)[0] == root for one in same.values_list("occurrence", flat=True))
