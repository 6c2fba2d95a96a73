"""JPush's keys against doubling: one `cid` per message, kept before it is used.

JPush pushes a cid once and gives a repeat the first result, for a day. A cid cannot be made up from the message's id:
JPush hands them out. So each is kept in Redis under the message's id. Where Redis may have lost one that was used,
the message is left to another channel, which is surer than a second push.

Source: JPush documentation, "Push API, advanced", "Get the unique identifier of a push".
"""

import threading
import time
from datetime import datetime
from functools import cache
from uuid import UUID

from django.conf import settings
from django.core.cache import cache as shared_cache
from redis import Redis
from redis.exceptions import RedisError

from notifications.channels.base import Envelope, TransportError
from notifications.channels.push_jpush import client

ASKED_FOR = 100  # at once; JPush gives ten to an ordinary account, up to a thousand to others
FRESH_SECONDS = 1800.0
# Together with FRESH_SECONDS less than the day for which JPush remembers a cid.
KEPT_SECONDS = 23 * 3600
CLOCKS_DIFFER_SECONDS = 2.0  # Redis tells how long it runs in whole seconds
SINCE_KEY = "jpush:cids:since"
_lock = threading.Lock()
_spare: list[tuple[float, str]] = []  # cids nobody uses yet, each with the moment it was got


def cid_for(envelope: Envelope) -> str:
    """The message's cid: that of an earlier try, or a new one. Raises TransportError; nothing was pushed then."""
    try:
        known = _kept(envelope.message_id)
        if known:
            return known
        if envelope.first_sent_at:
            _must_be_unused(envelope.first_sent_at)
        # Another worker may be quicker with the same message: only the first cid counts.
        shared_cache.add(_key(envelope.message_id), _take(), KEPT_SECONDS)
        return _kept(envelope.message_id)
    except RedisError as error:
        raise TransportError("the push's key cannot be kept", code=type(error).__name__) from None


def _key(message_id: UUID) -> str:
    return f"jpush:cid:{message_id}"


def _kept(message_id: UUID) -> str:
    return str(shared_cache.get(_key(message_id)) or "")


def _must_be_unused(first_sent_at: datetime) -> None:
    """An earlier try left no cid: it never came to a push, if Redis has kept all it was given since then."""
    since = max(_running_since(), shared_cache.get(SINCE_KEY) or time.time())
    begun = first_sent_at.timestamp()
    if since > begun - CLOCKS_DIFFER_SECONDS or time.time() - begun > KEPT_SECONDS:
        raise TransportError("too late to repeat without doubling", code="repeat_window", permanent=True)


def _running_since() -> float:
    return time.time() - float(_redis().info("server")["uptime_in_seconds"])


@cache
def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=2)


def _take() -> str:
    """A cid of this process's store, which is filled by one thread for all."""
    with _lock:
        oldest = time.monotonic() - FRESH_SECONDS
        _spare[:] = [(got, cid) for got, cid in _spare if got > oldest]
        if not _spare:
            _spare.extend((time.monotonic(), cid) for cid in _fetch())
        return _spare.pop()[1]


def _fetch() -> list[str]:
    # Missing as soon as Redis was emptied, and newer than what was kept before.
    shared_cache.add(SINCE_KEY, time.time(), None)
    url = f"{settings.JPUSH_API_URL}/v3/push/cid?count={ASKED_FOR}&type=push"
    try:
        cids = [str(cid) for cid in client.call("GET", url)["cidlist"]]
    except client.JPushError as error:
        raise TransportError(
            "no key for a push",
            code=str(error.code or error.status),
            throttled=error.status == 429,
            retry_after=error.retry_after,
        ) from None
    except TransportError as error:
        # Whatever became of this call, nothing was pushed by it.
        raise TransportError(error.reason, code=error.code) from None
    except (KeyError, TypeError):
        cids = []
    if not cids:
        raise TransportError("no key for a push in the answer", code="cidlist")
    return cids
