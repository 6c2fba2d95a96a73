"""A carrier that fails in a row is left alone for a while; meanwhile the next one of its channel takes over.

The count stands in Redis, for all processes together. Without Redis nobody is left alone: rows have their own clock.
"""

from __future__ import annotations

from collections.abc import Collection

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

from notifications.channels.base import Accepted, TransportError

log = structlog.get_logger(__name__)

FAILURES_IN_A_ROW = 20
REST_SECONDS = 60
# Failures longer apart than this are not in a row.
REMEMBERED_SECONDS = 600


def is_resting(provider: str) -> bool:
    try:
        return bool(cache.get(_rest_key(provider)))
    except (RedisError, OSError):
        return False


def resting(providers: Collection[str]) -> set[str]:
    """Those that rest now, in one question to Redis.

    Raises RedisError or OSError: whoever watches must not be told that none does.
    """
    keys = {_rest_key(provider): provider for provider in providers}
    return {keys[key] for key, rests in cache.get_many(keys).items() if rests}


def note(provider: str, outcomes: Collection[Accepted | TransportError]) -> None:
    """What a batch came to. After a rest the first batch that fails as a whole starts the next one."""
    if not outcomes:
        return
    try:
        if not all(_is_carriers_fault(outcome) for outcome in outcomes):
            cache.delete(_count_key(provider))
        elif _counted(provider, len(outcomes)) >= FAILURES_IN_A_ROW:
            cache.set(_rest_key(provider), True, REST_SECONDS)
            log.error("carrier_rests", carrier=provider, seconds=REST_SECONDS)
    except (RedisError, OSError) as error:
        log.warning("breaker_unknown", carrier=provider, error=type(error).__name__)


def _is_carriers_fault(outcome: Accepted | TransportError) -> bool:
    """Neither taken, nor refused for what it is, nor put off because we were too fast."""
    return isinstance(outcome, TransportError) and not outcome.permanent and not outcome.throttled


def _counted(provider: str, failures: int) -> int:
    cache.add(_count_key(provider), 0, REMEMBERED_SECONDS)
    return int(cache.incr(_count_key(provider), failures))


def _rest_key(provider: str) -> str:
    return f"breaker:{provider}:rests"


def _count_key(provider: str) -> str:
    return f"breaker:{provider}:failures"
