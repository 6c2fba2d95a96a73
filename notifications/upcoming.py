"""What goes out next if nothing else happens: worked out by the very steps the planner carries out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext

from candidates.models import Offer, OfferQuerySet
from notifications.channels import open_channels
from notifications.looks import UNPLANNABLE
from notifications.models import Message, Purpose, ReminderRule
from notifications.policy import Policy
from notifications.reasons import reason_words
from notifications.states import State
from notifications.steps import Step, outlook
from notifications.stories import Story, stories_of

DAYS = 7
# More are not worked out for one page; who has more of them narrows the branch.
MOST_OFFERS = 2_000


@dataclass(frozen=True)
class Upcoming:
    """One message, or task for HR (without channels), that is still to come. `reasons`: as codes."""

    offer: Offer
    at: datetime
    purpose: str
    channels: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def label(self) -> str:
        kinds = ReminderRule.Kind
        return str((Purpose if self.purpose in Purpose.values else kinds)(self.purpose).label)

    @property
    def why(self) -> list[str]:
        """In words, in the language of whoever reads."""
        return reason_words(self.reasons)


@dataclass(frozen=True)
class Coming:
    """`entries`: by their moments. `is_all`: whether every offer that could have one was looked at."""

    entries: list[Upcoming]
    offers: int
    is_all: bool

    @property
    def told(self) -> str:
        """How much of it this is, for people; "" for all of it."""
        return (
            ""
            if self.is_all
            else gettext("Only the first %(count)s candidates are shown.") % {"count": self.offers}
        )


def upcoming(offers: OfferQuerySet, *, at: datetime, days: int = DAYS, limit: int = MOST_OFFERS) -> Coming:
    """All that goes out for these offers within so many days. Six queries, whatever their number."""
    until = at + timedelta(days=days)
    rows = list(
        looked_at_by(until, offers)
        .select_related("progress")
        .order_by("schedule__look_at", "pk")[: limit + 1]
    )
    shown = rows[:limit]
    return Coming(_entries(shown, at=at, until=until), len(shown), is_all=len(rows) <= limit)


def looked_at_by(until: datetime, offers: OfferQuerySet) -> OfferQuerySet:
    """Those of which something may come by then; of one with a later look nothing does."""
    return offers.filter(schedule__look_at__lte=until, progress__isnull=False)


def upcoming_of(offer: Offer, *, at: datetime, days: int = 366) -> list[Upcoming]:
    """The same for one offer, with its progress at hand; nothing where the person's data cannot be read."""
    return _entries([offer], at=at, until=at + timedelta(days=days))


def _entries(offers: Sequence[Offer], *, at: datetime, until: datetime) -> list[Upcoming]:
    policy, usable = Policy.current(), open_channels()
    found = [
        one
        for story in stories_of(offers, policy).values()
        for one in _of(story, policy, usable, at=at)
        if one.at <= until
    ]
    return sorted(found, key=lambda one: one.at)


def _of(story: Story, policy: Policy, usable: Collection[str], *, at: datetime) -> Iterable[Upcoming]:
    for message in story.messages:
        if message.state == State.PLANNED and at < message.due_at:
            yield _held(story.offer, message)
    try:
        coming = outlook(story, policy, at=at, usable=usable)
    except UNPLANNABLE:
        return  # the planner puts such an offer aside and says so in the log
    for step in coming.steps:
        yield _planned(story.offer, step)


def _held(offer: Offer, message: Message) -> Upcoming:
    """In the outbox already, and waiting for its moment."""
    return Upcoming(offer, message.due_at, message.purpose, (message.channel,), tuple(message.reasons))


def _planned(offer: Offer, step: Step) -> Upcoming:
    channels = tuple(way.channel for way in step.ways)
    first = [way.reason for way in step.ways[:1]]
    return Upcoming(offer, step.at, step.purpose, channels, (*first, *step.reasons))
