"""How many callbacks were refused, by carrier and reason: all that a forged one leaves behind.

The count stands in Redis, for all web processes together, and starts anew when Redis is emptied, as counters may.
"""

from __future__ import annotations

import structlog
from redis.exceptions import RedisError

from notifications.shared_redis import shared_redis

log = structlog.get_logger(__name__)

KEY = "callbacks:refused"


def count_refused(carrier: str, reason: str) -> None:
    """`reason`: words of ours, never of the request. Without Redis it is told in the log instead."""
    try:
        shared_redis().hincrby(KEY, f"{carrier}:{reason}", 1)
    except (RedisError, OSError) as error:
        log.warning("callback_refused", carrier=carrier, reason=reason, error=type(error).__name__)


def refused_callbacks() -> dict[tuple[str, str], int]:
    """By carrier and reason. Raises RedisError or OSError: whoever watches must not be told that there were none."""
    counts = shared_redis().hgetall(KEY)
    return {_names(name): int(count) for name, count in counts.items()}


def _names(name: str | bytes) -> tuple[str, str]:
    text = name.decode() if isinstance(name, bytes) else name
    carrier, _, reason = text.partition(":")
    return carrier, reason
