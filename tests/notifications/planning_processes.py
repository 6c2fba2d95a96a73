"""Planners and workers in processes of their own: python -m tests.notifications.planning_processes ROLE [MOMENT]

`plan` ticks as of MOMENT until nothing is due; `send` sends text messages until its input ends. Both say "ready", and
begin with the first line they get. `die` forks a planner for each number on its input that kills itself, as the memory
killer would, when it comes to so many different lines of `notifications/looks.py`; its answer is the exit code.
"""

from __future__ import annotations

import os
import selectors
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from types import FrameType
from typing import Any

import django

django.setup()

from notifications import looks, planner  # noqa: E402
from notifications.send import send_due  # noqa: E402


def say(words: object) -> None:
    print(words, flush=True)  # noqa: T201  its parent reads it


def plan(moment: str) -> None:
    looks.BATCH = 50  # so many batches that they meet again and again
    _wait_for_the_start()
    planned = 0
    while (counts := planner.tick(at=datetime.fromisoformat(moment)))["looked_at"]:
        planned += counts["planned"]
    say(planned)


def send() -> None:
    _wait_for_the_start()
    with selectors.DefaultSelector() as told:
        told.register(sys.stdin, selectors.EVENT_READ)
        sent = 0
        while not told.select(timeout=0.05):
            sent += send_due("sms")
    say(sent)


def _wait_for_the_start() -> None:
    say("ready")
    sys.stdin.readline()


# --- Killed planners ------------------------------------------------------------------------------
def die(moment: str) -> None:
    say("ready")
    while number := sys.stdin.readline():
        # Forked before any connection is opened, so that each has one of its own.
        child = os.fork()
        if not child:
            _look_and_die(datetime.fromisoformat(moment), after=int(number))
        _, status = os.waitpid(child, 0)
        say(os.waitstatus_to_exitcode(status))


def _look_and_die(at: datetime, *, after: int) -> None:
    seen: set[int] = set()

    def count(frame: FrameType, event: str, _argument: Any) -> Any:
        if frame.f_code.co_filename != looks.__file__:
            return None
        seen.update([frame.f_lineno] if event == "line" else [])
        if len(seen) == after:
            os.kill(os.getpid(), signal.SIGKILL)
        return count

    sys.settrace(count)
    looks.look_at_due(at=at)
    sys.settrace(None)
    os._exit(0)


ROLES: dict[str, Callable[..., None]] = {"plan": plan, "send": send, "die": die}

if __name__ == "__main__":
    ROLES[sys.argv[1]](*sys.argv[2:])
