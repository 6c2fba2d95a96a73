"""Wake-ups for what came in: the first at once, those that follow closely folded into one.

A worker that is woken takes all that is due, so a wake-up for each result would only keep it from that. What is folded
is sent at the end of the pause: a wake-up that was sent before a commit says nothing of what was committed.
"""

from __future__ import annotations

import threading
import time
from functools import partial

from django.db import transaction

from notifications.wake import wake

PAUSE_SECONDS = 0.02

_lock = threading.Lock()
# Channel → when its last wake-up is sent, by time.monotonic(); that may be in a moment.
_last: dict[str, float] = {}


def hint_on_commit(channel: str) -> None:
    transaction.on_commit(partial(hint, channel))


def hint(channel: str) -> None:
    """Within PAUSE_SECONDS a wake-up of the channel is sent by this process."""
    with _lock:
        now = time.monotonic()
        due = max(now, _last.get(channel, 0.0) + PAUSE_SECONDS)
        is_planned = _last.get(channel, 0.0) > now
        if not is_planned:
            _last[channel] = due
    if due == now:
        wake(channel)
    elif not is_planned:
        # Not a daemon: a server that stops in good order sends it first.
        threading.Timer(due - now, wake, args=[channel]).start()
