"""The same job in several processes at once, from when all are warm until the last is done."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from threading import Barrier
from typing import Protocol

# A fork would take over the parent's database connection.
SPAWN = multiprocessing.get_context("spawn")
WARM_UP = 200


class Job(Protocol):
    """Work that is done piece by piece. It travels to its process before `open`, so it holds only what is plain."""

    def open(self) -> None:
        """Connections and threads, which are not to be measured."""
        ...

    def run(self, count: int) -> None: ...


def rate(job: Job, *, count: int, processes: int, warm_up: int = WARM_UP) -> float:
    """Pieces a second of all processes together, each doing its share of `count` after `warm_up` pieces."""
    share = count // processes
    start_line = SPAWN.Barrier(processes)
    with ProcessPoolExecutor(
        processes, mp_context=SPAWN, initializer=_meet_at, initargs=(start_line,)
    ) as pool:
        # Each waits for all at the start line, so none can take two shares.
        spans = list(pool.map(partial(_timed, job, warm_up), [share] * processes))
    return share * processes / (max(end for _, end in spans) - min(start for start, _ in spans))


class _StartLine:
    barrier: Barrier


def _meet_at(barrier: Barrier) -> None:
    _StartLine.barrier = barrier


def _timed(job: Job, warm_up: int, count: int) -> tuple[float, float]:
    """Start and end by the clock that all processes of a machine share."""
    job.open()
    job.run(warm_up)
    _StartLine.barrier.wait(timeout=60)
    start = time.monotonic()
    job.run(count)
    return start, time.monotonic()
