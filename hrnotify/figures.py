"""The figures of the outbox that a monitor reads, taken from the database at each scrape.

So they are the same whichever process is asked. A scrape takes the same few queries however much is in the tables, and
no figure or label holds anybody's data.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from candidates.models import Channel
from notifications.backlog import Backlog, backlogs
from notifications.channels import TRANSPORTS, breaker
from notifications.models import Attempt, Message, Schedule
from notifications.pauses import pauses
from notifications.refused_callbacks import refused_callbacks
from notifications.states import State
from tracking.models import Event, Kind

ACCEPTED_WITHIN = timedelta(minutes=1)
ERRORS_WITHIN = timedelta(minutes=15)
# Twilio reports for up to three days; what has not come by then will not come any more.
RECEIPTS_WITHIN = timedelta(days=3)

# What a try came to that was not accepted. A try that is simply made again leaves its message planned.
ERROR_KINDS = {State.REJECTED: "refused", State.UNCERTAIN: "uncertain", State.PLANNED: "temporary"}


class OutboxCollector(Collector):
    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        yield from _waiting(backlogs(at=now), now)
        yield _late_look(now)
        yield _paused()
        yield _accepted(now)
        yield _errors(now)
        yield from _resting()
        yield from _without_receipt(now)
        yield from _refused()


def _waiting(waiting: dict[str, Backlog], now: datetime) -> Iterator[Metric]:
    oldest = _gauge("oldest_due_seconds", "Age of the oldest message due", "channel")
    depth = _gauge("queue_depth", "Messages not yet with a carrier", "channel", "state")
    for channel, one in waiting.items():
        oldest.add_metric([channel], (now - one.oldest_due).total_seconds() if one.oldest_due else 0)
        for state in (State.PLANNED, State.SENDING, State.UNCERTAIN):
            depth.add_metric([channel, state], getattr(one, state))
    yield oldest
    yield depth


def _late_look(now: datetime) -> Metric:
    """How far the planner is behind: seconds since the oldest look was due, 0 while none is."""
    late = _gauge("oldest_look_seconds", "Age of the oldest offer due to be looked at by the planner")
    oldest = Schedule.objects.filter(look_at__lte=now).aggregate(oldest=Min("look_at"))["oldest"]
    late.add_metric([], (now - oldest).total_seconds() if oldest else 0)
    return late


def _paused() -> Metric:
    paused, held = pauses(), _gauge("channel_paused", "1 while somebody holds the channel back", "channel")
    for channel in Channel.values:
        held.add_metric([channel], channel in paused)
    return held


def _accepted(now: datetime) -> Metric:
    """From the events, which are only added: their ids are ordered by time, so the last minute lies together."""
    lately = Event.objects.filter(pk__gte=first_id(now - ACCEPTED_WITHIN), kind=Kind.ACCEPTED)
    rows = lately.values_list("channel").annotate(Count("pk"))
    counts = dict(rows)
    taken = _gauge(
        "accepted_last_minute", "Messages that carriers accepted within the last minute", "channel"
    )
    for channel in Channel.values:
        taken.add_metric([channel], counts.get(channel, 0))
    return taken


def first_id(at: datetime) -> UUID:
    """The lowest id (UUID version 7) that a row made at that moment can have: 48 bits of milliseconds come first."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def _errors(now: datetime) -> Metric:
    lately = Attempt.objects.filter(at__gte=now - ERRORS_WITHIN).exclude(outcome=State.ACCEPTED)
    rows = lately.values_list("provider", "outcome").annotate(count=Count("pk"))
    counts = {
        (provider, ERROR_KINDS.get(State(outcome), outcome)): count for provider, outcome, count in rows
    }
    errors = _gauge(
        "carrier_errors_last_15_minutes", "Tries that no carrier accepted, by kind", "carrier", "kind"
    )
    for carrier in _set_up():
        for kind in ERROR_KINDS.values():
            errors.add_metric([carrier, kind], counts.get((carrier, kind), 0))
    return errors


def _resting() -> Iterator[Metric]:
    """Nothing while Redis is away: then it is not known, and nobody is left alone."""
    try:
        at_rest = breaker.resting(_set_up())
    except (RedisError, OSError):
        return
    rests = _gauge("carrier_resting", "1 while the carrier is left alone after failures in a row", "carrier")
    for carrier in _set_up():
        rests.add_metric([carrier], carrier in at_rest)
    yield rests


def _without_receipt(now: datetime) -> Iterator[Metric]:
    """On carriers that tell what became of a message: how many they still owe us, and since when."""
    telling = [name for name in _set_up() if TRANSPORTS[name].tells_delivered]
    owed = Message.objects.filter(
        state=State.ACCEPTED, provider__in=telling, accepted_at__gte=now - RECEIPTS_WITHIN
    )
    rows = owed.values_list("provider").annotate(Min("accepted_at"), Count("pk"))
    found = {provider: ((now - oldest).total_seconds(), count) for provider, oldest, count in rows}
    lag = _gauge("receipt_lag_seconds", "Age of the oldest accepted message without a receipt", "carrier")
    missing = _gauge("receipts_missing", "Accepted messages of the last 3 days without a receipt", "carrier")
    for carrier in telling:
        age, count = found.get(carrier, (0.0, 0))
        lag.add_metric([carrier], age)
        missing.add_metric([carrier], count)
    yield lag
    yield missing


def _refused() -> Iterator[Metric]:
    """Nothing while Redis is away, as with those that rest."""
    try:
        counts = refused_callbacks()
    except (RedisError, OSError):
        return
    refused = CounterMetricFamily(
        "hrnotify_callbacks_refused", "Callbacks that were not the carrier's", labels=("carrier", "reason")
    )
    for (carrier, reason), count in counts.items():
        refused.add_metric([carrier, reason], count)
    yield refused


def _set_up() -> list[str]:
    return [name for name, carrier in TRANSPORTS.items() if not carrier.missing_settings()]


def _gauge(name: str, help_text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"hrnotify_{name}", help_text, labels=labels)
