"""When a branch sends what is not urgent: opening hours, days off, and where what falls outside of them goes. Pure.

Moments come in with any offset and go out in UTC; days and times of day are the branch's own. Where a clock is put
forward, a time that does not exist counts as the same time by the clock before; where it is put back, the first of
the two counts (PEP 495, fold=0).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from branches.working_days import WorkingDays
from notifications.models import OffDays

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Place:
    """A moment for a message, and how it came to it: "window", "day_off:earlier", "day_off:later", or "" as wished."""

    at: datetime
    moved: str = ""


@dataclass(frozen=True)
class Window:
    """`closes`: None for the end of the day. `slot`: on the working day that something is moved to."""

    zone: ZoneInfo
    days: WorkingDays
    opens: time = time.min
    closes: time | None = None
    off_days: str = OffDays.SEND
    slot: tuple[time, time] | None = None
    a_day: int | None = None

    # --- Days and hours ---
    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)

    def start_of(self, day: date) -> datetime:
        return self.at(day, time.min)

    def _sends_on(self, day: date) -> bool:
        return self.off_days == OffDays.SEND or self.days.is_working(day)

    def _closing(self, day: date) -> datetime:
        return self.at(day, self.closes) if self.closes else self.start_of(day + DAY)

    def is_open(self, moment: datetime) -> bool:
        day = self.day_of(moment)
        return self._sends_on(day) and self.at(day, self.opens) <= moment < self._closing(day)

    # --- Where a message goes ---
    def next_open(self, moment: datetime) -> datetime:
        """The first moment from this one on at which the window is open. Raises NoWorkingDay."""
        if self.is_open(moment):
            return moment
        day, crossed = self.day_of(moment), False
        if self._sends_on(day) and moment < self.at(day, self.opens):
            return self.at(day, self.opens)
        day += DAY if self._sends_on(day) else timedelta(0)
        if not self._sends_on(day):
            day, crossed = self.days.at_or_after(day), True
        moved_into_slot = crossed and self.slot and self.off_days == OffDays.LATER
        return self.at(day, self.slot[0] if moved_into_slot and self.slot else self.opens)

    def place(
        self,
        wish: datetime,
        *,
        not_before: datetime | None = None,
        latest: datetime | None = None,
        may_be_early: bool = False,
    ) -> Place | None:
        """Where a message goes that is wished for at a moment: there, or the nearest that the window has for it.

        `latest`: from then on it is of no use. `may_be_early`: it may go out before the wish, not before `not_before`.
        None where nothing fits. Raises NoWorkingDay.
        """
        if self.is_open(wish):
            return Place(wish)
        is_off = not self._sends_on(self.day_of(wish))
        early = self._earlier(wish) if may_be_early else None
        if early and not_before and early < not_before:
            early = None
        if early and is_off and self.off_days == OffDays.EARLIER:
            return Place(early, "day_off:earlier")
        late = self.next_open(wish)
        if latest is None or late < latest:
            return Place(late, "day_off:later" if is_off else "window")
        return Place(early, "day_off:earlier" if is_off else "window") if early else None

    def _earlier(self, wish: datetime) -> datetime:
        """On a day off: the last working day before it, in the slot or at the same time. Else just before closing."""
        day, clock = self.day_of(wish), wish.astimezone(self.zone).time()
        if not self._sends_on(day):
            day = self.days.at_or_before(day - DAY)
            clock = self.slot[0] if self.slot else clock
        elif wish < self.at(day, self.opens):
            day = self._day_before(day)
            clock = time.max
        last = self._closing(day) - MINUTE  # before the opening, where the window is no minute long
        return max(min(self.at(day, clock.replace(microsecond=0)), last), self.at(day, self.opens))

    def _day_before(self, day: date) -> date:
        before = day - DAY
        return before if self._sends_on(before) else self.days.at_or_before(before)
