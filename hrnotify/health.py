"""Is the process up, is everything behind it up, and the figures a monitor reads."""

import time
from collections.abc import Callable

from django.core.cache import cache
from django.db import Error as DatabaseError
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import CollectorRegistry
from redis.exceptions import RedisError

from hrnotify.figures import OutboxCollector
from notifications.models import ChannelPause, Message
from notifications.pauses import pauses
from notifications.tasks import HEARTBEAT_KEY

WORKER_LATE_SECONDS = 60
MESSAGE_LATE_SECONDS = 300


def healthz(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when all is well, else 503; each part says `ok` or what is wrong with it.

    `paused` stands there only while a channel is: that was somebody's will, and is no fault of this process.
    """
    checks: dict[str, Callable[[], str]] = {
        "database": _database,
        "broker": _broker,
        "worker": _worker,
        "oldest_due_message": _oldest_due_message,
    }
    parts = {name: _guarded(check) for name, check in checks.items()}
    status = 200 if set(parts.values()) == {"ok"} else 503
    held = _paused() if parts["database"] == "ok" else {}
    return JsonResponse({**parts, "paused": held} if held else parts, status=status)


def _paused() -> dict[str, str]:
    """By channel, since when and by whom; the reason is for colleagues only."""
    return {
        channel: f"since {timezone.localtime(one.since).isoformat(timespec='seconds')} by {one.account}"
        for channel, one in pauses().items()
    }


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
    """What waits on a paused channel is meant to wait."""
    now, paused = timezone.now(), ChannelPause.objects.values("channel")
    ready = Message.objects.ready(at=now).exclude(channel__in=paused)
    oldest = ready.aggregate(oldest=Min("due_at"))["oldest"]
    age = (now - oldest).total_seconds() if oldest else 0.0
    return "ok" if age < MESSAGE_LATE_SECONDS else f"due for {age:.0f} s"


def metrics(_request: HttpRequest) -> HttpResponse:
    registry = CollectorRegistry()
    registry.register(OutboxCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
