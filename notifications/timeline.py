"""What happened with an offer, for people to read: events with the texts they are about, and what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext

from branches.models import User
from candidates.models import Deferral, Extension, Offer
from notifications.channels import TRANSPORTS
from notifications.compose import inline
from notifications.facts import message_values
from notifications.lint import PERSONAL_TEXT
from notifications.models import Message
from notifications.states import State
from tracking.models import Actor, Call, Event, Kind

# Most receipts come within seconds: before that nobody misses one.
MISSED_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class Entry:
    """An event with what it is about.

    `by`: the event's actor, a member of staff by name. `silence`: beside the acceptance of a message, that nobody
    knows whether it arrived. `words`: what HR wrote.
    """

    event: Event
    message: Message | None = None
    by: str = ""
    silence: str = ""
    words: str = ""
    call: Call | None = None
    extension: Extension | None = None
    deferral: Deferral | None = None


def timeline(offer: Offer) -> list[Entry]:
    """Newest first. Two queries, and one each for staff, calls, extensions and deferrals where there were any."""
    messages = {message.pk: message for message in offer.messages.select_related("version__template")}
    events = list(offer.events.order_by("-at", "-id"))
    kept = _Kept.of(offer, {Kind(event.kind) for event in events})
    staff = _staff({event.actor for event in events} - {"", *Actor.values})
    return [_entry(event, messages, kept, staff) for event in events]


def _staff(usernames: set[str]) -> dict[str, str]:
    return (
        {one.username: str(one) for one in User.objects.filter(username__in=usernames)} if usernames else {}
    )


def _entry(event: Event, messages: dict[UUID, Message], kept: _Kept, staff: dict[str, str]) -> Entry:
    message = messages.get(event.message_id) if event.message_id else None
    accepted = message if event.kind == Kind.ACCEPTED else None
    written = message if event.kind == Kind.WRITTEN else None
    return Entry(
        event,
        message,
        by=staff.get(event.actor, event.actor),
        silence=silence(accepted) if accepted else "",
        words=words_of(written) if written else "",
        call=kept.calls.get(event.at) if event.kind == Kind.CALLED else None,
        extension=kept.extensions.get(event.at) if event.kind == Kind.EXTENDED else None,
        deferral=kept.deferral(event) if event.kind in OF_DEFERRALS else None,
    )


OF_DEFERRALS = {Kind.DEFER_ASKED, Kind.DEFERRED, Kind.NOT_DEFERRED}


@dataclass(frozen=True)
class _Kept:
    """What HR and the candidate left beside the events, which hold no words of theirs.

    A call and an extension have the very moment of their event.
    """

    calls: dict[datetime, Call]
    extensions: dict[datetime, Extension]
    deferrals: list[Deferral]

    @classmethod
    def of(cls, offer: Offer, kinds: set[Kind]) -> _Kept:
        calls = offer.calls.all() if Kind.CALLED in kinds else ()
        extensions = offer.extensions.all() if Kind.EXTENDED in kinds else ()
        deferrals = offer.deferrals.order_by("asked_at", "pk") if OF_DEFERRALS & kinds else ()
        return cls({call.at: call for call in calls}, {one.at: one for one in extensions}, list(deferrals))

    def deferral(self, event: Event) -> Deferral | None:
        """The last one that was asked for, or decided, by then."""
        was_asked = event.kind == Kind.DEFER_ASKED
        moments = ((one, one.asked_at if was_asked else one.decided_at) for one in self.deferrals)
        fits = [one for one, moment in moments if moment and moment <= event.at]
        return fits[-1] if fits else None


def words_of(message: Message) -> str:
    """HR's own words in a personal message."""
    words = message_values(message.facts, language=message.offer.candidate.language).get(PERSONAL_TEXT, "")
    return inline(words, message.offer.candidate.language)


def silence(message: Message, *, at: datetime | None = None) -> str:
    """That nothing says whether a message arrived which a carrier has: never to be known, or not yet, for how long.

    "" where it is known, and for a carrier that was taken out of use: nobody knows what it could tell.
    """
    carrier = TRANSPORTS.get(message.provider)
    if message.state != State.ACCEPTED or carrier is None:
        return ""
    if not carrier.tells_delivered:
        return gettext("delivery cannot be known")
    return no_receipt(message, at=at or timezone.now())


def no_receipt(message: Message, *, at: datetime) -> str:
    """ "no receipt for 3 hours"; "" within the first minute."""
    if message.accepted_at is None or at - message.accepted_at < MISSED_AFTER:
        return ""
    return gettext("no receipt for %(age)s") % {"age": timesince(message.accepted_at, at, depth=1)}
