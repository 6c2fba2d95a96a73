"""Does a message cost more when millions of old ones are in the tables? The same messages out, before and after."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from itertools import count

from bench.carriers import carriers
from bench.copies import settle, size_gb
from bench.figures import Figure
from bench.old_messages import TABLES, deliver_accepted, fill
from bench.progress import say
from bench.rows import empty_tables, plan
from bench.sending import NAMES, send_all, workers
from candidates.models import Channel
from notifications.models import Message

RUNS, MESSAGES, FEW, MANY = 5, 5000, 10_000, 5_000_000
CHANNEL = Channel.SMS
# Each sending is to other people than the one before.
FIRSTS = count(0, 1_000_000)


def figures() -> Iterator[Figure]:
    empty_tables()
    try:
        with carriers(0) as carrier, workers(carrier):
            send(FEW)
            settle(TABLES)
            before = cost(f"{FEW:,} old messages")
            fill(total=MANY)
            settle(TABLES)
            many = Message.objects.count()
            after = cost(f"{many:,} old messages")
        name = f"one message by {NAMES[CHANNEL]} with {many:,} old ones"
        note = (
            f"floor: with {FEW:,}; median of {RUNS} × {MESSAGES:,} each; beside the messages people, offers, page "
            f"keys, tries, events and receipts, {size_gb():.1f} GB"
        )
        yield Figure(name, after, "ms", "≤ 1.2 × floor", before, note)
    finally:
        empty_tables()


def cost(title: str) -> float:
    """Milliseconds for one message, of all processes together."""
    costs = []
    # Statistics were taken and pages written out just now; the first run finds everything cold.
    send(MESSAGES)
    for run in range(RUNS):
        costs.append(send(MESSAGES) / MESSAGES * 1000)
        say(f"with {title}: run {run + 1} of {RUNS}, {costs[-1]:.2f} ms a message")
    return statistics.median(costs)


def send(number: int) -> float:
    """Seconds for so many new messages of new people; afterwards they are old."""
    plan(CHANNEL, count=number, first=next(FIRSTS))
    seconds = send_all(CHANNEL, count=number)
    deliver_accepted()
    return seconds
