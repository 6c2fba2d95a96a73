"""From the signal to the carrier's acceptance, through web server, worker and beat as `make serve` starts them.

Everything is on one machine, the platform and the carriers included.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.utils import timezone

from bench import sending
from bench.carriers import accounts, carriers
from bench.figures import Figure, NotMeasured, spread
from bench.place import folder
from bench.progress import say
from bench.rows import empty_tables
from bench.signalling import CHANNELS, Line, Signer, send_all, source
from candidates.models import Channel
from hrnotify.processes import any_free_port
from hrnotify.stack import Stack
from notifications.models import Message

RUNS, RESULTS, BATCH = 5, 10_000, 1000
IDLE = 100
# Long enough that nothing of one signal is still going on at the next, and in no step with the beat.
PAUSES = (0.2, 0.5)
PATIENCE_SECONDS = 30.0
AIM, IDLE_AIM = "≤ 8 s", "≤ 250 ms"
NOTE = "a third each by SMS, WeChat and mail, carriers at 0 ms"


def figures() -> Iterator[Figure]:
    with stack() as port:
        _warm(port)
        for name, requests in (("by batch", batches), ("one by one", singles)):
            title = f"{RESULTS:,} results {name}, all accepted by the carriers"
            seconds = _runs(title, requests, port)
            yield Figure(title, statistics.median(seconds), "s", AIM, note=f"{spread(seconds)}; {NOTE}")
        yield from idle(port)


@contextmanager
def stack() -> Iterator[int]:
    """The port of a web server that runs as in service, with worker and beat."""
    with carriers(0) as carrier:
        port = any_free_port()
        variables = {**accounts(carrier), "PUBLIC_URL": f"http://127.0.0.1:{port}"}
        with Stack(port=port, folder=folder() / "stack", variables=variables):
            yield port


def batches(signer: Signer) -> list[bytes]:
    numbers = range(RESULTS)
    return [signer.batch(numbers[start : start + BATCH]) for start in range(0, RESULTS, BATCH)]


def singles(signer: Signer) -> list[bytes]:
    return [signer.single(number) for number in range(RESULTS)]


def _warm(port: int) -> None:
    """Every process has sent on every channel before anything is measured."""
    empty_tables()
    send_all([Signer(source(), run="warm").single(number) for number in range(300)], port=port)
    sending.wait_until_sent(*CHANNELS)


def _runs(title: str, requests: Callable[[Signer], Sequence[bytes]], port: int) -> list[float]:
    seconds = []
    for run in range(RUNS):
        seconds.append(_seconds(requests(Signer(source(), run=f"{requests.__name__}-{run}")), port))
        say(f"{title}: run {run + 1} of {RUNS}, {seconds[-1]:.1f} s")
    return seconds


def _seconds(requests: Sequence[bytes], port: int) -> float:
    """From the first signal to the last acceptance."""
    empty_tables()
    started = time.perf_counter()
    send_all(requests, port=port)
    sending.wait_until_sent(*CHANNELS)
    took = time.perf_counter() - started
    if (accepted := sending.accepted(*CHANNELS)) != RESULTS:
        raise NotMeasured(f"Of {RESULTS} results only {accepted} came to a message that was accepted.")
    return took


# --- With nothing else to do --------------------------------------------------------------------
def idle(port: int) -> Iterator[Figure]:
    empty_tables()
    signer, line, waits = Signer(source(), run="idle"), Line(port), []
    for number in range(IDLE):
        time.sleep(random.uniform(*PAUSES))
        waits.append(_milliseconds(line, signer.single(number, channels=[Channel.SMS])))
    note = f"{IDLE} results by SMS, one by one with pauses; until the carrier's answer is noted"
    yield Figure(
        "one result while idle, signal to acceptance, median", statistics.median(waits), "ms", note=note
    )
    slowest = statistics.quantiles(waits, n=20, method="inclusive")[-1]
    yield Figure("one result while idle, signal to acceptance, 95 %", slowest, "ms", IDLE_AIM, note=note)


def _milliseconds(line: Line, request: bytes) -> float:
    """By the moment that the worker wrote down, so that asking for it does not disturb the worker."""
    sent = timezone.now()
    line.send(request)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        time.sleep(0.1)
        message = Message.objects.filter(created_at__gte=sent).order_by("-created_at").first()
        if message and message.accepted_at:
            return (message.accepted_at - sent).total_seconds() * 1000
    raise NotMeasured(f"A message was not accepted within {PATIENCE_SECONDS:.0f} s.")
