"""How many callbacks were refused, by carrier and reason: all that a forged one leaves behind.

The count stands in Redis, for all web processes together, and starts anew when Redis is emptied, as counters may.
"""

from __future__ import annotations

from functools import cache

import structlog
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

KEY = "callbacks:refused"


def count_refused(carrier: str, reason: str) -> None:
    """`reason`: words of ours, never of the request. Without Redis it is told in the log instead."""
    try:
        _redis().hincrby(KEY, f"{carrier}:{reason}", 1)
    except (RedisError, OSError) as error:
        log.warning("callback_refused", carrier=carrier, reason=reason, error=type(error).__name__)


def refused_callbacks() -> dict[tuple[str, str], int]:
    """By carrier and reason. Raises RedisError or OSError: whoever watches must not be told that there were none."""
    counts = _redis().hgetall(KEY)
    return {_names(name): int(count) for name, count in counts.items()}


def _names(name: str | bytes) -> tuple[str, str]:
    carrier, _, reason = str(name).partition(":")
    return carrier, reason


@cache
def _redis() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL, decode_responses=True, socket_connect_timeout=1, socket_timeout=2
    )
