"""How an offer's facts move, whoever moves them: on record, told from old to new, and planned anew.

The platform (`intake/known.py`), HR (`move_by_hr`) and deferrals (`deferrals.py`) go the same way: `before_moving`,
then the new facts into the offer, then `moved`, and where the person is to hear of it `tell_changes`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from branches.acting import may_act_for
from branches.models import Branch, User
from candidates.deadline import answer_deadline
from candidates.deferral_requests import drop_pending
from candidates.locks import locked_offer
from candidates.models import JOINING, Offer, OfferState, PageToken
from notifications.facts import Change, changes_between
from notifications.models import Message, Purpose
from notifications.plan import plan
from notifications.schedules import look_again
from notifications.states import State
from tracking.models import Event, Kind
from tracking.record import actor_of, ask_anew, record

NOT_OUT = {State.PLANNED, State.SKIPPED}


class MoveRefused(Exception):
    """The offer cannot be moved so. The text tells HR why, in the language of the page."""


class PastDay(MoveRefused):
    """The first day would be over already."""


class NotJoining(MoveRefused):
    """The offer was declined or withdrawn."""


class OutOfScope(MoveRefused):
    """The offer, or the branch it is to go to, is not this person's."""


@dataclass(frozen=True)
class Before:
    """An offer as it was, and whether a text with these facts is out or on its way.

    `untold`: what changed before that and was not sent yet.
    """

    offer: Offer
    branch: Branch
    was_told: bool
    untold: Sequence[Message] = ()


def before_moving(offer: Offer) -> Before:
    """Of an offer whose row the caller holds.

    Its messages are locked now: a worker that is claiming one right now finishes first, and others pass them by. That
    comes before Progress, as a worker does it that finishes a batch; else each would wait for the other.
    """
    messages = list(offer.messages.select_for_update(no_key=True).order_by("pk"))
    return Before(
        offer=copy.copy(offer),
        branch=offer.branch,
        was_told=any(message.state not in NOT_OUT for message in messages),
        untold=[one for one in messages if _is_untold_change(one)],
    )


def _is_untold_change(message: Message) -> bool:
    return message.purpose == Purpose.CHANGE_OF_FACTS and message.state == State.PLANNED


def moved(offer: Offer, *, before: Before, events: Sequence[Event]) -> None:
    """Save the offer with its new facts, its page for long enough, the events, and have it planned anew.

    Messages that tell of earlier changes and are not out yet are left out: what they say is no longer so.
    """
    offer.changes += 1
    offer.save()
    offer.page_tokens.update(expires_at=PageToken.expiry(offer.onboarding_at))
    _leave_out(before.untold)
    if offer.onboarding_at != before.offer.onboarding_at:
        # Asked for while another day stood; an answer would be about a day that nobody means any more.
        drop_pending(offer)
    record(events)
    if offer.answer_by > before.offer.answer_by:
        ask_anew(offer.pk)
    look_again(offer.pk)


def tell_changes(offer: Offer, *, before: Before, apart_from: Sequence[str] = ()) -> None:
    """Old → new, with earlier changes that were not sent yet; not to people who were told nothing so far.

    `apart_from`: facts the person hears of by another message.
    """
    changes = [
        change
        for change in merged(before.untold, changes_between(before.offer, offer, old_branch=before.branch))
        if change["what"] not in apart_from
    ]
    if changes and before.was_told and offer.state in JOINING:
        facts = {"changes": changes}
        plan(offer=offer, purpose=Purpose.CHANGE_OF_FACTS, occurrence=str(offer.changes), facts=facts)


def merged(untold: Sequence[Message], changes: Sequence[Change]) -> list[Change]:
    """From what the person knows to what is so now; without what came back to where it was."""
    steps: list[Change] = []
    for message in sorted(untold, key=lambda one: one.created_at):
        steps += json.loads(message.facts)["changes"]
    whole: dict[str, Change] = {}
    for step in (*steps, *changes):
        known = whole.get(step["what"], step)
        whole[step["what"]] = {**known, "new": step["new"]}
    return [change for change in whole.values() if change["old"] != change["new"]]


def _leave_out(messages: Sequence[Message]) -> None:
    keys = [message.pk for message in messages]
    if keys:
        Message.objects.filter(pk__in=keys).update(state=State.SKIPPED)


# --- By HR --------------------------------------------------------------------------------------
@transaction.atomic
def move_by_hr(*, offer: Offer, onboarding_at: datetime, branch: Branch, by: User) -> Offer:
    """Another first day, another branch, or both. Raises PastDay, NotJoining or OutOfScope, all MoveRefused.

    Who had confirmed is asked again: a yes to one day at one place is not a yes to another.
    """
    moving = locked_offer(offer.pk)
    _check(moving, onboarding_at, branch, by)
    if (moving.onboarding_at, moving.branch_id) == (onboarding_at, branch.pk):
        return moving
    before = before_moving(moving)
    moving.onboarding_at, moving.branch = onboarding_at, branch
    events = [event_of(moving, Kind.CHANGED, by=by), *offer_again(moving, by=by)]
    moved(moving, before=before, events=events)
    tell_changes(moving, before=before)
    return moving


def _check(offer: Offer, onboarding_at: datetime, branch: Branch, by: User) -> None:
    category = offer.candidate.category
    if not all(may_act_for(by, branch=node, category=category) for node in (offer.branch, branch)):
        raise OutOfScope(gettext("You may not move candidates from or to this branch."))
    if offer.state not in JOINING:
        raise NotJoining(gettext("The offer was declined or withdrawn: there is no first day to move."))
    if onboarding_at <= timezone.now():
        raise PastDay(gettext("The first day must lie ahead."))


def offer_again(offer: Offer, *, by: User | None) -> list[Event]:
    """Ask for an answer to the facts as they are now; the events of it, which start a new round after a yes."""
    had_confirmed = offer.state == OfferState.CONFIRMED
    offer.state = OfferState.OFFERED
    offer.answer_by = new_deadline(offer)
    return [event_of(offer, Kind.OFFERED, by=by)] if had_confirmed else []


def new_deadline(offer: Offer) -> datetime:
    """As for a new offer; a longer time that was given already stays, up to the first day."""
    usual = answer_deadline(offer.onboarding_at, now=timezone.now(), zone=offer.branch.zone)
    return max(usual, min(offer.answer_by, offer.onboarding_at))


def event_of(
    offer: Offer,
    kind: Kind,
    *,
    by: User | None = None,
    actor: str = "",
    channel: str = "",
    detail: str = "",
) -> Event:
    """Not yet recorded. `by`: the member of staff who did it; else `actor`, "" for a rule."""
    return Event(
        offer=offer,
        kind=kind,
        at=timezone.now(),
        channel=channel,
        actor=actor_of(by) if by else actor,
        detail=detail,
    )
