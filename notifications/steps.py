"""What comes next for one offer: which message, by which channel, at which minute, and why. Pure.

The same steps are what the planner carries out when they are due and what people see ahead of time. Nothing of them is
stored: when an offer's facts, the rules or the calendar change, they simply come out differently.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

from candidates.models import JOINING, OfferState
from notifications.channels import TRANSPORTS
from notifications.grouping import grouped
from notifications.models import ChannelStrategy, Message, Purpose, ReminderRule
from notifications.policy import Policy, Way, at_once
from notifications.reasons import FULL_DAY, NO_RECEIPT, UNOPENED, after, of_rule
from notifications.schedules import FIRST_LOOK_AFTER
from notifications.states import SKIPPED_OR_FAILED, UNSENT, State
from notifications.stories import TELLING, Story
from notifications.wanted import concerns
from notifications.windows import DAY, Place, Window

Kind, Anchor = ReminderRule.Kind, ReminderRule.Anchor
TOLD_JUST_NOW = timedelta(hours=4)
# What is due and no channel can carry now is looked at again after this, for as long as it is of use.
OUT_OF_REACH = timedelta(hours=1)
# Days on which a full day may move a message: after that it is not worth sending.
MOST_DAYS = 14


@dataclass(frozen=True)
class Step:
    """`at`: when it goes out; the planner's own moment for what is overdue. `ways`: two for what must not be missed.

    `purpose` is a Purpose, or "hr_task". `follows`: the message whose next channel this is.
    """

    at: datetime
    purpose: str
    occurrence: str
    ways: tuple[Way, ...] = ()
    reasons: tuple[str, ...] = ()
    expires_at: datetime | None = None
    follows: Message | None = None


@dataclass(frozen=True)
class Outlook:
    """`steps`: by their moments; those at the planner's moment are due. `look_at`: None when nothing can come."""

    steps: list[Step] = field(default_factory=list)
    look_at: datetime | None = None

    def due(self, at: datetime) -> list[Step]:
        return [step for step in self.steps if step.at <= at]


def outlook(story: Story, policy: Policy, *, at: datetime, usable: Collection[str]) -> Outlook:
    """All that comes for an offer from `at` on, if nothing else happens. `usable`: channels that are open.

    Nobody need tell the planner of an answer: it looks at every moment at which something would be due after another
    one. Raises NoWorkingDay.
    """
    planned = _Planning(story, policy, at, usable)
    if story.offer.onboarding_at <= at:
        return Outlook(list(planned.task()))
    steps = sorted(planned.steps(), key=lambda step: (step.at, step.purpose))
    looks = (moment for moment in (*planned.looks(), *(step.at for step in steps)) if moment > at)
    return Outlook(steps, min(looks, default=None))


@dataclass(frozen=True)
class Wish:
    """When a rule wants to speak: from `latest` on it is of no use; `may_be_early`: on a working day before it."""

    at: datetime
    occurrence: str
    latest: datetime
    may_be_early: bool


