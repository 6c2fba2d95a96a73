"""Real workers at work: started with a sink for their carriers, woken, and waited for."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from bench.carriers import Sink, accounts
from bench.figures import NotMeasured
from bench.place import folder
from candidates.models import Channel
from hrnotify.celery import app
from hrnotify.processes import CHECKOUT, EmbeddedError
from hrnotify.stack import worker_answers, worker_command
from notifications.models import Message
from notifications.states import State
from notifications.wake import wake

PROCESSES = 2
PATIENCE_SECONDS = 300.0
# In English, whatever language the bank speaks.
NAMES = {Channel.SMS: "SMS", Channel.EMAIL: "mail", Channel.WECHAT: "WeChat", Channel.PUSH: "app push"}


@contextmanager
def workers(carrier: Sink) -> Iterator[int]:
    """A Celery worker as it runs in earnest, whose carriers are the sink. Its process id."""
    name = f"bench@{carrier.http}"
    command = worker_command(name=name, processes=PROCESSES)
    (folder() / "logs").mkdir(exist_ok=True)
    path = folder() / "logs" / "worker.log"
    with path.open("ab") as log:
        environment = {**os.environ, **accounts(carrier)}
        process = subprocess.Popen(
            command, cwd=CHECKOUT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        while not worker_answers(name=name, broker=settings.REDIS_URL):
            if process.poll() is not None:
                raise EmbeddedError(f"The worker does not start; its log is {path}.")
            time.sleep(0.2)
        app.set_current()  # whoever measures wakes the workers
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def send_all(channel: Channel, *, count: int) -> float:
    """Seconds from the wake-up to the last of `count` due messages accepted."""
    before = accepted(channel)
    started = time.perf_counter()
    for _ in range(PROCESSES):
        wake(channel)
    wait_until_sent(channel)
    took = time.perf_counter() - started
    if (new := accepted(channel) - before) != count:
        raise NotMeasured(f"Of {count} messages by {NAMES[channel]} only {new} were accepted.")
    return took


def wait_until_sent(*channels: Channel) -> None:
    """Asked by the indexes of what is due or leased, so that old messages make the question no dearer."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    unsent = Message.objects.filter(channel__in=channels)
    waiting = unsent.filter(state__in=[State.PLANNED, State.UNCERTAIN])
    leased = unsent.filter(state=State.SENDING, lease_until__isnull=False)
    while waiting.exists() or leased.exists():
        if time.monotonic() > deadline:
            raise NotMeasured(f"Not everything was sent after {PATIENCE_SECONDS:.0f} s.")
        time.sleep(0.02)


def accepted(*channels: Channel) -> int:
    return Message.objects.filter(channel__in=channels, state=State.ACCEPTED).count()
