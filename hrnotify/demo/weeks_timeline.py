"""What came to each person in the three weeks, and why: lines for people to read, and keys to check them by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext

from candidates.models import Deferral, DeferralState
from hrnotify.demo.weeks_cast import Person
from notifications.models import Message
from notifications.reasons import reason_words
from tracking.models import Event, Kind

# What a message's own line says already.
IN_THE_MESSAGES = {Kind.ACCEPTED, Kind.DELIVERED, Kind.FAILED, Kind.SKIPPED}


@dataclass(frozen=True)
class Line:
    """`order`: among what happened at the same moment."""

    at: datetime
    order: int
    key: str
    words: str


def timeline(person: Person) -> list[Line]:
    """Events and messages, by the clocks of the person's branch; nothing that only repeats a message's own line."""
    events = Event.objects.filter(offer=person.offer_id).exclude(kind__in=IN_THE_MESSAGES)
    messages = Message.objects.filter(offer=person.offer_id).order_by("created_at", "pk")
    lines = [_of_event(event, person) for event in events.order_by("at", "pk")]
    lines += [_of_message(message, person, place) for place, message in enumerate(messages, 1)]
    return sorted(lines, key=lambda line: (line.at, line.order))


def _of_event(event: Event, person: Person) -> Line:
    key, words = _key(event.at, person, event.kind), event.get_kind_display()
    if event.kind == Kind.DEFERRED:
        moved = _moved(person)
        key, words = f"{key} {moved}", f"{words}: {moved}"
    if event.kind == Kind.HANDED_OVER:
        words = _with_reasons(words, [event.detail])
    # A decision goes before the message that tells it.
    return Line(event.at, 0, key, words)


def _moved(person: Person) -> str:
    granted = Deferral.objects.filter(offer=person.offer_id, state=DeferralState.GRANTED)
    days = granted.values_list("before", "granted").order_by("decided_at").last() or ()
    return " → ".join(f"{day.astimezone(person.zone):%m-%d}" for day in days if day)


def _of_message(message: Message, person: Person, place: int) -> Line:
    at = message.first_sent_at or message.due_at
    key = _key(at, person, message.purpose, message.channel, message.state)
    what = " · ".join(
        [message.get_purpose_display(), message.get_channel_display(), message.get_state_display()]
    )
    return Line(at, place, key, _with_reasons(what, message.reasons))


def _with_reasons(what: str, reasons: Iterable[str]) -> str:
    return f"{what}    {gettext('; ').join(reason_words(reasons))}"


def _key(at: datetime, person: Person, *words: str) -> str:
    return " ".join([f"{at.astimezone(person.zone):%m-%d %H:%M}", *words])


def told(cast: Sequence[Person]) -> str:
    """Everybody's timeline, one after the other."""
    return "\n".join(line for person in cast for line in ("", _headline(person), *_lines(person)))


def _headline(person: Person) -> str:
    first_day = gettext("first day %(day)s") % {"day": _clock(person.at(person.first_day))}
    return f"{person.name} · {person.branch} · {first_day} – {person.shows}"


def _lines(person: Person) -> list[str]:
    return [
        f"  {_clock(line.at.astimezone(person.zone))}  {line.words}".rstrip() for line in timeline(person)
    ]


def _clock(at: datetime) -> str:
    return f"{at:%m-%d} {date_format(at, 'D')} {at:%H:%M}"


def problems(cast: Sequence[Person]) -> list[str]:
    """Sentences about whatever did not come out as it is written; none when all is well."""
    return [problem for person in cast for problem in _problems(person)]


def _problems(person: Person) -> list[str]:
    came, due = [line.key for line in timeline(person)], list(person.must_come)
    missing = [f"{person.name}: {key} is missing" for key in due if key not in came]
    surplus = [f"{person.name}: {key} was not to come" for key in came if key not in due]
    return missing or surplus or ([] if came == due else [f"{person.name}: not in this order: {came}"])
