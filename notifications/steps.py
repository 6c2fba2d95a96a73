"""What comes next for one offer: which message, by which channel, at which minute, and why. Pure.

The same steps are what the planner carries out when they are due and what people see ahead of time. Nothing of them is
stored: when an offer's facts, the rules or the calendar change, they simply come out differently.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

from candidates.models import Offer, OfferState
from notifications.channels import TRANSPORTS
from notifications.grouping import grouped
from notifications.models import ChannelStrategy, Message, Purpose, ReminderRule
from notifications.models.dead_letters import REPETITION
from notifications.policy import Policy, Way
from notifications.reasons import BOTH, FULL_DAY, NO_RECEIPT, UNOPENED, after
from notifications.schedules import FIRST_LOOK_AFTER
from notifications.states import FAILED, UNSENT, State
from notifications.windows import DAY, Place, Window

Kind, Anchor = ReminderRule.Kind, ReminderRule.Anchor
# These tell the facts as they are: a reminder soon after one of them would say the same again.
TELLING = {Purpose.PASS_NOTICE, Purpose.CHANGE_OF_FACTS, Purpose.DEFERRAL_ANSWERED}
TOLD_JUST_NOW = timedelta(hours=4)
SKIPPED_OR_FAILED = {State.SKIPPED, *FAILED}
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
class Story:
    """What is known of an offer, with its candidate, branch and progress at hand.

    `messages`: all of the offer's, the oldest first; of each no more than its place and what became of it.
    """

    offer: Offer
    messages: Sequence[Message] = ()
    asks_for_deferral: bool = False

    @property
    def is_opened(self) -> bool:
        return self.offer.progress.opened_at is not None

    @property
    def notice(self) -> Message | None:
        """The first notice of this round that a carrier took; what is counted from the notice is counted from it."""
        since = self.offer.progress.last_offered_at
        of_round = (
            one
            for one in self.messages
            if one.purpose == Purpose.PASS_NOTICE
            and one.accepted_at
            and (not since or one.created_at >= since)
        )
        return min(of_round, key=lambda one: one.accepted_at or one.created_at, default=None)

    @property
    def told_at(self) -> datetime | None:
        """When the person was last told the facts, or is about to be; None where nothing got through."""
        telling = [
            one for one in self.messages if one.purpose in TELLING and one.state not in SKIPPED_OR_FAILED
        ]
        return max((one.accepted_at or one.due_at for one in telling), default=None)

    @cached_property
    def said(self) -> set[tuple[str, str]]:
        """Purposes and occurrences of which there is a message, whatever became of it."""
        return {(one.purpose, one.occurrence.partition(REPETITION)[0]) for one in self.messages}


@dataclass(frozen=True)
class Outlook:
    """`steps`: by their moments; those at the planner's moment are due. `look_at`: None when nothing can come."""

    steps: list[Step] = field(default_factory=list)
    look_at: datetime | None = None

    def due(self, at: datetime) -> list[Step]:
        return [step for step in self.steps if step.at <= at]


def outlook(story: Story, policy: Policy, *, at: datetime, usable: Collection[str]) -> Outlook:
    """All that comes for an offer from `at` on, if nothing else happens. `usable`: channels that are open.

    Raises NoWorkingDay.
    """
    offer = story.offer
    if offer.state not in {OfferState.OFFERED, OfferState.CONFIRMED} or offer.onboarding_at <= at:
        return Outlook()
    planned = _Planning(story, policy, at, usable)
    steps = sorted(planned.steps(), key=lambda step: (step.at, step.purpose))
    looks = [step.at for step in steps if step.at > at] + planned.looks()
    return Outlook(steps, min([*looks, offer.onboarding_at]))


