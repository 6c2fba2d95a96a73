"""The figures of the first page: how far the offers of each branch have come, and what waits for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils import timezone
from django.utils.functional import Promise

from branches.models import Branch
from branches.scopes import Principal
from candidates.models import Deferral, Offer, OfferQuerySet
from dashboard.deferrals import to_decide
from dashboard.selections import DAYS_KEPT, FUNNEL, TO_DO, UNKNOWN, condition, start_of_day
from tracking.funnel import DAYS, start_of_funnel

SHOWN_PER_TASK = 5


@dataclass(frozen=True)
class Step:
    """One bar: its name as a selection, its label, its number, and its share of all in whole percent."""

    name: str
    label: Promise | str
    count: int
    percent: int


@dataclass(frozen=True)
class BranchRow:
    """A branch with everything below it."""

    branch: Branch
    steps: list[Step]


@dataclass(frozen=True)
class Funnel:
    since: str  # ISO date; offers made before it are not counted
    steps: list[Step]
    unknown: int
    rows: list[BranchRow] = field(default_factory=list)


@dataclass(frozen=True)
class Task:
    name: str
    label: Promise | str
    count: int
    first: list[Offer]


def funnel(principal: Principal, *, days: int = DAYS) -> Funnel:
    """Offers of the last `days` days: two queries to count, one for the branches."""
    since = start_of_funnel(days)
    offers = Offer.objects.visible_to(principal).filter(created_at__gte=since)
    numbers = _numbers(offers)
    branches = list(Branch.objects.visible_to(principal))
    total = sum(numbers.values(), Counter[str]())
    return Funnel(
        since=timezone.localdate(since).isoformat(),
        steps=_steps(total),
        unknown=total[UNKNOWN],
        rows=list(_rows(branches, numbers)) if len(branches) > 1 else [],
    )


def _numbers(offers: OfferQuerySet) -> dict[str, Counter[str]]:
    """How many offers of each branch, by its tree path, are in each step."""
    counts = {name: Count("pk", filter=condition(name)) for name in FUNNEL}
    by_branch = offers.order_by().values_list("branch__path")
    numbers = {
        path: Counter(dict(zip(FUNNEL, steps, strict=True))) for path, *steps in by_branch.annotate(**counts)
    }
    for path, unknown in by_branch.filter(condition(UNKNOWN)).annotate(count=Count("pk")):
        numbers[path][UNKNOWN] = unknown
    return numbers


def _rows(branches: Iterable[Branch], numbers: dict[str, Counter[str]]) -> Iterable[BranchRow]:
    """Branches with at least one offer at or below them, in the order of the tree."""
    for branch in branches:
        below = (count for path, count in numbers.items() if path.startswith(branch.path))
        total = sum(below, Counter[str]())
        if total["passed"]:
            yield BranchRow(branch, _steps(total))


def _steps(numbers: Counter[str]) -> list[Step]:
    whole = max(numbers["passed"], 1)
    return [
        Step(name, label, numbers[name], round(100 * numbers[name] / whole))
        for name, (label, _condition) in FUNNEL.items()
    ]


def tasks(principal: Principal) -> list[Task]:
    """What needs a person now, each with its most pressing offers, the oldest first."""
    offers = Offer.objects.visible_to(principal)
    # The first day has an index: only offers still to come, or just past, are looked at, however many there were.
    recent = offers.filter(onboarding_at__gte=start_of_day(-DAYS_KEPT))
    counts = recent.aggregate(**{name: Count("pk", filter=condition(name)) for name in TO_DO})
    return [
        Task(name, label, counts[name], _first(recent, name) if counts[name] else [])
        for name, (label, _condition) in TO_DO.items()
    ]


@dataclass(frozen=True)
class Requests:
    """Wishes for another first day that wait for HR, the oldest of them by name."""

    count: int
    first: list[Deferral]


def requests(principal: Principal) -> Requests:
    """Two queries, or one where nothing waits."""
    waiting = to_decide(principal)
    count = waiting.count()
    return Requests(count, list(waiting[:SHOWN_PER_TASK]) if count else [])


OLDEST_FIRST = {
    "unreachable_still": "progress__unreachable_at",
    "unanswered": "answer_by",
    "arriving": "onboarding_at",
}


def _first(offers: OfferQuerySet, name: str) -> list[Offer]:
    rows = offers.filter(condition(name)).select_related("candidate", "branch", "progress")
    return list(rows.order_by(OLDEST_FIRST[name], "pk")[:SHOWN_PER_TASK])
