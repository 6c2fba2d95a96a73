"""How many requests a source may send in a minute, whichever process takes them.

Redis counts. A process takes a share of the minute's requests at a time, so that hardly a request has to ask; what is
left of it at the end is lost, so up to `PARTS`th of them for each process.
"""

from __future__ import annotations

import threading
import time
from uuid import UUID

from django.core.cache import cache
from redis.exceptions import RedisError

from candidates.models import InterviewSource

PARTS = 200
REMEMBERED_SECONDS = 120
# Whoever is over the limit must not make Redis answer each of its further requests.
NONE_LEFT = -1

_lock = threading.Lock()
# Source → the minute, and how many of its requests this process may still take.
_shares: dict[UUID, tuple[int, int]] = {}


def wait(source: InterviewSource) -> int:
    """0 for a request that may go on, else the seconds until the next minute. Without Redis nobody is turned away."""
    now = time.time()
    minute = int(now // 60)
    with _lock:
        of_minute, left = _shares.get(source.pk, (minute, 0))
        if of_minute != minute or left == 0:
            left = _share(source, minute) or NONE_LEFT
        _shares[source.pk] = (minute, left - 1 if left > 0 else NONE_LEFT)
    return 0 if left > 0 else 60 - int(now % 60)


def _share(source: InterviewSource, minute: int) -> int:
    """The next requests of the minute, or 0 where all have been given out."""
    limit = source.requests_per_minute
    size = max(1, limit // PARTS)
    key = f"pace:{source.pk}:{minute}"
    try:
        cache.add(key, 0, timeout=REMEMBERED_SECONDS)
        before = cache.incr(key, size) - size
    except (RedisError, ValueError):
        return size
    return max(0, min(size, limit - before))
