"""Which message, by which channel: the candidate's preference first, then what the bank can use."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils import timezone

from candidates.contact_points import mark_unusable
from candidates.models import Candidate, Channel, Offer
from notifications.channels import is_dead_address, open_channels
from notifications.expiry import last_use
from notifications.models import Message, Purpose
from notifications.wake import wake_on_commit
from tracking.bulk import new_row
from tracking.models import Event, Kind
from tracking.record import record

DEFAULT_ORDER = [Channel.SMS, Channel.EMAIL, Channel.WECHAT, Channel.PUSH]
# They come by the hundred at one moment, and may wait a little for what somebody is waiting for.
REMINDERS = {Purpose.UNREAD, Purpose.UNCONFIRMED, Purpose.THREE_DAYS, Purpose.ONE_DAY}


def channels_for(candidate: Candidate, *, usable: Collection[str] | None = None) -> list[str]:
    """Channels that can reach the person now, the preferred ones first. `usable`: those that are open, if known."""
    usable = open_channels() if usable is None else usable
    order = dict.fromkeys([*candidate.preferred_channels, *DEFAULT_ORDER])
    return [channel for channel in order if channel in usable and candidate.can_be_reached_on(channel)]


def plan(
    *, offer: Offer, purpose: Purpose, occurrence: str = "1", facts: dict[str, Any] | None = None
) -> Message | None:
    """Put one message into the outbox, on the first channel that can reach the person.

    Runs inside the caller's transaction. What is planned already stays as it is. None, and an event for HR, where
    no channel is left.
    """
    planned = offer.messages.filter(purpose=purpose, occurrence=occurrence).order_by("created_at").first()
    return planned or _plan_on_next(
        offer, purpose, occurrence, json.dumps(facts, ensure_ascii=False) if facts else ""
    )


def plan_many(
    offers: Collection[Offer], *, purpose: Purpose, at: datetime
) -> tuple[list[Message], list[Event]]:
    """The first message of each of these offers, which were made a moment ago: nothing can be planned for them yet.

    Neither saved nor woken for: the messages, and the events for HR of those whom no channel reaches.
    """
    usable = open_channels()
    messages, unreachable = [], []
    for offer in offers:
        if channels := channels_for(offer.candidate, usable=usable):
            place = _place(offer, purpose, at)
            message = new_row(
                Message, offer_id=offer.pk, purpose=purpose, channel=channels[0], created_at=at, **place
            )
            messages.append(message)
        else:
            unreachable.append(Event(offer=offer, kind=Kind.UNREACHABLE, at=at, detail=purpose))
    return messages, unreachable


def _place(offer: Offer, purpose: str, at: datetime) -> dict[str, Any]:
    """A new message's place in the outbox: when it is due, until when, and before and beside which others."""
    return {
        "due_at": at,
        "expires_at": last_use(offer, purpose, due_at=at),
        "priority": Message.Priority.REMINDER if purpose in REMINDERS else Message.Priority.NOTICE,
        "share_of_id": offer.branch_id,
    }


def hand_on(failed: Message) -> Message | None:
    """A message that failed goes to the next channel; an address at which nothing arrives is not used again."""
    if is_dead_address(failed.provider, failed.error_code):
        mark_unusable(offer_id=failed.offer_id, channel=failed.channel, code=failed.error_code)
    return plan_fallback(failed)


def plan_fallback(failed: Message) -> Message | None:
    """The same message on the next channel that was not tried yet.

    One that fails a second time (undelivered, delivered after all, then bounced) has its successor already.
    """
    same = failed.offer.messages.filter(purpose=failed.purpose, occurrence=failed.occurrence)
    successor = same.filter(created_at__gt=failed.created_at).order_by("created_at").first()
    return successor or _plan_on_next(failed.offer, failed.purpose, failed.occurrence, failed.facts)


def _plan_on_next(offer: Offer, purpose: str, occurrence: str, facts: str) -> Message | None:
    tried = set(
        offer.messages.filter(purpose=purpose, occurrence=occurrence).values_list("channel", flat=True)
    )
    channel = next((name for name in channels_for(offer.candidate) if name not in tried), None)
    if channel is None:
        record([Event(offer=offer, kind=Kind.UNREACHABLE, at=timezone.now(), detail=purpose)])
        return None
    key = {"offer": offer, "purpose": purpose, "occurrence": occurrence, "channel": channel}
    rest = {"facts": facts, **_place(offer, purpose, timezone.now())}
    message, _ = Message.objects.get_or_create(**key, defaults=rest)
    wake_on_commit(channel)
    return message
