"""What goes out in the next seven days for the candidates of one branch: counted by day, and listed page by page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils.dateparse import parse_date

from branches.calendar_days import stated_days
from branches.models import Branch
from branches.scopes import Principal
from branches.working_days import working_days
from candidates.models import Offer
from notifications.upcoming import DAYS, Upcoming, looked_at_by, upcoming

# Of so many candidates it is worked out at once; who has more chooses a branch below.
MOST_OFFERS = 500
PER_PAGE = 100


@dataclass(frozen=True)
class Day:
    """One bar. `messages` and `tasks` for HR on that day of the branch; `percent` of the fullest day."""

    day: date
    is_working: bool
    messages: int
    tasks: int
    percent: int


@dataclass(frozen=True)
class Line:
    """One row of the list, and the day it belongs to by the branch's clocks."""

    day: date
    entry: Upcoming


@dataclass(frozen=True)
class Week:
    """`chosen`: the only day that is listed. `looked_at` of `candidates` were worked out, the most pressing first."""

    days: list[Day]
    chosen: date | None
    lines: Page[Line]
    looked_at: int
    candidates: int

    @property
    def is_all(self) -> bool:
        return self.looked_at >= self.candidates


def week(node: Branch, principal: Principal, *, at: datetime, asked: QueryDict) -> Week:
    offers = Offer.objects.visible_to(principal).filter(branch__path__startswith=node.path)
    coming = upcoming(offers, at=at, limit=MOST_OFFERS)
    today = at.astimezone(node.zone).date()
    days = [today + timedelta(days=number) for number in range(DAYS)]
    lines = [Line(one.at.astimezone(node.zone).date(), one) for one in coming.entries]
    lines = [line for line in lines if line.day <= days[-1]]
    chosen = _chosen(asked.get("day", ""), days)
    listed = [line for line in lines if chosen in (None, line.day)]
    return Week(
        days=_bars(node, days, lines),
        chosen=chosen,
        lines=Paginator(listed, PER_PAGE).get_page(asked.get("page")),
        looked_at=coming.offers,
        candidates=coming.offers
        if coming.is_all
        else looked_at_by(at + timedelta(days=DAYS), offers).count(),
    )


def _chosen(text: str, days: list[date]) -> date | None:
    """A day out of the address; nonsense is taken as all of them."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day in days else None


def _bars(node: Branch, days: list[date], lines: list[Line]) -> list[Day]:
    calendar = working_days(node, stated_days(days[0], days[-1]))
    messages = Counter(line.day for line in lines if line.entry.channels)
    tasks = Counter(line.day for line in lines if not line.entry.channels)
    fullest = max([*messages.values(), 1])
    return [
        Day(day, calendar.is_working(day), messages[day], tasks[day], round(100 * messages[day] / fullest))
        for day in days
    ]
