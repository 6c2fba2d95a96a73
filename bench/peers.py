"""Mail out of what a bank would use instead, in the same run: same database server, same broker, same sink.

Their packages live in an environment of their own below the run's folder, so that the product's stays as it is.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection

from bench.carriers import Sink, carriers
from bench.delivery import delivery_rate
from bench.figures import Figure, NotMeasured, spread
from bench.place import folder
from bench.progress import say
from bench.sending import PROCESSES, workers
from candidates.models import Channel
from hrnotify.processes import CHECKOUT

RUNS, MAILS = 5, 2000
REQUIREMENTS = CHECKOUT / "bench" / "rivals" / "requirements.txt"
WORKER_SECONDS = 5.0
OURS = "composed, tracked and with its events; from due rows"
POST_OFFICE = (
    f"send_queued_mail --processes {PROCESSES}, text and HTML ready in its queue; no receipts or events"
)
TUTORIAL = f"{PROCESSES} processes; from the first row on"


def figures() -> Iterator[Figure]:
    python = environment()
    with carriers(0) as carrier:
        with workers(carrier):
            yield _figure("HRNotify", lambda: delivery_rate(Channel.EMAIL), OURS)
        post_office = Rival(python, "bench.rivals.post_office", carrier)
        post_office.migrate()
        yield _figure("django-post_office", lambda: post_office.rate("bench.rivals.post_office"), POST_OFFICE)
        tutorial = Rival(python, "bench.rivals.tutorial.settings", carrier)
        tutorial.migrate()
        with tutorial.worker():
            yield _figure("a row and a Celery task each", lambda: tutorial.rate("django", "notify"), TUTORIAL)


def _figure(name: str, measure: Callable[[], float], note: str) -> Figure:
    rates = []
    for run in range(RUNS):
        rates.append(measure())
        say(f"{name}: run {run + 1} of {RUNS}, {rates[-1]:,.0f}/s")
    return Figure(f"mail out, {name}", statistics.median(rates), "/s", note=f"{spread(rates)}; {note}")


def environment() -> Path:
    """The rivals' Python; made once, and anew when what they need has changed."""
    home = folder() / "rivals"
    python, marker = home / "bin" / "python", home / "requirements.txt"
    wanted = REQUIREMENTS.read_text() + (CHECKOUT / "constraints.txt").read_text()
    if not marker.exists() or marker.read_text() != wanted:
        say("installing the rivals' packages")
        _run([sys.executable, "-m", "venv", "--clear", str(home)])
        pins = ["-r", str(REQUIREMENTS), "-c", str(CHECKOUT / "constraints.txt")]
        _run([str(python), "-m", "pip", "install", "-qq", *pins])
        marker.write_text(wanted)
    return python


class Rival:
    """One of them, with a database of its own."""

    def __init__(self, python: Path, settings_module: str, carrier: Sink) -> None:
        self.python = str(python)
        database = settings_module.replace(".", "_")
        self.variables = _variables(settings_module, database, carrier)
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{database}"')

    def migrate(self) -> None:
        _run(
            [self.python, "-m", "django", "migrate", "--run-syncdb", "--verbosity", "0"],
            environment=self.variables,
        )

    def rate(self, module: str, *arguments: str) -> float:
        """Mails a second, by the seconds that the program prints."""
        return MAILS / float(
            _run([self.python, "-m", module, *arguments, str(MAILS)], environment=self.variables)
        )

    @contextmanager
    def worker(self) -> Iterator[None]:
        command = [
            self.python, "-m", "celery", "-A", "bench.rivals.tutorial.app", "worker", "--concurrency", str(PROCESSES),
            "--loglevel", "warning", "--without-mingle", "--without-gossip",
        ]  # fmt: skip
        with _log() as log:
            process = subprocess.Popen(
                command, cwd=CHECKOUT, env=self.variables, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            time.sleep(WORKER_SECONDS)
            yield
        finally:
            process.terminate()
            process.wait()


def _variables(settings_module: str, database: str, carrier: Sink) -> dict[str, str]:
    server = connection.settings_dict
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": settings_module,
        "RIVAL_DATABASE": database,
        "RIVAL_DATABASE_HOST": str(server["OPTIONS"].get("host") or server["HOST"]),
        "RIVAL_DATABASE_PORT": str(server["OPTIONS"].get("port") or server["PORT"]),
        "RIVAL_DATABASE_USER": str(server["USER"]),
        "RIVAL_REDIS_URL": str(settings.REDIS_URL),
        "RIVAL_SMTP_PORT": str(carrier.smtp),
        "RIVAL_PROCESSES": str(PROCESSES),
    }


def _run(command: list[str], *, environment: Mapping[str, str] | None = None) -> str:
    """What the program prints; its other words go to the log."""
    with _log() as log:
        done = subprocess.run(
            command,
            cwd=CHECKOUT,
            env=environment,
            check=False,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    if done.returncode:
        raise NotMeasured(f"{' '.join(command)} failed; see {log.name}.")
    return done.stdout


def _log() -> BinaryIO:
    (folder() / "logs").mkdir(exist_ok=True)
    return (folder() / "logs" / "rivals.log").open("ab")
