"""One run: results come in round after round, something is killed in each, then all may settle and is counted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from random import Random

from faults import rows
from faults.count import Carriers, Count, count
from faults.kills import Killer
from faults.plan import CALM, Round, rounds
from faults.platform import Person, Platform
from hrnotify.embedded import EmbeddedServers
from hrnotify.stack import Stack

PEOPLE_A_ROUND = 250
FEWEST_ROUNDS = 6  # one for each that may be killed
SETTLE_SECONDS = 300.0
# Two rounds of the clock: it may still find something to do where nothing is under way.
STILL_SECONDS = 2.5


@dataclass(frozen=True)
class Outcome:
    """What a run came to. Times in seconds; `settled_after` is None where it never settled."""

    count: Count
    killed: list[str]
    repeats: int
    mails_in_flight: int
    mails_unanswered: int
    stuck: int
    receipts_dropped: int
    receipts_unused: int
    signalled_in: float
    settled_after: float | None
    died: list[str]

    @property
    def mails_explained(self) -> int:
        """As many mails may have gone out twice: nobody could know that the server has them already."""
        return self.mails_in_flight + self.mails_unanswered

    @property
    def is_good(self) -> bool:
        wrong = (self.count.lost, self.count.doubled, self.count.strangers, self.stuck, self.receipts_unused)
        return not any(wrong) and self.count.mails_repeated <= self.mails_explained and not self.unexplained

    @property
    def unexplained(self) -> list[str]:
        """What died without having been killed. Celery's worker gives up, to be started again, where one of its
        processes dies while it starts them.
        """
        killed = Counter(worker=self.killed.count("worker process"))
        return sorted((Counter(self.died) - killed).elements())


def run(
    *, people: Sequence[Person], seed: int, servers: EmbeddedServers, stack: Stack, secret: str,
    say: Callable[[str], None],
) -> Outcome:  # fmt: skip
    random = Random(seed)
    killer = Killer(stack, servers, random, rows.mails_under_way)
    died: list[str] = []
    platform, carriers = Platform(web=stack.web_url, secret=secret), Carriers(stack.sandbox_url)
    started = time.monotonic()
    plan = rounds(max(FEWEST_ROUNDS, len(people) // PEOPLE_A_ROUND), random=random)
    with ThreadPoolExecutor(1) as pool, platform:
        for number, step in enumerate(plan):
            say(f"  {time.monotonic() - started:6.1f} s  {_told(step)}")
            carriers.set_faults(CALM | step.faults)
            signalling = pool.submit(platform.signal, people[number :: len(plan)])
            killer.carry_out(step)
            _await(signalling, stack, died)
    signalled_in = time.monotonic() - started
    carriers.set_faults(CALM)
    settled_after = _settle(stack, carriers, died)
    acceptances = list(carriers.acceptances())
    return Outcome(
        count=count(people, acceptances),
        killed=killer.killed,
        repeats=platform.repeats,
        mails_in_flight=killer.mails_in_flight,
        mails_unanswered=carriers.counts()["email"]["unanswered"],
        stuck=rows.unsettled(),
        receipts_dropped=carriers.total("receipts_dropped"),
        receipts_unused=rows.not_put_to_use(one.reference for one in acceptances if one.is_acknowledged),
        signalled_in=signalled_in,
        settled_after=settled_after,
        died=died,
    )


def _told(step: Round) -> str:
    weather = ", ".join(f"{name} {value:g}" for name, value in step.faults.items())
    return f"kill -9 {' and '.join(step.victims)}; {weather}"


def _await(signalling: Future[None], stack: Stack, died: list[str]) -> None:
    """Raises what the platform raised."""
    while not signalling.done():
        _supervise(stack, died)
        time.sleep(0.05)
    signalling.result()


def _settle(stack: Stack, carriers: Carriers, died: list[str]) -> float | None:
    """Seconds until nothing was under way any more and stayed so."""
    started = time.monotonic()
    still_since: float | None = None
    while time.monotonic() - started < SETTLE_SECONDS:
        _supervise(stack, died)
        if rows.unsettled() or carriers.total("receipts_pending"):
            still_since = None
        else:
            still_since = still_since or time.monotonic()
            if time.monotonic() - still_since > STILL_SECONDS:
                return still_since - started
        time.sleep(0.2)
    return None


def _supervise(stack: Stack, died: list[str]) -> None:
    """As in service: whatever died by itself is noted, and started again after a pause."""
    for child in stack.children.values():
        stack.revive(child, report=partial(_note, died, child.name))


def _note(died: list[str], name: str, _obituary: str) -> None:
    died.append(name)