@dataclass(frozen=True)
class _Planning:
    story: Story
    policy: Policy
    at: datetime
    usable: Collection[str]

    # --- All steps ---
    def steps(self) -> Iterator[Step]:
        wished = [*self._reminders(), *self._fallbacks()]
        yield from _within_the_day(wished, self._already_said(), self._window, self._is_urgent)
        yield from self.task()

    def looks(self) -> Iterator[datetime]:
        """Moments at which more may be known: of what is on its way, and of rules that may concern the person then."""
        for one in self.story.messages:
            if one.state in UNSENT:
                yield max(one.due_at, self.at) + FIRST_LOOK_AFTER
        for rule, wish, place in self._wishes:
            if place.at > self.at:
                yield place.at
            elif self._concerns(rule.kind, wish.occurrence) and not self._ways(rule.kind):
                yield self.at + OUT_OF_REACH
        if self._may_join:
            yield self.story.offer.onboarding_at

    @property
    def _may_join(self) -> bool:
        offer = self.story.offer
        return offer.state in JOINING or (offer.state == OfferState.DECLINED and self.at < offer.answer_by)

    @cached_property
    def _window(self) -> Window:
        return self.policy.window(self.story.offer.branch)

    def _is_urgent(self, purpose: str) -> bool:
        return self.policy.strategy(self.story.offer, purpose).urgent

    def _already_said(self) -> dict[date, int]:
        """How many messages that are not urgent each day holds already, where that is limited."""
        window, days = self._window, dict[date, int]()
        if window.a_day is None:
            return days
        for one in self.story.messages:
            if one.state not in SKIPPED_OR_FAILED and not self._is_urgent(one.purpose):
                day = window.day_of(one.first_sent_at or one.due_at)
                days[day] = days.get(day, 0) + 1
        return days

    # --- Reminders ---
    def _reminders(self) -> Iterator[Step]:
        # Two rules may come to one moment, after a weekend for example: it is said once.
        found: dict[tuple[str, datetime], Step] = {}
        for rule, wish, place in self._wishes:
            if self._concerns(rule.kind, wish.occurrence) and (step := self._reminder(rule, wish, place)):
                found[step.purpose, step.at] = step
        yield from found.values()

    @cached_property
    def _wishes(self) -> list[tuple[ReminderRule, Wish, Place]]:
        """Of every rule that may still concern the person; none before anything was said at all."""
        waits = self.story.offer.state == OfferState.OFFERED
        found: list[tuple[ReminderRule, Wish, Place]] = []
        if not self._may_join:
            return found
        for rule in self.policy.rules_for(self.story.offer):
            speaks = rule.kind != Kind.HR_TASK and (waits or rule.anchor == Anchor.FIRST_DAY)
            if not speaks or not self.story.told_at or not (wish := self._wish(rule)):
                continue
            if not self._is_said(rule, wish) and (place := self._place(rule, wish)):
                found.append((rule, wish, place))
        return found

    def _is_said(self, rule: ReminderRule, wish: Wish) -> bool:
        """Also by another rule, at the moment of this one or after it: nobody needs to hear the same twice."""
        last = self.story.last_said.get(rule.kind)
        return (rule.kind, wish.occurrence) in self.story.said or (last is not None and wish.at <= last)

    def _concerns(self, purpose: str, occurrence: str) -> bool:
        """As `wanted` asks once more at the moment of sending."""
        story = self.story
        asks, is_opened = story.asks_for_deferral, story.is_opened
        return concerns(story.offer, purpose, occurrence, asks=asks, is_opened=is_opened, at=self.at)

    def _reminder(self, rule: ReminderRule, wish: Wish, place: Place) -> Step | None:
        offer, latest = self.story.offer, wish.latest
        if offer.state == OfferState.OFFERED:  # who has not answered in time is HR's
            latest = min(latest, offer.answer_by)
        ways = at_once(self.policy, offer, rule.kind, self._ways(rule.kind))
        if place.at >= latest or not ways:
            return None
        reasons = (of_rule(rule), *_moved(place))
        return Step(place.at, rule.kind, wish.occurrence, tuple(ways), reasons, latest)

    def _place(self, rule: ReminderRule, wish: Wish) -> Place | None:
        """None for what would say again what was just told, and where the window has no room for it."""
        told = self.story.told_at or self.at
        soonest = told if rule.anchor == Anchor.NOTICE else told + TOLD_JUST_NOW
        if wish.at < soonest:
            return None
        window = self.policy.window_of(self.story.offer, rule.kind)
        place = window.place(wish.at, not_before=soonest, latest=wish.latest, may_be_early=wish.may_be_early)
        return _not_past(place, window, at=self.at, latest=wish.latest)

    def _ways(self, purpose: str) -> list[Way]:
        return self.policy.ways(self.story.offer, purpose, usable=self.usable)

    def _wish(self, rule: ReminderRule) -> Wish | None:
        """None for what is counted from a notice that has not gone out yet."""
        offer, story, window = self.story.offer, self.story, self._window
        if rule.anchor == Anchor.NOTICE:
            if not story.noticed_at:
                return None
            wish = story.noticed_at + timedelta(hours=rule.amount)
            if story.told_at and story.told_at > story.noticed_at:
                wish = max(wish, story.told_at + TOLD_JUST_NOW)
            occurrence = f"{story.round_began:%Y%m%dT%H%M%S}/{rule.number}"
            return Wish(wish, occurrence, offer.answer_by, may_be_early=False)
        if rule.anchor == Anchor.DEADLINE:
            wish = offer.answer_by - timedelta(hours=rule.amount)
            occurrence = f"{window.day_of(offer.answer_by)}/{rule.number}"
            return Wish(wish, occurrence, offer.answer_by, may_be_early=True)
        first_day = window.day_of(offer.onboarding_at)
        wish = window.at(_days_before(first_day, rule, window), rule.at or time.min)
        latest = self._last_use(rule, first_day, window)
        return Wish(wish, f"{first_day}/{rule.number}", latest, may_be_early=rule.amount > 0)

    def _last_use(self, rule: ReminderRule, first_day: date, window: Window) -> datetime:
        """Of a reminder of the first day: the next one takes over a day before it, and on the day the hour itself."""
        if rule.amount == 0:
            return self.story.offer.onboarding_at
        return window.start_of(first_day - DAY if rule.amount > 1 else first_day)

    # --- The next channel ---
    def _fallbacks(self) -> Iterator[Step]:
        newest = max((one.created_at for one in self.story.messages if one.purpose in TELLING), default=None)
        same = grouped(self.story.messages, by=lambda one: (one.purpose, one.occurrence))
        for (purpose, _occurrence), messages in same.items():
            is_old = purpose in TELLING and newest and max(one.created_at for one in messages) < newest
            if not is_old and (step := self._fallback(purpose, messages)):
                yield step

    def _fallback(self, purpose: str, messages: Sequence[Message]) -> Step | None:
        """The next channel once nobody knows of any message of the occurrence that it got through."""
        strategy = self.policy.strategy(self.story.offer, purpose)
        alive = [one for one in messages if one.state not in SKIPPED_OR_FAILED]
        opened_at = self.story.offer.progress.opened_at
        waits = [wait for one in alive if (wait := _patience(one, strategy, opened_at=opened_at))]
        if not alive or len(waits) < len(alive) or not self._still_speaks(alive[-1]):
            return None
        until, reason = max(waits)
        used = {one.channel for one in messages}
        way = next((way for way in self._ways(purpose) if way.channel not in used), None)
        window = self.policy.window_of(self.story.offer, purpose)
        latest = min(filter(None, [alive[-1].expires_at, self._end_of(purpose)]))
        place = _not_past(window.place(until, latest=latest), window, at=self.at, latest=latest)
        if way is None or place is None:
            return None
        next_way = (Way(way.channel, reason),)
        return Step(place.at, purpose, alive[-1].occurrence, next_way, _moved(place), latest, alive[-1])

    def _still_speaks(self, said: Message) -> bool:
        """Who asks for another day has read the notice, whatever became of it."""
        has_read = said.purpose == Purpose.PASS_NOTICE and self.story.asks_for_deferral
        return not has_read and self._concerns(said.purpose, said.occurrence)

    def _end_of(self, purpose: str) -> datetime:
        asks = purpose in {Purpose.PASS_NOTICE, Purpose.UNREAD, Purpose.UNCONFIRMED}
        return self.story.offer.answer_by if asks else self.story.offer.onboarding_at

    # --- HR ---
    def task(self) -> Iterator[Step]:
        """No answer in time: HR's to ask, once a round, at the deadline or the first day at the latest."""
        offer, story = self.story.offer, self.story
        if offer.state != OfferState.OFFERED or story.asks_for_deferral or offer.progress.handed_over_at:
            return
        rules = [rule for rule in self.policy.rules_for(offer) if rule.kind == Kind.HR_TASK]
        moments = [(wish.at, of_rule(rule)) for rule in rules if (wish := self._wish(rule))]
        when, reason = min([*moments, (min(offer.answer_by, offer.onboarding_at), "deadline:0")])
        yield Step(max(when, self.at), Kind.HR_TASK, "", reasons=(reason,))


