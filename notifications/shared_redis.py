"""Redis itself, for what all processes share and Django's cache has no words for: buckets, counts, locks."""

from functools import cache

from django.conf import settings
from redis import Redis


@cache
def shared_redis() -> Redis:
    """Nobody waits long for it: whoever asks has an answer of their own where it is away."""
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=2)
