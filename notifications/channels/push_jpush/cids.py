"""JPush's keys against doubling, of which each push has one: its `cid`.

JPush pushes a cid once and gives a repeat the first result, for a day. A cid cannot be made up from the message's id:
JPush hands them out. This process keeps some at hand; one that is reserved is written into its message's row before
anything is sent, so that whoever repeats the message has it, whatever was restarted meanwhile.

Source: JPush documentation, "Push API, advanced", "Get the unique identifier of a push".
"""

import threading
import time
from collections import deque
from collections.abc import Iterator

import structlog
from django.conf import settings

from notifications.channels.base import TransportError
from notifications.channels.push_jpush import client

log = structlog.get_logger(__name__)

ASKED_FOR = 1000  # at once; JPush gives ten to an ordinary account, up to a thousand to others
QUESTIONS_AT_MOST = 10  # in a row
# How old a key may be when it is written into a row: with the time for which it is repeated, less than a day.
FRESH_SECONDS = 1800.0
_lock = threading.Lock()
# Keys nobody uses yet, each with the moment it was got, oldest first.
_spare: deque[tuple[float, str]] = deque()


def reserve(count: int) -> Iterator[str]:
    """So many keys, never given to anybody else, or fewer where JPush does not give them. What is not taken stays."""
    with _lock:
        _fill_up(count)
    return _taken(count)


def _taken(count: int) -> Iterator[str]:
    for _ in range(count):
        with _lock:
            if not _spare:
                return
            _, cid = _spare.popleft()
        yield cid


def _fill_up(count: int) -> None:
    oldest = time.monotonic() - FRESH_SECONDS
    while _spare and _spare[0][0] <= oldest:
        _spare.popleft()
    for _ in range(QUESTIONS_AT_MOST):
        if len(_spare) >= count or not (got := list(_handed_out())):
            return
        _spare.extend(got)


def _handed_out() -> Iterator[tuple[float, str]]:
    """More keys, or none: whatever went wrong, nothing was pushed, and the messages wait for keys."""
    url, asked_at = f"{settings.JPUSH_API_URL}/v3/push/cid?count={ASKED_FOR}&type=push", time.monotonic()
    try:
        told = client.call("GET", url)["cidlist"]
        yield from ((asked_at, str(cid)) for cid in told)
    except client.JPushError as error:
        log.warning("no_push_keys", code=str(error.code or error.status))
    except TransportError as error:
        log.warning("no_push_keys", code=error.code)
    except (KeyError, TypeError):
        log.warning("no_push_keys", code="cidlist")