def _days_before(first_day: date, rule: ReminderRule, window: Window) -> date:
    if rule.working_days:
        return window.days.before(first_day, rule.amount)
    return first_day - timedelta(days=rule.amount)


def _moved(place: Place) -> tuple[str, ...]:
    return (place.moved,) if place.moved else ()


def _not_past(place: Place | None, window: Window, *, at: datetime, latest: datetime) -> Place | None:
    """What should have gone out already goes at once, or as soon as the window opens; None where that is too late."""
    if place and place.at < at:
        place = replace(place, at=window.next_open(at))
    return place if place and place.at < latest else None


def _patience(
    one: Message, strategy: ChannelStrategy, *, opened_at: datetime | None
) -> tuple[datetime, str] | None:
    """Until when this message is trusted to get through, and why not for longer. None: for ever, or not yet known.

    `opened_at`: when the page was first opened; what went out before that has arrived, whatever its carrier says.
    """
    if one.state not in {State.ACCEPTED, State.DELIVERED} or one.accepted_at is None:
        return None
    waits = []
    carrier = TRANSPORTS.get(one.provider)
    has_arrived = one.state == State.DELIVERED or (opened_at is not None and opened_at >= one.accepted_at)
    if strategy.no_receipt_minutes and carrier and carrier.tells_delivered and not has_arrived:
        minutes = strategy.no_receipt_minutes
        waits.append(
            (one.accepted_at + timedelta(minutes=minutes), after(one.channel, NO_RECEIPT, minutes=minutes))
        )
    if strategy.unopened_minutes and opened_at is None:
        minutes, since = strategy.unopened_minutes, one.delivered_at or one.accepted_at
        waits.append((since + timedelta(minutes=minutes), after(one.channel, UNOPENED, minutes=minutes)))
    return min(waits, default=None)


def _within_the_day(
    steps: Iterable[Step], said: dict[date, int], window: Window, is_urgent: Callable[[str], bool]
) -> Iterator[Step]:
    """What is not urgent waits for a day with room; what would come too late then is not said."""
    for step in sorted(steps, key=lambda step: (step.at, step.purpose)):
        moved = step if window.a_day is None or is_urgent(step.purpose) else _with_room(step, said, window)
        if moved:
            day = window.day_of(moved.at)
            said[day] = said.get(day, 0) + (0 if is_urgent(step.purpose) else len(moved.ways))
            yield moved


def _with_room(step: Step, said: dict[date, int], window: Window) -> Step | None:
    moved = step
    for _ in range(MOST_DAYS):
        day = window.day_of(moved.at)
        if said.get(day, 0) < (window.a_day or 0):
            return moved
        later = window.next_open(window.start_of(day + DAY))
        if step.expires_at and later >= step.expires_at:
            return None
        moved = replace(step, at=later, reasons=(*step.reasons, FULL_DAY))
    return None
