"""Say once more what failed and reached nobody, because somebody asked for it; never what may be out already.

A message is never reopened: carriers may still report of it, and a state moves up only. The repetition is a row of
its own, whose occurrence names the number of the repetition ("1~r1"), so that the unique key keeps it single.
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from branches.models import User
from candidates.models import Offer
from notifications.expiry import is_too_late
from notifications.models import Attempt, DeadLetter, Message
from notifications.models.dead_letters import REPETITION
from notifications.plan import ways_for
from notifications.states import State
from notifications.wake import wake_on_commit
from notifications.wanted import is_wanted

log = structlog.get_logger(__name__)


class WhyNot(StrEnum):
    """Why nothing was planned."""

    NOT_DEAD = "not_dead"  # reached meanwhile, under way, or tried again already
    UNWANTED = "unwanted"
    NO_CHANNEL = "no_channel"
    MAY_BE_OUT = "may_be_out"


class NotRepeated(Exception):
    def __init__(self, why: WhyNot) -> None:
        super().__init__(why.value)
        self.why = why


@transaction.atomic
def say_again(message_id: UUID, *, by: User | None, also_uncertain: bool = False) -> Message:
    """Plan the message anew: on its own channel, or where that is closed on the first that reaches the person.

    `also_uncertain`: even if a try ended without the carrier's answer, so that the person may get it twice.
    Raises NotRepeated. Who asks twice, or with somebody else at the same time, plans once.
    """
    # Whoever else repeats something of this offer waits here, and then finds the message no longer dead.
    offers = Offer.objects.select_for_update(no_key=True, of=("self",)).select_related("candidate")
    offer = offers.filter(messages=message_id).first()
    dead = DeadLetter.objects.filter(pk=message_id, offer=offer).first() if offer else None
    if offer is None or dead is None:
        raise NotRepeated(WhyNot.NOT_DEAD)
    dead.offer = offer
    again = Message(
        offer=offer,
        purpose=dead.purpose,
        occurrence=_next_occurrence(dead),
        channel=_channel(dead, also_uncertain=also_uncertain),
        priority=dead.priority,
        facts=dead.facts,
        due_at=timezone.now(),
        share_of_id=offer.branch_id,
        expires_at=dead.expires_at,
    )
    again.save(force_insert=True)
    wake_on_commit(again.channel)
    log.info("message_repeated", message=str(dead.pk), repetition=str(again.pk), by=str(by.pk) if by else "")
    return again


def _channel(dead: DeadLetter, *, also_uncertain: bool) -> str:
    """Raises NotRepeated where the message must not go out again."""
    if not is_wanted(dead) or is_too_late(dead, at=timezone.now()):
        raise NotRepeated(WhyNot.UNWANTED)
    if may_be_out(dead) and not also_uncertain:
        raise NotRepeated(WhyNot.MAY_BE_OUT)
    usable = [way.channel for way in ways_for(dead.offer, dead.purpose)]
    if not usable:
        raise NotRepeated(WhyNot.NO_CHANNEL)
    return dead.channel if dead.channel in usable else usable[0]


def may_be_out(dead: Message) -> bool:
    """Given up although a try ended without the carrier's answer: nobody knows whether the carrier has it."""
    given_up = dead.state == State.EXPIRED
    return given_up and Attempt.objects.filter(message=dead.pk, outcome=State.UNCERTAIN).exists()


def _next_occurrence(dead: DeadLetter) -> str:
    root = dead.occurrence.split(REPETITION)[0]
    same = dead.offer.messages.filter(purpose=dead.purpose, occurrence__startswith=f"{root}{REPETITION}")
    numbers = [int(one.split(REPETITION)[1]) for one in same.values_list("occurrence", flat=True)]
    return f"{root}{REPETITION}{max(numbers, default=0) + 1}"
