"""Messages out: from due rows to accepted ones, by real workers, at carriers that cost next to nothing."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from django.conf import settings
from django.db import connection

from bench.bare import Mails, Posts
from bench.carriers import Sink, carriers
from bench.crew import WARM_UP, rate
from bench.figures import Figure, spread
from bench.outbox_floor import Claims, ClaimSendFinish, copy_of_outbox
from bench.progress import say
from bench.rows import empty_tables, plan
from bench.sending import NAMES, PROCESSES, send_all, workers
from candidates.models import Channel

RUNS, MESSAGES = 5, 5000
AIMS = {
    (Channel.SMS, 0): "≥ 2,500/s",
    (Channel.WECHAT, 0): "≥ 2,500/s",
    (Channel.EMAIL, 0): "≥ 1,200/s",
    (Channel.SMS, 200): "≥ 1,000/s",
    (Channel.WECHAT, 200): "≥ 1,000/s",
}
FLOOR_NOTE = f"{PROCESSES} processes without Django, as many threads in each as a worker has"


def figures() -> Iterator[Figure]:
    yield claims()
    for latency_ms in (0, 200):
        with carriers(latency_ms) as carrier:
            floors = {}
            for channel in channels_at(latency_ms):
                if (kind := type(job := bare(channel, carrier))) not in floors:
                    yield bare_figure(job, latency_ms)
                    floors[kind] = claim_send_finish(channel, carrier)
            with workers(carrier):
                for channel in channels_at(latency_ms):
                    yield out(channel, latency_ms, floor=floors[type(bare(channel, carrier))])


def channels_at(latency_ms: int) -> list[Channel]:
    return [channel for channel in Channel if (channel, latency_ms) in AIMS]


def bare(channel: Channel, carrier: Sink) -> Posts | Mails:
    if channel == Channel.EMAIL:
        return Mails(carrier.smtp, settings.MAIL_CONNECTIONS)
    return Posts(carrier.http, settings.IN_FLIGHT)


def out(channel: Channel, latency_ms: int, *, floor: float) -> Figure:
    name = f"{NAMES[channel]} out, carrier answers after {latency_ms} ms"
    rates = []
    for run in range(RUNS):
        rates.append(delivery_rate(channel))
        say(f"{name}: run {run + 1} of {RUNS}, {rates[-1]:,.0f}/s")
    note = f"{spread(rates)} × {MESSAGES:,}; floor: claim + send + finish without Django"
    return Figure(name, statistics.median(rates), "/s", AIMS[channel, latency_ms], floor, note)


def delivery_rate(channel: Channel) -> float:
    """Messages a second from the wake-up to the last accepted one, with nothing else in the tables."""
    empty_tables()
    plan(channel, count=MESSAGES)
    return MESSAGES / send_all(channel, count=MESSAGES)


# --- Floors -------------------------------------------------------------------------------------
def claims() -> Figure:
    """Rows claimed and finished by PostgreSQL alone."""
    plan_for_floor(Channel.SMS)
    job = Claims(connection_string(), Channel.SMS.value)
    value = statistics.median(_anew(job) for _ in range(RUNS))
    return Figure("floor: batches claimed and finished, nothing sent", value, "/s", note=FLOOR_NOTE)


def bare_figure(job: Posts | Mails, latency_ms: int) -> Figure:
    what = "posts by urllib3" if isinstance(job, Posts) else "mails by smtplib, built beforehand,"
    value = statistics.median(rate(job, count=MESSAGES, processes=PROCESSES) for _ in range(RUNS))
    return Figure(f"floor: bare {what} at {latency_ms} ms", value, "/s", note=FLOOR_NOTE)


def claim_send_finish(channel: Channel, carrier: Sink) -> float:
    plan_for_floor(channel)
    job = ClaimSendFinish(connection_string(), channel.value, carrier=bare(channel, carrier))
    return statistics.median(_anew(job) for _ in range(RUNS))


def plan_for_floor(channel: Channel) -> None:
    empty_tables()
    plan(channel, count=MESSAGES + WARM_UP * PROCESSES)


def _anew(job: Claims) -> float:
    copy_of_outbox(job.dsn)
    return rate(job, count=MESSAGES, processes=PROCESSES)


def connection_string() -> str:
    """Of Django's database, for a client of its own."""
    connection.ensure_connection()
    return str(connection.connection.dsn)
