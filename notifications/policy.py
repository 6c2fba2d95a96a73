"""All that is stated about when and by which way, as planning asks for it.

Each process keeps its copy for as long as the stamp in the database says that nothing has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from functools import cached_property
from uuid import UUID

from branches.models import Branch, CalendarDay, PlanningStamp
from branches.working_days import NoWorkingDay, working_days
from candidates.models import Candidate, Channel, Offer
from notifications.conditions import Profile, asked_by, holds, narrowed, profile_of
from notifications.models import BranchChannels, ChannelStrategy, OffDays, ReminderRule, SendWindow
from notifications.reasons import BOTH, BRANCH, ORDER, PREFERRED
from notifications.windows import Place, Window

DEFAULT_ORDER = [Channel.SMS, Channel.EMAIL, Channel.WECHAT, Channel.PUSH]
# Where headquarters has stated nothing: the first that reaches the person.
UNSTATED = ChannelStrategy(channels=[channel.value for channel in DEFAULT_ORDER])


@dataclass(frozen=True)
class Way:
    """One channel, and why it stands where it does."""

    channel: str
    reason: str


@dataclass(frozen=True)
class Policy:
    """`stamp`: the number it was read at. Rows by tree path where they belong to a node; all branches by their key."""

    stamp: int
    strategies: Sequence[ChannelStrategy] = ()
    rules: Sequence[ReminderRule] = ()
    channels: dict[str, list[str]] = field(default_factory=dict)
    windows: dict[str, SendWindow] = field(default_factory=dict)
    days: Sequence[CalendarDay] = ()
    branches: dict[UUID, Branch] = field(default_factory=dict)
    asked: Profile = field(default_factory=dict)
    # What was worked out for one offer and the next of its like takes again.
    _windows: dict[tuple[UUID, str], Window] = field(default_factory=dict)
    _strategies: dict[tuple[object, ...], ChannelStrategy] = field(default_factory=dict)
    _rules: dict[tuple[object, ...], list[ReminderRule]] = field(default_factory=dict)

    @classmethod
    def current(cls) -> Policy:
        """One query; after a change seven."""
        # The stamp is read before the content: what changes in between makes the copy old, never wrong for long.
        return cls.of(PlanningStamp.current())

    @classmethod
    def of(cls, stamp: int) -> Policy:
        """For whoever has read the stamp already."""
        global _kept
        kept = _kept
        if kept is None or kept.stamp != stamp or not stamp:
            kept = _kept = _read(stamp)
        return kept

    @cached_property
    def by_code(self) -> dict[str, Branch]:
        return {branch.code: branch for branch in self.branches.values()}

    # --- By which way ---
    def strategy(self, offer: Offer, purpose: str) -> ChannelStrategy:
        """The row that counts: the purpose's own before one for all, one with a condition before one for everybody."""
        profile = profile_of(offer)
        key = (purpose, *narrowed(profile, self.asked))
        if key not in self._strategies:
            rows = [
                row
                for row in self.strategies
                if row.purpose in ("", purpose) and holds(row.condition, profile)
            ]
            self._strategies[key] = min(rows, key=_rank, default=UNSTATED)
        return self._strategies[key]

    def ways(self, offer: Offer, purpose: str, *, usable: Collection[str]) -> list[Way]:
        """Channels that reach the person now, the best first. `usable`: those that are open.

        Whom none of the branch's own channels reaches is reached by those that headquarters allows.
        """
        allowed = self.strategy(offer, purpose).channels
        by_branch = [channel for channel in self._chosen_by_branch(offer.branch) if channel in allowed]
        found = _reaching(offer.candidate, by_branch, BRANCH, usable)
        return found or _reaching(offer.candidate, allowed, ORDER, usable)

    def _chosen_by_branch(self, branch: Branch) -> list[str]:
        found = (self.channels[path] for path in branch.path_and_above if path in self.channels)
        return next(found, [])

    # --- When ---
    def window(self, branch: Branch, *, urgent: bool = False) -> Window:
        """The branch's own or the nearest above it, within those above. `urgent`: at any hour, with the same days."""
        key = (branch.pk, f"{branch.path} {branch.calendar} {branch.time_zone} {urgent}")
        if key not in self._windows:
            self._windows[key] = self._window(branch, urgent=urgent)
        return self._windows[key]

    def _window(self, branch: Branch, *, urgent: bool) -> Window:
        days = working_days(branch, self.days)
        stated = [self.windows[path] for path in branch.path_and_above if path in self.windows]
        if not stated or urgent:
            return Window(branch.zone, days)
        opens, closes = _within(stated)
        nearest = stated[0]
        slot = (nearest.slot_from, nearest.slot_to) if nearest.slot_from and nearest.slot_to else None
        return Window(
            zone=branch.zone,
            days=days,
            opens=opens,
            closes=_closing(closes),
            off_days=nearest.off_days,
            slot=slot if slot and opens <= slot[0] and slot[1] <= closes else None,
            a_day=min((row.messages_a_day for row in stated if row.messages_a_day), default=None),
        )

    def window_of(self, offer: Offer, purpose: str) -> Window:
        """The one that binds this purpose."""
        return self.window(offer.branch, urgent=self.strategy(offer, purpose).urgent)

    def sends_at(self, offer: Offer, purpose: str, *, at: datetime) -> datetime:
        """That moment, or the first after it at which the branch sends this."""
        if not self.windows or self.strategy(offer, purpose).urgent:
            return at
        return self.place(offer, purpose, at=at).at

    def place(self, offer: Offer, purpose: str, *, at: datetime) -> Place:
        """Where what is said at that moment goes. It is said in any case: also where nobody ever works."""
        window = self.window_of(offer, purpose)
        try:
            return window.place(at) or Place(at)
        except NoWorkingDay:
            return replace(window, off_days=OffDays.SEND).place(at) or Place(at)

    def rules_for(self, offer: Offer) -> list[ReminderRule]:
        """Those in use whose condition holds, in the order of their numbers."""
        profile = profile_of(offer)
        key = narrowed(profile, self.asked)
        if key not in self._rules:
            self._rules[key] = [rule for rule in self.rules if holds(rule.condition, profile)]
        return self._rules[key]