@dataclass(frozen=True)
class _Planning:
    story: Story
    policy: Policy
    at: datetime
    usable: Collection[str]

    # --- All steps ---
    def steps(self) -> Iterator[Step]:
        window = self.policy.window(self.story.offer.branch)
        wished = [*self._reminders(), *self._fallbacks()]
        yield from _within_the_day(wished, self._already_said(window), window, self._is_urgent)
        yield from self._task()

    def looks(self) -> list[datetime]:
        """Moments at which something may be known that is not known yet: what is on its way has gone out or not."""
        waiting = [one for one in self.story.messages if one.state in UNSENT]
        return [max(one.due_at, self.at) + FIRST_LOOK_AFTER for one in waiting]

    def _is_urgent(self, purpose: str) -> bool:
        return self.policy.strategy(self.story.offer, purpose).urgent

    def _already_said(self, window: Window) -> dict[date, int]:
        """How many messages that are not urgent each day holds already."""
        days: dict[date, int] = {}
        for one in self.story.messages:
            if one.state not in SKIPPED_OR_FAILED and not self._is_urgent(one.purpose):
                day = window.day_of(one.first_sent_at or one.due_at)
                days[day] = days.get(day, 0) + 1
        return days

    # --- Reminders ---
    def _reminders(self) -> Iterator[Step]:
        for rule in self.policy.rules_for(self.story.offer):
            if rule.kind == Kind.HR_TASK or not self._is_open(rule):
                continue
            step = self._reminder(rule)
            if step and (step.purpose, step.occurrence) not in self.story.said:
                yield step

    def _is_open(self, rule: ReminderRule) -> bool:
        """Whether the person still is somebody to be reminded of this."""
        story, state = self.story, self.story.offer.state
        if story.asks_for_deferral or story.told_at is None:
            return False
        if rule.kind == Kind.UNREAD:
            return state == OfferState.OFFERED and not story.is_opened
        return rule.kind != Kind.UNCONFIRMED or state == OfferState.OFFERED

    def _reminder(self, rule: ReminderRule) -> Step | None:
        moment = self._moment(rule)
        if moment is None:
            return None
        wish, occurrence, latest, may_be_early = moment
        offer = self.story.offer
        if offer.state == OfferState.OFFERED:  # who has not answered in time is HR's
            latest = min(latest, offer.answer_by)
        soonest = self._soonest(rule)
        if wish < soonest:
            return None
        window = self.policy.window(offer.branch, urgent=self._is_urgent(rule.kind))
        place = window.place(wish, not_before=soonest, latest=latest, may_be_early=may_be_early)
        place = _not_past(place, window, at=self.at)
        if place is None or place.at >= latest:
            return None
        return self._step(rule.kind, occurrence, place, [_rule_reason(rule)], latest)

    def _soonest(self, rule: ReminderRule) -> datetime:
        told = self.story.told_at or self.at
        return told if rule.anchor == Anchor.NOTICE else told + TOLD_JUST_NOW

    def _moment(self, rule: ReminderRule) -> tuple[datetime, str, datetime, bool] | None:
        """The moment the rule names, the occurrence, from when on it is of no use, and whether it may come earlier."""
        offer, story = self.story.offer, self.story
        window = self.policy.window(offer.branch)
        if rule.anchor == Anchor.NOTICE:
            if not story.notice or not story.notice.accepted_at:
                return None
            occurrence = story.notice.occurrence.partition(REPETITION)[0]
            wish = story.notice.accepted_at + timedelta(hours=rule.amount)
            return max(wish, story.told_at or wish), f"{occurrence}/{rule.number}", offer.answer_by, False
        if rule.anchor == Anchor.DEADLINE:
            wish = offer.answer_by - timedelta(hours=rule.amount)
            return wish, f"{window.day_of(offer.answer_by)}/{rule.number}", offer.answer_by, True
        first_day = window.day_of(offer.onboarding_at)
        wish = window.at(_days_before(first_day, rule, window), rule.at or time.min)
        return wish, f"{first_day}/{rule.number}", self._last_use(rule, first_day, window), rule.amount > 0

    def _last_use(self, rule: ReminderRule, first_day: date, window: Window) -> datetime:
        """Of a reminder of the first day: the next one takes over a day before it, and on the day the hour itself."""
        if rule.amount == 0:
            return self.story.offer.onboarding_at
        return window.start_of(first_day - DAY if rule.amount > 1 else first_day)

    def _step(
        self, purpose: str, occurrence: str, place: Place, reasons: list[str], latest: datetime
    ) -> Step | None:
        ways = self.policy.ways(self.story.offer, purpose, usable=self.usable)
        strategy = self.policy.strategy(self.story.offer, purpose)
        taken = ways[:1] + [Way(way.channel, BOTH) for way in ways[1:2] if strategy.on_two]
        moved = [place.moved] if place.moved else []
        return (
            Step(place.at, purpose, occurrence, tuple(taken), (*reasons, *moved), latest) if taken else None
        )

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
        waits = [wait for one in alive if (wait := _patience(one, strategy, is_opened=self.story.is_opened))]
        if not alive or len(waits) < len(alive) or not self._still_speaks(purpose):
            return None
        until, reason = max(waits)
        used = {one.channel for one in messages}
        ways = self.policy.ways(self.story.offer, purpose, usable=self.usable)
        way = next((way for way in ways if way.channel not in used), None)
        window = self.policy.window(self.story.offer.branch, urgent=strategy.urgent)
        latest = min(filter(None, [alive[-1].expires_at, self._end_of(purpose)]))
        place = _not_past(window.place(until, latest=latest), window, at=self.at)
        if way is None or place is None or place.at >= latest:
            return None
        moved = [place.moved] if place.moved else []
        return Step(
            place.at,
            purpose,
            alive[-1].occurrence,
            (Way(way.channel, reason),),
            tuple(moved),
            latest,
            alive[-1],
        )

    def _still_speaks(self, purpose: str) -> bool:
        """Whether what the message asks has not been answered meanwhile."""
        if purpose in {Purpose.PASS_NOTICE, Purpose.UNREAD, Purpose.UNCONFIRMED}:
            return self.story.offer.state == OfferState.OFFERED and not self.story.asks_for_deferral
        return True

    def _end_of(self, purpose: str) -> datetime:
        asks = purpose in {Purpose.PASS_NOTICE, Purpose.UNREAD, Purpose.UNCONFIRMED}
        return self.story.offer.answer_by if asks else self.story.offer.onboarding_at

    # --- HR ---
    def _task(self) -> Iterator[Step]:
        """No answer in time: HR's to ask, once a round, at the deadline at the latest."""
        offer, story = self.story.offer, self.story
        if offer.state != OfferState.OFFERED or story.asks_for_deferral or offer.progress.handed_over_at:
            return
        rules = [rule for rule in self.policy.rules_for(offer) if rule.kind == Kind.HR_TASK]
        moments = [(moment[0], _rule_reason(rule)) for rule in rules if (moment := self._moment(rule))]
        when, reason = min([*moments, (offer.answer_by, "deadline:0")])
        yield Step(max(when, self.at), Kind.HR_TASK, "", reasons=(reason,))


