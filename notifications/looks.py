"""The planner's looks: offers whose moment has come are worked out anew, and what is due is put into the outbox.

A look changes nothing that it would not change again: any number of planners may look at once, each skips what
another holds, and one that dies leaves everything as it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from branches.working_days import NoWorkingDay
from candidates.models import Offer
from notifications.channels import open_channels
from notifications.models import Message, ReminderRule, Schedule
from notifications.plan import in_the_outbox
from notifications.policy import Policy
from notifications.schedules import FIRST_LOOK_AFTER
from notifications.states import State
from notifications.steps import Outlook, Step, outlook
from notifications.stories import Story, stories_of
from notifications.wake import wake_on_commit
from tracking.bulk import insert_unless_there, new_row, update_rows
from tracking.models import Event, Kind
from tracking.record import record

log = structlog.get_logger(__name__)

# Few enough that what one batch holds is gone again before the collector of cycles goes through all of it.
BATCH = 500
# A round gives up its turn after this time, and what is left is looked at in the next one. What is not due, and was
# only planned by rules that have changed, never takes long: a worker's processes have messages to send meanwhile.
ROUND_SECONDS, STALE_SECONDS = 10.0, 2.0
# For offers that cannot be worked out at present: a key or a calendar is missing.
PUT_ASIDE = timedelta(minutes=15)
# A branch's time zone, a condition or a calendar that cannot be worked with.
UNPLANNABLE = (NoWorkingDay, AttributeError, LookupError, OverflowError, TypeError, ValueError)


@dataclass
class Looked:
    """How many offers were looked at, and what came of it."""

    offers: int = 0
    planned: int = 0
    tasks: int = 0


def look_at_due(*, at: datetime) -> Looked:
    """One round: offers that are due as of `at`, then those that were planned by what counts no more.

    Of a moment that is still to come: what is due then is planned now, and the next round as of now looks once more.
    """
    total, began = Looked(), time.monotonic()
    rounds = [(_due, ROUND_SECONDS), (_stale, STALE_SECONDS)]
    for take, seconds in rounds[:1] if _lies_ahead(at) else rounds:
        while time.monotonic() < began + seconds:
            one = _look_at_some(take, at=at)
            total = Looked(total.offers + one.offers, total.planned + one.planned, total.tasks + one.tasks)
            if not one.offers:
                break
    return total


def _lies_ahead(at: datetime) -> bool:
    """More than two clocks differ."""
    return at > timezone.now() + timedelta(minutes=1)


Take = Callable[[Policy, datetime], list[Schedule]]


@transaction.atomic
def _look_at_some(take: Take, *, at: datetime) -> Looked:
    policy = Policy.current()
    schedules = take(policy, at)
    return _Look(policy, at, schedules).carry_out() if schedules else Looked()


def _due(_policy: Policy, at: datetime) -> list[Schedule]:
    return _locked(Schedule.objects.filter(look_at__lte=at).order_by("look_at"))


def _stale(policy: Policy, _at: datetime) -> list[Schedule]:
    stale = Schedule.objects.filter(look_at__isnull=False, planned_with__lt=policy.stamp)
    # In the order of the index: else PostgreSQL finds that all are stale, and goes through those that no longer are.
    return _locked(stale.order_by("planned_with"))


def _locked(schedules: QuerySet[Schedule]) -> list[Schedule]:
    """At most a batch, with offers and progress: nobody else moves these facts meanwhile, and nobody is waited for."""
    found = schedules.filter(offer__progress__offer__isnull=False).select_related("offer__progress")
    locks = ("self", "offer", "offer__progress")
    return list(found.select_for_update(of=locks, skip_locked=True, no_key=True)[:BATCH])


@dataclass
class _Look:
    policy: Policy
    at: datetime
    schedules: Sequence[Schedule]
    usable: list[str] = field(default_factory=open_channels)
    due: list[tuple[Offer, Step]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def carry_out(self) -> Looked:
        stories = stories_of([schedule.offer for schedule in self.schedules], self.policy)
        lies_ahead, held = _lies_ahead(self.at), []
        for schedule in self.schedules:
            story = stories.get(schedule.pk)
            coming = self._outlook(story) if story else None
            schedule.planned_with = self.policy.stamp
            schedule.look_at = self.at + PUT_ASIDE if coming is None else coming.look_at
            if lies_ahead:  # to be looked at anew as of now, also where nothing would come by then
                schedule.planned_with, schedule.look_at = 0, schedule.look_at or self.at + PUT_ASIDE
            if coming and story:
                self._take(schedule, story, coming)
                held += self._moved(story)
        planned = self._put()
        _move(held)
        record(self.events)
        update_rows(self.schedules, ["look_at", "planned_with"])
        return Looked(len(self.schedules), planned, len(self.events))

    def _outlook(self, story: Story) -> Outlook | None:
        try:
            return outlook(story, self.policy, at=self.at, usable=self.usable)
        except UNPLANNABLE as error:
            log.error("offer_not_planned", offer=str(story.offer.pk), reason=type(error).__name__)
            return None

    def _take(self, schedule: Schedule, story: Story, coming: Outlook) -> None:
        """What is due; whether it goes out is seen soon after."""
        for step in coming.due(self.at):
            if step.purpose == ReminderRule.Kind.HR_TASK:
                event = Event(
                    offer=story.offer, kind=Kind.HANDED_OVER, at=timezone.now(), detail=step.reasons[0]
                )
                self.events.append(event)
            else:
                self.due.append((story.offer, step))
                soon = self.at + FIRST_LOOK_AFTER
                schedule.look_at = min(schedule.look_at or soon, soon)

    def _put(self) -> int:
        """In one order, so that two planners that put the same there never wait for each other."""
        facts = self._facts()
        rows = [row for offer, step in self.due for row in _rows(offer, step, facts)]
        rows.sort(key=lambda row: (row.offer_id, row.purpose, row.occurrence, row.channel))
        put = insert_unless_there(rows)
        for channel in {row.channel for row in rows}:
            wake_on_commit(channel)
        return len(put)

    def _facts(self) -> dict[UUID, str]:
        """What belongs to a message alone goes along to its next channel."""
        followed = [step.follows.pk for _offer, step in self.due if step.follows]
        return dict(Message.objects.filter(pk__in=followed).values_list("pk", "facts")) if followed else {}

    def _moved(self, story: Story) -> list[Message]:
        """Messages that wait for a window which is another one by now."""
        waiting = [one for one in story.messages if one.due_at > self.at and _waits_for_the_window(one)]
        moved = []
        for one in waiting:
            due_at = max(self.policy.place(story.offer, one.purpose, at=one.created_at).at, self.at)
            if due_at != one.due_at:
                one.due_at = due_at
                moved.append(one)
        return moved


def _move(messages: Sequence[Message]) -> None:
    """A message that a worker holds at this moment goes out as it was planned: the planner waits for nobody."""
    if not messages:
        return
    free = Message.objects.filter(pk__in=[one.pk for one in messages], state=State.PLANNED)
    keys = set(free.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
    update_rows([one for one in messages if one.pk in keys], ["due_at"])


def _waits_for_the_window(one: Message) -> bool:
    """And not for its next try."""
    is_untried = one.state == State.PLANNED and one.tries == 0 and one.first_sent_at is None
    return is_untried and len(one.reasons) > 1


def _rows(offer: Offer, step: Step, facts: dict[UUID, str]) -> list[Message]:
    """One for each channel. What is due is due now, also where the planner was asked about another moment."""
    now = timezone.now()
    return [
        new_row(
            Message,
            occurrence=step.occurrence,
            expires_at=step.expires_at,
            facts=facts.get(step.follows.pk, "") if step.follows else "",
            **in_the_outbox(offer, step.purpose, way, reasons=step.reasons, due_at=min(step.at, now), at=now),
        )
        for way in step.ways
    ]
