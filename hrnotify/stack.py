"""The product's processes on one machine: web server, worker, beat and, for a demo, the sandbox carriers.

    with Stack(sandbox=True, variables={"SWEEP_SECONDS": "1"}) as stack:
        requests go to stack.web_url; stack.check() raises when a process has died

Each process leads a session of its own, so that Ctrl-C reaches only us and the order of stopping is ours.
A stack whose own process was killed leaves orphans; the next stack of the same folder stops them first.
"""

import contextlib
import fcntl
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from celery import Celery
from kombu.exceptions import OperationalError
from redis import RedisError

from hrnotify.processes import CHECKOUT, port_is_free, wait_until, write_private

READY_SECONDS = 60.0
GRACE_SECONDS = 10.0
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
# A process that has run this long counts as healthy again, and its next pause is the first one.
HEALTHY_SECONDS = 60.0
LOG_LINES = 15
PROCESSES_FILE = "processes.json"
STOP_ORDER = ("web", "beat", "worker", "sandbox")


class StackError(RuntimeError):
    """The stack cannot run; the text says which process, why, and what to do."""


@dataclass
class Child:
    """One supervised process: how it is started, when it is ready, and what runs now."""

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[], bool] = lambda: True
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0  # time.monotonic()
    failures: int = 0
    due: float = 0.0  # time.monotonic() of the next start; 0 when none is planned

    def spawn(self, *, variables: Mapping[str, str]) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=CHECKOUT,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started = time.monotonic()
        self.due = 0.0

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Signal the process, or for SIGKILL its whole session, forked children included."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if number is signal.SIGKILL:
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)

    def stop(self, *, grace: float) -> None:
        """SIGTERM, `grace` seconds to finish, then SIGKILL for it and whatever it forked."""
        if self.process is None:
            return
        self.send(signal.SIGTERM)
        wait_until(lambda: not self.is_running(), seconds=grace)
        self.send(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def obituary(self) -> str:
        """How the process ended, with the last lines of its log."""
        code = self.process.poll() if self.process else None
        lines = self.log.read_text(errors="replace").splitlines()[-LOG_LINES:] if self.log.exists() else []
        ended = f"died by signal {-code}" if code is not None and code < 0 else f"ended with code {code}"
        return "\n".join([f"{self.name} {ended}; the end of {self.log}:", *(f"  {line}" for line in lines)])


class Stack:
    """Web server, worker, beat and optionally the sandbox, as a context manager.

    The database and the broker must be named in the environment already (`hrnotify.embedded.provide`).
    `variables` are added to the environment of every process.
    Raises `StackError` when a port is taken, a process dies at the start, or it is not ready in time.
    """

    def __init__(
        self,
        *,
        port: int | None = None,
        sandbox: bool = False,
        sandbox_port: int | None = None,
        sandbox_arguments: Sequence[str] = (),
        variables: Mapping[str, str] | None = None,
        folder: Path | None = None,
        web_workers: int = 1,
        web_threads: int = 16,
        worker_processes: int = 2,
    ) -> None:
        self.port = port or port_setting("PORT", default=8000)
        self.sandbox_port = sandbox_port or port_setting("SANDBOX_PORT", default=8025)
        # A port given in code brings its neighbour with it, whatever the environment says of mail.
        self.sandbox_smtp_port = (
            sandbox_port + 1
            if sandbox_port
            else port_setting("SANDBOX_SMTP_PORT", default=self.sandbox_port + 1)
        )
        self.folder = (folder or CHECKOUT / "var" / str(self.port)).resolve()
        self.variables = {**os.environ, **self.addresses(), **(variables or {})}
        self.with_sandbox = sandbox
        self.children = {
            child.name: child
            for child in self.build_children(
                sandbox_arguments=sandbox_arguments,
                web_workers=web_workers,
                web_threads=web_threads,
                worker_processes=worker_processes,
            )
        }
        self._lock: int | None = None

    def addresses(self) -> dict[str, str]:
        return {
            "PORT": str(self.port),
            "SANDBOX_PORT": str(self.sandbox_port),
            "SANDBOX_SMTP_PORT": str(self.sandbox_smtp_port),
            "PYTHONUNBUFFERED": "1",
        }

    def build_children(
        self, *, sandbox_arguments: Sequence[str], web_workers: int, web_threads: int, worker_processes: int
    ) -> Iterator[Child]:
        """In the order of starting: who is called before who calls."""
        if self.with_sandbox:
            command = [sys.executable, "-m", "sandbox", *sandbox_arguments]
            yield self.child("sandbox", command, ready=lambda: answers(port=self.sandbox_port))
        worker = f"worker@{self.port}"
        yield self.child(
            "worker",
            worker_command(name=worker, processes=worker_processes),
            ready=lambda: worker_answers(name=worker, broker=self.variables.get("REDIS_URL", "")),
        )
        yield self.child("beat", beat_command(schedule=self.folder / "beat-schedule"))
        yield self.child(
            "web",
            web_command(port=self.port, workers=web_workers, threads=web_threads),
            ready=lambda: answers(port=self.port),
        )

    def child(self, name: str, command: Sequence[str], *, ready: Callable[[], bool] = lambda: True) -> Child:
        return Child(name=name, command=command, log=self.folder / "logs" / f"{name}.log", ready=ready)

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    def __enter__(self) -> "Stack":
        self.start_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_all()

    # --- Starting and stopping ---

    def start_all(self) -> None:
        """Start every process and wait until all are ready; on any failure stop what was started."""
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        self.take_folder()
        try:
            stop_orphans(self.folder)
            self.check_ports()
            for child in self.children.values():
                self.spawn(child)
            for child in self.children.values():
                self.wait_for(child)
        except BaseException:
            self.stop_all()
            raise

    def stop_all(self) -> None:
        """Stop in the order in which nothing is asked for any more: web, beat, worker, sandbox."""
        if self._lock is None:
            return
        with undisturbed():
            for name in STOP_ORDER:
                if name in self.children:
                    self.children[name].stop(grace=GRACE_SECONDS)
            (self.folder / PROCESSES_FILE).unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    def start(self, name: str) -> None:
        """Start one process (again) and wait until it is ready."""
        self.spawn(self.children[name])
        self.wait_for(self.children[name])

    def stop(self, name: str) -> None:
        """Stop one process in good order."""
        self.children[name].stop(grace=GRACE_SECONDS)

    def kill(self, name: str) -> None:
        """SIGKILL one process and all it forked, as the machine's memory killer would."""
        child = self.children[name]
        child.send(signal.SIGKILL)
        if child.process is not None:
            child.process.wait()
            child.process = None

    def pid(self, name: str) -> int:
        """Process id of a running child."""
        process = self.children[name].process
        if process is None:
            raise StackError(f"{name} does not run.")
        return process.pid

    def spawn(self, child: Child) -> None:
        child.spawn(variables=self.variables)
        self.remember_children()

    def wait_for(self, child: Child) -> None:
        reached = wait_until(lambda: not child.is_running() or child.ready(), seconds=READY_SECONDS)
        if not child.is_running():
            raise StackError(child.obituary())
        if not reached:
            raise StackError(f"{child.name} is not ready after {READY_SECONDS:.0f} s; see {child.log}.")

    def check_ports(self) -> None:
        wanted = [("PORT", self.port)]
        if self.with_sandbox:
            wanted += [("SANDBOX_PORT", self.sandbox_port), ("SANDBOX_SMTP_PORT", self.sandbox_smtp_port)]
        for name, port in wanted:
            if not port_is_free(port):
                raise StackError(f"Port {port} is in use by another program: set {name} to a free one.")

    def take_folder(self) -> None:
        self._lock = os.open(self.folder / "stack.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            self._lock = None
            raise StackError(
                f"A stack of {self.folder} runs already: stop it, or set PORT (and SANDBOX_PORT) anew."
            ) from None

    def remember_children(self) -> None:
        """Pid and start time of each child: only both together name a process for good."""
        known = []
        for child in self.children.values():
            if child.process is not None and child.is_running():
                with contextlib.suppress(psutil.NoSuchProcess):
                    known.append([child.process.pid, psutil.Process(child.process.pid).create_time()])
        write_private(self.folder / PROCESSES_FILE, json.dumps(known))

    # --- Watching ---

    def check(self) -> None:
        """Raise `StackError` with the end of the log when a process has died."""
        for child in self.children.values():
            if child.process is not None and not child.is_running():
                raise StackError(child.obituary())

    def serve(self, *, report: Callable[[str], None], until: threading.Event | None = None) -> None:
        """Start again whatever dies, after a growing pause, until an exception (Ctrl-C) or `until` is set."""
        until = until or threading.Event()
        while not until.wait(0.5):
            for child in self.children.values():
                self.revive(child, report=report)

    def revive(self, child: Child, *, report: Callable[[str], None]) -> None:
        now = time.monotonic()
        if child.is_running():
            return
        if not child.due:
            child.failures = 0 if now - child.started > HEALTHY_SECONDS else child.failures
            pause = min(FIRST_PAUSE_SECONDS * 2**child.failures, LONGEST_PAUSE_SECONDS)
            child.failures += 1
            child.due = now + pause
            # What it had forked must not work on beside its successor.
            child.send(signal.SIGKILL)
            report(f"{child.obituary()}\n{child.name} is started again in {pause:.0f} s.")
        elif now >= child.due:
            self.spawn(child)


# --- The commands -----------------------------------------------------------------------------------


def web_command(*, port: int, workers: int, threads: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(threads), "--http", "1",
        # Idle kept-alive connections would hold a stopping server for ever.
        "--workers-kill-timeout", "5", "--log-level", "warning", "hrnotify.wsgi:application",
    ]  # fmt: skip


def worker_command(*, name: str, processes: int) -> list[str]:
    """A worker that starts at once and outlives restarts of Redis.

    Mingle waits a second for other workers at every start; mingle, gossip and heartbeat are also what workers
    hung on after a Redis restart (celery issues 8030, 8091). Nothing here needs them.
    """
    return [
        sys.executable, "-m", "celery", "-A", "hrnotify", "worker", "--hostname", name,
        "--concurrency", str(processes), "--without-mingle", "--without-gossip", "--without-heartbeat",
        "--loglevel", "warning",
    ]  # fmt: skip


def beat_command(*, schedule: Path) -> list[str]:
    return [
        sys.executable, "-m", "celery", "-A", "hrnotify", "beat", "--schedule", str(schedule),
        "--pidfile", "", "--loglevel", "warning",
    ]  # fmt: skip


# --- Readiness, ports, signals ----------------------------------------------------------------------


def answers(*, port: int) -> bool:
    """Whether `/healthz` on a loopback port says 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def worker_answers(*, name: str, broker: str) -> bool:
    """Whether the worker answers a ping through the broker: then it consumes."""
    # A connection of its own: a pooled one would still be that to the Redis before its restart.
    try:
        with (
            Celery("stack", broker=broker, set_as_current=False) as app,
            app.connection_for_write() as connection,
        ):
            return bool(app.control.ping(destination=[name], timeout=0.5, connection=connection))
    except (RedisError, OperationalError, OSError):
        return False


def port_setting(name: str, *, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise StackError(f"{name} must be a port number, not {text!r}.")
    return int(text)


def stop_orphans(folder: Path) -> None:
    """Stop what a stack of this folder that was itself killed has left behind."""
    known: list[tuple[int, float]] = []
    with contextlib.suppress(FileNotFoundError, ValueError):
        known = json.loads((folder / PROCESSES_FILE).read_text())
    for pid, created in known:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            if abs(process.create_time() - created) < 1:
                stop_family(process)


def stop_family(process: psutil.Process) -> None:
    """SIGTERM for a process that is not our child, SIGKILL after the grace for it and its children."""
    family = [process, *process.children(recursive=True)]
    process.terminate()
    _gone, alive = psutil.wait_procs(family, timeout=GRACE_SECONDS)
    for survivor in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            survivor.kill()


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """A second Ctrl-C must not cut short the stopping that the first one began."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
