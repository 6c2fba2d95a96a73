"""The planner with a million offers: when some of them are due, when none is, and when a rule was changed."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import psutil
from django.conf import settings
from django.utils import timezone

from bench.carriers import Sink, accounts
from bench.copies import settle, size_gb, tables_of
from bench.figures import Figure, NotMeasured, median_ms, spread
from bench.many_offers import at_its_hour, fill, reminder
from bench.planning_floor import PlainPlanner
from bench.progress import say
from bench.rows import empty_tables
from branches.models import PlanningStamp
from hrnotify.celery import app
from hrnotify.processes import CHECKOUT
from notifications.models import Message, ReminderRule, Schedule

OFFERS, DUE, RUNS, IDLE_TICKS, STALE_TICKS, MOST_TICKS = 1_000_000, 10_000, 5, 200, 10, 5
MOVED = tables_of((Message, Schedule))
# Nothing is sent here: planning asks only whether a channel has a carrier.
NOWHERE = Sink(9, 9)
ALONE = "the planner alone in its process, loaded as a worker"


def figures() -> Iterator[Figure]:
    at = at_its_hour(timezone.now() - timedelta(days=1))
    try:
        fill(total=OFFERS, due=DUE, at=at)
        yield from _some_due(at)
        yield from _none_due(at)
        yield from _rule_changed(at)
    finally:
        empty_tables()
        app.control.purge()  # nobody works here, and all were woken


# --- Some are due ---------------------------------------------------------------------------------
def _some_due(at: datetime) -> Iterator[Figure]:
    runs = [_planned(run, at) for run in range(RUNS)]
    floors = [_floor(at) for _ in range(RUNS)]
    seconds, ticks = [run.seconds for run in runs], max(len(run.busy) for run in runs)
    note = (
        f"{spread(seconds)}{f', in up to {ticks} ticks' if ticks > 1 else ''}; {ALONE}; floor: the same offers locked "
        f"and read, their messages written by COPY and their next look noted, in plain SQL, with nothing worked out; "
        f"{size_gb():.1f} GB"
    )
    what = f"a tick with {DUE:,} of {OFFERS:,} offers due"
    yield Figure(what, statistics.median(seconds), "s", "< 5 s", statistics.median(floors), note)
    yield Figure(
        "the largest the process became over it",
        max(run.peak_mb for run in runs),
        "MB",
        "< 200 MB",
        note="RSS",
    )


def _planned(run: int, at: datetime) -> Ran:
    _as_before(at)
    # On a slow machine a tick gives up its turn, and the next one goes on.
    ran = _run(at, times=MOST_TICKS)
    _check(ran, at)
    say(f"run {run + 1} of {RUNS}: {ran.seconds:.2f} s, {ran.peak_mb:.0f} MB")
    return ran


def _floor(at: datetime) -> float:
    """With the messages that the planner wrote."""
    plain = PlainPlanner(
        settings.DATABASE_URL, rows=PlainPlanner.lines(settings.DATABASE_URL, purpose=reminder().kind)
    )
    _as_before(at)
    return plain.seconds(at)


def _check(ran: Ran, at: datetime) -> None:
    planned = sum(tick["planned"] for tick in ran.ticks)
    written = Message.objects.filter(purpose=reminder().kind)
    if not planned == written.count() == written.values("offer").distinct().count() == DUE:
        raise NotMeasured(f"Of {DUE:,} reminders {planned:,} were planned.")
    if Schedule.objects.filter(look_at__lte=at).exists():
        raise NotMeasured("Some offers were left for another tick.")


def _as_before(at: datetime) -> None:
    """As though nobody had looked at any of them."""
    looked_at = Message.objects.filter(purpose=reminder().kind)
    Schedule.objects.filter(offer__in=looked_at.values("offer")).update(look_at=at)
    looked_at.delete()
    stamp = PlanningStamp.current()
    Schedule.objects.filter(planned_with__lt=stamp).update(planned_with=stamp)
    settle(MOVED)


# --- None is due ----------------------------------------------------------------------------------
def _none_due(at: datetime) -> Iterator[Figure]:
    before = at - timedelta(hours=1)
    _as_before(at)
    ran = _run(before, times=IDLE_TICKS)
    if any(tick["looked_at"] for tick in ran.ticks):
        raise NotMeasured("Something was due.")
    milliseconds = [tick["seconds"] * 1000 for tick in ran.ticks]
    question = partial(PlainPlanner(settings.DATABASE_URL, rows=()).due, before)
    note = f"{spread(milliseconds)}; floor: the question alone whether an offer is due"
    yield Figure(
        f"a tick with none of {OFFERS:,} due",
        statistics.median(milliseconds),
        "ms",
        "< 50 ms",
        median_ms(question, rounds=IDLE_TICKS),
        note,
    )


# --- A rule was changed ---------------------------------------------------------------------------
def _rule_changed(at: datetime) -> Iterator[Figure]:
    """Every offer was planned by what counts no more; those that are due go first all the same."""
    _as_before(at)
    rule = ReminderRule.objects.get(pk=reminder().pk)
    rule.save()  # says nothing new, and raises the stamp as any other saving does
    ran = _run(at, times=STALE_TICKS)
    first, *rest = ran.ticks
    if first["planned"] != DUE or any(tick["planned"] for tick in rest):
        raise NotMeasured("What was due did not go first.")
    note = f"{first['looked_at'] - DUE:,.0f} others were looked at in the rest of it"
    yield Figure(
        f"a tick with {DUE:,} due after a rule was changed", first["seconds"], "s", "< 5 s", note=note
    )
    looked, seconds = sum(tick["looked_at"] for tick in rest), sum(tick["seconds"] for tick in rest)
    longest = max(tick["seconds"] for tick in rest)
    note = f"in {len(rest)} ticks, the longest of {longest:.1f} s, one every {settings.SWEEP_SECONDS} s by default"
    yield Figure("offers looked at anew after a rule was changed", looked / seconds, "/s", note=note)
    yield Figure(
        f"the largest the process became over {STALE_TICKS} such ticks",
        ran.peak_mb,
        "MB",
        "< 200 MB",
        note="RSS",
    )


# --- A planner in a process of its own ------------------------------------------------------------
@dataclass(frozen=True)
class Ran:
    """What each tick counted, with the seconds it took, and the largest the process became."""

    ticks: Sequence[Mapping[str, float]]
    peak_mb: float

    @property
    def busy(self) -> Sequence[Mapping[str, float]]:
        """Ticks that found something to look at."""
        return [tick for tick in self.ticks if tick["looked_at"]]

    @property
    def seconds(self) -> float:
        return sum(tick["seconds"] for tick in self.busy)


def _run(at: datetime, *, times: int) -> Ran:
    command = [sys.executable, "-m", "bench.one_planner", at.isoformat(), str(times)]
    environment = {**os.environ, **accounts(NOWHERE)}
    with subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        peak = _peak_mb(psutil.Process(process.pid), process)
        lines = process.stdout.read().splitlines() if process.stdout else []
    if process.returncode or len(lines) != times:
        raise NotMeasured("The planner's process failed; its own words stand above.")
    return Ran([json.loads(line) for line in lines], peak)


def _peak_mb(seen: psutil.Process, process: subprocess.Popen[str]) -> float:
    peak = 0
    while process.poll() is None:
        peak = max(peak, _resident(seen))
        try:
            process.wait(timeout=0.02)
        except subprocess.TimeoutExpired:
            continue
    return peak / 2**20


def _resident(seen: psutil.Process) -> int:
    try:
        return int(seen.memory_info().rss)
    except psutil.Error:  # it has just ended
        return 0