def _days_before(first_day: date, rule: ReminderRule, window: Window) -> date:
    if rule.working_days:
        return window.days.before(first_day, rule.amount)
    return first_day - timedelta(days=rule.amount)


def _rule_reason(rule: ReminderRule) -> str:
    anchor = "first_working_day" if rule.anchor == Anchor.FIRST_DAY and rule.working_days else rule.anchor
    return f"{anchor}:{rule.amount}"


def _not_past(place: Place | None, window: Window, *, at: datetime) -> Place | None:
    """What should have gone out already goes at once, or as soon as the window opens."""
    if place is None or place.at >= at:
        return place
    return replace(place, at=window.next_open(at))


def _patience(one: Message, strategy: ChannelStrategy, *, is_opened: bool) -> tuple[datetime, str] | None:
    """Until when this message is trusted to get through, and why not for longer. None: for ever, or not yet known."""
    if one.state not in {State.ACCEPTED, State.DELIVERED} or one.accepted_at is None:
        return None
    waits = []
    carrier = TRANSPORTS.get(one.provider)
    if one.state == State.ACCEPTED and strategy.no_receipt_minutes and carrier and carrier.tells_delivered:
        minutes = strategy.no_receipt_minutes
        waits.append(
            (one.accepted_at + timedelta(minutes=minutes), after(one.channel, NO_RECEIPT, minutes=minutes))
        )
    if strategy.unopened_minutes and not is_opened:
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
