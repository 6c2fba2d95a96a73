"""Whether another first day is granted at once: the policy that counts, and what stands against a day. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from branches.models import Branch
from branches.working_days import WorkingDays
from candidates.models import DeferralPolicy

# Nobody is asked to decide about a day farther away than this.
FARTHEST = timedelta(days=366)
OFFERED_AT_ONCE = 10


class Obstacle(models.TextChoices):
    """Why no rule grants a day. Stored with the request, so that HR sees what a rule saw."""

    TOO_EARLY = "too_early", _("not after the present first day, or not after today")
    TOO_LATE = "too_late", _("later than the policy allows")
    WEEKDAY = "weekday", _("not one of the allowed weekdays")
    DAY_OFF = "day_off", _("not a working day")
    UNKNOWN_DAY = "unknown_day", _("the official calendar of that year is not known yet")
    FULL = "full", _("no place left on that day")
    TOO_OFTEN = "too_often", _("moved as often as the policy allows")
    BY_HAND = "by_hand", _("HR decides every request here")
    NO_POLICY = "no_policy", _("no policy is stated for this branch")


@dataclass(frozen=True)
class Grounds:
    """What the answer to a wish depends on; all days by the clocks of the branch.

    `offered_at_first`: the first day before any deferral moved it. `taken`: how many others start on a day.
    """

    policy: DeferralPolicy | None
    working: WorkingDays
    today: date
    first_day: date
    offered_at_first: date
    times_granted: int = 0
    taken: Mapping[date, int] = field(default_factory=dict)

    @property
    def earliest(self) -> date:
        """The first day that may be asked for."""
        return max(self.first_day, self.today) + timedelta(days=1)

    @property
    def farthest(self) -> date:
        """The last day that may be asked for, whoever decides."""
        return self.first_day + FARTHEST

    @property
    def latest(self) -> date | None:
        """The last day a rule grants."""
        return self.offered_at_first + timedelta(days=self.policy.latest_days) if self.policy else None

    def can_be_asked(self, day: date) -> bool:
        return self.earliest <= day <= self.farthest

    def places_left(self, day: date) -> int | None:
        """None: any number may start on one day."""
        if self.policy is None or self.policy.places_a_day is None:
            return None
        return max(0, self.policy.places_a_day - self.taken.get(day, 0))


def policy_for(branch: Branch, category: str, policies: Iterable[DeferralPolicy]) -> DeferralPolicy | None:
    """The nearest node's that states one for this category; there the category's own before the one for all.

    `policies`: at least all of the branch and above it, with their branches at hand.
    """
    above = branch.path_and_above
    fitting = [one for one in policies if one.branch.path in above and one.category in ("", category)]
    return min(fitting, key=lambda one: (above.index(one.branch.path), one.category == ""), default=None)


def obstacles(wanted: date, grounds: Grounds) -> list[Obstacle]:
    """None: the day is granted at once."""
    return [*_of_the_day(wanted, grounds), *_of_the_policy(wanted, grounds)]


def obstacle_words(codes: Iterable[str]) -> list[str]:
    """In the language of whoever reads; what nobody knows any more is left out."""
    return [str(Obstacle(code).label) for code in codes if code in Obstacle.values]


def _of_the_day(wanted: date, grounds: Grounds) -> Iterator[Obstacle]:
    if wanted < grounds.earliest:
        yield Obstacle.TOO_EARLY
    if not grounds.working.is_working(wanted):
        yield Obstacle.DAY_OFF
    elif not grounds.working.is_known(wanted) and wanted not in grounds.working.stated:
        yield Obstacle.UNKNOWN_DAY


def _of_the_policy(wanted: date, grounds: Grounds) -> Iterator[Obstacle]:
    policy = grounds.policy
    if policy is None:
        yield Obstacle.NO_POLICY
        return
    if grounds.latest and wanted > grounds.latest:
        yield Obstacle.TOO_LATE
    if policy.weekdays and wanted.weekday() not in policy.weekdays:
        yield Obstacle.WEEKDAY
    if grounds.places_left(wanted) == 0:
        yield Obstacle.FULL
    if grounds.times_granted >= policy.times:
        yield Obstacle.TOO_OFTEN
    if not policy.at_once:
        yield Obstacle.BY_HAND


def possible_days(
    grounds: Grounds, *, limit: int = OFFERED_AT_ONCE, apart_from: Collection[Obstacle] = ()
) -> list[date]:
    """The next days that would be granted at once; or would, were it not for the obstacles named."""
    found: list[date] = []
    day = grounds.earliest
    while day <= (grounds.latest or grounds.farthest) and len(found) < limit:
        if set(obstacles(day, grounds)) <= set(apart_from):
            found.append(day)
        day += timedelta(days=1)
    return found


def at_same_time(moment: datetime, day: date, *, zone: ZoneInfo) -> datetime:
    """Another day at the same time of day, by the clocks of `zone`."""
    return datetime.combine(day, moment.astimezone(zone).time(), tzinfo=zone)