def _reaching(candidate: Candidate, order: Sequence[str], reason: str, usable: Collection[str]) -> list[Way]:
    wishes = [channel for channel in candidate.preferred_channels if channel in order]
    return [
        Way(channel, PREFERRED if channel in wishes else reason)
        for channel in dict.fromkeys([*wishes, *order])
        if channel in usable and candidate.can_be_reached_on(channel)
    ]


def at_once(policy: Policy, offer: Offer, purpose: str, ways: Sequence[Way]) -> list[Way]:
    """Those that are used at the same time: two for what must not be missed, else the first."""
    second = ways[1:2] if policy.strategy(offer, purpose).on_two else []
    return [*ways[:1], *(Way(way.channel, BOTH) for way in second)]


def _within(windows: Sequence[SendWindow]) -> tuple[time, time]:
    """The hours of the first window, as far as those after it, each of a node farther up, allow them.

    Whoever narrows a window binds all below at once; where nothing is left in common, the upper one counts.
    """
    opens, closes = windows[-1].opens_at, windows[-1].closes_at
    for window in reversed(windows[:-1]):
        later, earlier = max(opens, window.opens_at), min(closes, window.closes_at)
        if later < earlier:
            opens, closes = later, earlier
    return opens, closes


def _closing(closes_at: time) -> time | None:
    """23:59 is what people enter for midnight."""
    return None if (closes_at.hour, closes_at.minute) == (23, 59) else closes_at


def _rank(row: ChannelStrategy) -> tuple[bool, bool, int, UUID]:
    return (row.purpose == "", not row.condition, row.position, row.pk)


# --- This process' copy -------------------------------------------------------------------------
_kept: Policy | None = None


def _read(stamp: int) -> Policy:
    strategies = list(ChannelStrategy.objects.all())
    rules = list(ReminderRule.objects.filter(active=True).order_by("number"))
    return Policy(
        stamp=stamp,
        strategies=strategies,
        rules=rules,
        channels=dict(BranchChannels.objects.values_list("branch__path", "channels")),
        windows={row.branch.path: row for row in SendWindow.objects.select_related("branch")},
        days=list(CalendarDay.objects.select_related("branch")),
        branches=Branch.objects.in_bulk(),
        asked=asked_by([*(row.condition for row in strategies), *(row.condition for row in rules)]),
    )
