"""How much memory a worker holds after many messages, and whether it grows on."""

from __future__ import annotations

from collections.abc import Iterator

import psutil

from bench.carriers import carriers
from bench.figures import Figure
from bench.progress import say
from bench.rows import empty_tables, plan
from bench.sending import send_all, workers
from candidates.models import Channel

MESSAGES, STEP = 100_000, 5000
CHANNELS = (Channel.SMS, Channel.WECHAT, Channel.EMAIL)
AIM = "≤ 150 MB"
NOTE = "the largest of the worker's processes (RSS); SMS, WeChat and mail in turns"


def figures() -> Iterator[Figure]:
    empty_tables()
    with carriers(0) as carrier, workers(carrier) as pid:
        samples = dict(_samples(psutil.Process(pid)))
        shared = sum(_pss_mb(process) for process in _family(psutil.Process(pid)))
    for count, largest in samples.items():
        if count in {STEP, MESSAGES // 2, MESSAGES}:
            aim = AIM if count == MESSAGES else ""
            yield Figure(f"a worker's process after {count:,} messages", largest, "MB", aim, note=NOTE)
    yield Figure(
        "all processes of the worker together", shared, "MB", note="memory they share is counted once (PSS)"
    )


def _samples(worker: psutil.Process) -> Iterator[tuple[int, float]]:
    """Messages sent so far, and the largest process then."""
    for step in range(MESSAGES // STEP):
        channel = CHANNELS[step % len(CHANNELS)]
        empty_tables()
        plan(channel, count=STEP)
        send_all(channel, count=STEP)
        largest = max(_rss_mb(process) for process in _family(worker))
        sent = (step + 1) * STEP
        say(f"after {sent:,} messages: {largest:.0f} MB")
        yield sent, largest


def _family(worker: psutil.Process) -> list[psutil.Process]:
    return [worker, *worker.children()]


def _rss_mb(process: psutil.Process) -> float:
    return float(process.memory_info().rss / 2**20)


def _pss_mb(process: psutil.Process) -> float:
    """Where the system does not share out what is common (macOS), what is the process's alone."""
    info = process.memory_full_info()
    return float(getattr(info, "pss", info.uss) / 2**20)
