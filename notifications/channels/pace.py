"""How fast a carrier is served: a bucket of tokens in Redis for all processes together, one token a message.

`CARRIER_RATES` names messages a second by carrier; one that is not named is served as fast as it answers.
"""

from __future__ import annotations

import threading
import time
from functools import cache

import structlog
from django.conf import settings
from redis.exceptions import RedisError

from notifications.shared_redis import shared_redis

log = structlog.get_logger(__name__)

# Without Redis no process knows of the others: each takes a share that even so many together may have.
PROCESSES_AT_MOST = 16
# A bucket holds what comes in within this time, so that a pause is not made up for by a burst.
HELD_SECONDS = 1.0
TAKE = """
local rate, most, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(most, (tonumber(held[1]) or most) + (now - (tonumber(held[2]) or now)) * rate)
local given = math.min(math.floor(tokens), want)
redis.call('HSET', KEYS[1], 'tokens', tostring(math.min(most, tokens - given)), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], 60)
return given
"""


def take(carrier: str, most: int) -> int:
    """How many messages the carrier may be given now, at most so many. Unused ones go back by `give_back`."""
    rate = settings.CARRIER_RATES.get(carrier)
    return most if rate is None else _change(carrier, rate, most)


def give_back(carrier: str, unused: int) -> None:
    rate = settings.CARRIER_RATES.get(carrier)
    if rate is not None and unused > 0:
        _change(carrier, rate, -unused)


def seconds_until_next(carrier: str) -> float:
    """How long one token takes to come; 0 for a carrier that is served as fast as it answers."""
    rate = settings.CARRIER_RATES.get(carrier)
    return 0.0 if rate is None else 1 / float(rate)


def _change(carrier: str, rate: float, want: int) -> int:
    held = max(rate * HELD_SECONDS, 1.0)
    try:
        return int(shared_redis().eval(TAKE, 1, f"pace:{carrier}", rate, held, want))
    except (RedisError, OSError) as error:
        log.warning("pace_unknown", carrier=carrier, error=type(error).__name__)
        return _own_bucket(carrier).change(want, rate=rate / PROCESSES_AT_MOST)


class OwnBucket:
    """This process's own tokens, for as long as Redis is away; it begins empty."""

    def __init__(self) -> None:
        self._lock, self._tokens, self._at = threading.Lock(), 0.0, time.monotonic()

    def change(self, want: int, *, rate: float) -> int:
        """Take so many tokens, or as many as there are; give back where negative."""
        with self._lock:
            now = time.monotonic()
            most = max(rate * HELD_SECONDS, 1.0)
            self._tokens = min(most, self._tokens + (now - self._at) * rate)
            self._at = now
            given = min(int(self._tokens), want)
            self._tokens = min(most, self._tokens - given)
            return given


@cache
def _own_bucket(_carrier: str) -> OwnBucket:
    return OwnBucket()
