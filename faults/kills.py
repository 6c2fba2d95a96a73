"""Kill with -9, without a word, and start again."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import psutil

from faults.plan import Round
from hrnotify.embedded import EmbeddedServers
from hrnotify.processes import EmbeddedError
from hrnotify.stack import Stack, StackError

# Servers first: the others would only knock at them in vain.
START_ORDER = ("postgres", "valkey", "worker", "beat", "web")


@dataclass
class Killer:
    """`mails_under_way`: how many mails are with a worker now, as far as the database can be asked."""

    stack: Stack
    servers: EmbeddedServers
    random: Random
    mails_under_way: Callable[[], int]
    killed: list[str] = field(default_factory=list)
    mails_in_flight: int = 0

    def carry_out(self, step: Round) -> None:
        time.sleep(step.kill_after)
        before = self.mails_under_way()
        for victim in step.victims:
            self.kill(victim)
        time.sleep(step.down_for)
        for name in sorted(set(step.victims) & set(START_ORDER), key=START_ORDER.index):
            self.start(name)
        if any(name.startswith(("worker", "postgres")) for name in step.victims):
            # A worker goes on between the counting and the killing, so whichever count is higher.
            self.mails_in_flight += max(before, self.mails_under_way())
        time.sleep(step.rest)

    def kill(self, victim: str) -> None:
        self.killed.append(victim)
        if victim == "postgres":
            self.kill_postgres()
        elif victim == "valkey":
            self.kill_valkey()
        elif victim == "worker process":
            self.kill_worker_process()
        else:
            self.stack.kill(victim)

    def kill_postgres(self) -> None:
        """The postmaster and every session, as a machine that goes dark; the next start recovers from the log."""
        postmaster = self.servers.postgres.process() if self.servers.postgres else None
        if postmaster is not None:
            end([postmaster, *postmaster.children(recursive=True)])

    def kill_valkey(self) -> None:
        valkey = self.servers.require_valkey().process()
        if valkey is not None:
            end([valkey])

    def kill_worker_process(self) -> None:
        """One of the processes that send; the worker's parent must replace it by itself.

        A worker that is down just then, or only starting, has none to kill.
        """
        with contextlib.suppress(StackError, psutil.NoSuchProcess):
            if children := psutil.Process(self.stack.pid("worker")).children():
                end([self.random.choice(children)])

    def start(self, name: str) -> None:
        """Nobody waits until it is ready: the next kill may come before that."""
        if name == "postgres":
            self.start_postgres()
        elif name == "valkey":
            self.servers.start_valkey()
        else:
            self.stack.spawn(self.stack.children[name])

    def start_postgres(self) -> None:
        postgres = self.servers.postgres
        if postgres is None:
            raise EmbeddedError("The fault run needs servers of its own.")
        address = self.stack.variables["DATABASE_URL"]
        postgres.start()
        if postgres.url != address:
            raise EmbeddedError(
                f"PostgreSQL's socket moved, as {postgres.folder} is too long a path: use a shorter one."
            )


def end(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=10)
