"""Put a message into the outbox: by the best channel that reaches the person, at a moment the branch sends.

What is due later is not put there ahead of time: see `steps` and `looks`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from candidates.contact_points import mark_unusable
from candidates.models import Offer
from notifications.channels import is_dead_address, open_channels
from notifications.models import Message, Purpose
from notifications.policy import Policy, Way, at_once
from notifications.reasons import CHOSEN, REFUSED, UNDELIVERED, after
from notifications.schedules import look_again, look_soon
from notifications.states import SKIPPED_OR_FAILED, State
from notifications.wake import wake_on_commit
from tracking.bulk import new_row
from tracking.models import Event, Kind
from tracking.record import record

# They come by the hundred at one moment, and may wait a little for what somebody is waiting for.
MAY_WAIT = {Purpose.UNREAD, Purpose.UNCONFIRMED, Purpose.THREE_DAYS, Purpose.ONE_DAY}


def ways_for(offer: Offer, purpose: str) -> list[Way]:
    """Channels that can reach the person now with this, the best first."""
    return Policy.current().ways(offer, purpose, usable=open_channels())


def in_the_outbox(
    offer: Offer, purpose: str, way: Way, *, reasons: Sequence[str] = (), due_at: datetime, at: datetime
) -> dict[str, Any]:
    """Columns of a message that is put there at the moment `at`; beside them it has its occurrence, facts and end."""
    return {
        "offer_id": offer.pk,
        "purpose": purpose,
        "channel": way.channel,
        "reasons": [way.reason, *reasons],
        "created_at": at,
        "due_at": due_at,
        "priority": Message.Priority.REMINDER if purpose in MAY_WAIT else Message.Priority.NOTICE,
        "share_of_id": offer.branch_id,
    }


def plan(
    *,
    offer: Offer,
    purpose: Purpose,
    occurrence: str = "1",
    facts: dict[str, Any] | None = None,
    channel: str = "",
) -> Message | None:
    """Say one thing, as soon as the branch's window is open, on the first channel that can reach the person.

    `channel`: the one that HR chose; another only where it is closed by now. Runs inside the caller's transaction.
    What is planned already stays as it is. None, and an event for HR, where no channel is left.
    """
    planned = offer.messages.filter(purpose=purpose, occurrence=occurrence).order_by("created_at").first()
    if planned:
        return planned
    policy = Policy.current()
    ways = policy.ways(offer, purpose, usable=open_channels())
    if channel:
        ways = sorted(ways, key=lambda way: way.channel != channel)
        ways = [Way(way.channel, CHOSEN) if way.channel == channel else way for way in ways]
    text = json.dumps(facts, ensure_ascii=False) if facts else ""
    return _put(policy, offer, purpose, occurrence, at_once(policy, offer, purpose, ways), facts=text)


def plan_many(
    offers: Collection[Offer], *, purpose: Purpose, at: datetime, policy: Policy
) -> tuple[list[Message], list[Event]]:
    """The first messages of each of these offers, which were made a moment ago: nothing can be planned for them yet.

    Neither saved nor woken for: the messages, and the events for HR of those whom no channel reaches.
    """
    usable = open_channels()
    messages, unreachable = [], []
    for offer in offers:
        ways = at_once(policy, offer, purpose, policy.ways(offer, purpose, usable=usable))
        messages += [new_row(Message, **_placed(policy, offer, purpose, way, at=at)) for way in ways]
        if not ways:
            unreachable.append(Event(offer=offer, kind=Kind.UNREACHABLE, at=at, detail=purpose))
    return messages, unreachable


def _placed(policy: Policy, offer: Offer, purpose: str, way: Way, *, at: datetime) -> dict[str, Any]:
    """At the first moment from `at` on at which the branch sends it."""
    place = policy.place(offer, purpose, at=at)
    moved = [place.moved] if place.moved else []
    return in_the_outbox(offer, purpose, way, reasons=moved, due_at=place.at, at=at)


def hand_on(failed: Message) -> Message | None:
    """A message that failed goes to the next channel; an address at which nothing arrives is not used again."""
    if is_dead_address(failed.provider, failed.error_code):
        mark_unusable(offer_id=failed.offer_id, channel=failed.channel, code=failed.error_code)
    return plan_fallback(failed)


def plan_fallback(failed: Message) -> Message | None:
    """The same message on the next channel that was not tried yet.

    One that fails a second time (undelivered, delivered after all, then bounced) has its successor already. While
    another one of the same occurrence may still get through, the planner decides when that has taken too long.
    """
    same = list(failed.offer.messages.filter(purpose=failed.purpose, occurrence=failed.occurrence))
    newer = [one for one in same if one.created_at > failed.created_at]
    if newer:
        return min(newer, key=lambda one: one.created_at)
    if any(one.state not in SKIPPED_OR_FAILED for one in same if one.pk != failed.pk):
        look_again(failed.offer_id)
        return None
    tried = {one.channel for one in same}
    why = REFUSED if failed.state == State.REJECTED else UNDELIVERED
    policy, offer, purpose = Policy.current(), failed.offer, failed.purpose
    ways = [way for way in policy.ways(offer, purpose, usable=open_channels()) if way.channel not in tried]
    next_way = [Way(way.channel, after(failed.channel, why)) for way in ways[:1]]
    rest = {"facts": failed.facts, "expires_at": failed.expires_at}
    return _put(policy, offer, purpose, failed.occurrence, next_way, **rest)


def _put(
    policy: Policy, offer: Offer, purpose: str, occurrence: str, ways: Sequence[Way], **rest: Any
) -> Message | None:
    """Into the outbox; what somebody else put there at this moment stays. The first of them."""
    now = timezone.now()
    if not ways:
        record([Event(offer=offer, kind=Kind.UNREACHABLE, at=now, detail=purpose)])
        return None
    put = []
    for way in ways:
        key = {"offer": offer, "purpose": purpose, "occurrence": occurrence, "channel": way.channel}
        values = _placed(policy, offer, purpose, way, at=now) | rest
        message, _ = Message.objects.get_or_create(**key, defaults=values)
        put.append(message)
        wake_on_commit(way.channel)
    look_soon(offer.pk)
    return put[0]
