"""Is the process up, is everything behind it up, and the figures a monitor reads."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime

from django.core.cache import cache
from django.db import Error as DatabaseError
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry
from redis.exceptions import RedisError

from notifications.models import Message
from notifications.states import UNSENT
from notifications.tasks import HEARTBEAT_KEY

WORKER_LATE_SECONDS = 60
MESSAGE_LATE_SECONDS = 300


def healthz(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when all is well, else 503; each part says `ok` or what is wrong with it."""
    checks: dict[str, Callable[[], str]] = {
        "database": _database,
        "broker": _broker,
        "worker": _worker,
        "oldest_due_message": _oldest_due_message,
    }
    parts = {name: _guarded(check) for name, check in checks.items()}
    return JsonResponse(parts, status=200 if set(parts.values()) == {"ok"} else 503)


def _guarded(check: Callable[[], str]) -> str:
    try:
        return check()
    except (DatabaseError, RedisError) as error:
        return f"unreachable ({type(error).__name__})"


def _database() -> str:
    Message.objects.only("pk").first()
    return "ok"


def _broker() -> str:
    cache.get(HEARTBEAT_KEY)
    return "ok"


def _worker() -> str:
    last = cache.get(HEARTBEAT_KEY)
    if last is None:
        return "no heartbeat yet"
    age = time.time() - float(last)
    return "ok" if age < WORKER_LATE_SECONDS else f"last heartbeat {age:.0f} s ago"


def _oldest_due_message() -> str:
    age = _oldest_due_seconds(timezone.now())
    return "ok" if age < MESSAGE_LATE_SECONDS else f"due for {age:.0f} s"


def _oldest_due_seconds(now: datetime) -> float:
    oldest = Message.objects.ready(at=now).aggregate(oldest=Min("due_at"))["oldest"]
    return (now - oldest).total_seconds() if oldest else 0.0


class OutboxCollector(Collector):
    """Read from the database at each scrape: the figures are the same whichever process is asked."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        yield GaugeMetricFamily(
            "hrnotify_oldest_due_seconds", "Age of the oldest message due", _oldest_due_seconds(now)
        )
        depth = GaugeMetricFamily(
            "hrnotify_queue_depth", "Messages not yet with a carrier", labels=["channel", "state"]
        )
        for row in (
            Message.objects.filter(state__in=UNSENT).values("channel", "state").annotate(count=Count("pk"))
        ):
            depth.add_metric([row["channel"], row["state"]], row["count"])
        yield depth


def metrics(_request: HttpRequest) -> HttpResponse:
    registry = CollectorRegistry()
    registry.register(OutboxCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
