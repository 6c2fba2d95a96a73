"""Processes, ports and private files of this machine: what the embedded servers and the stack share."""

import contextlib
import importlib.util
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import psutil

CHECKOUT = Path(__file__).resolve().parent.parent


class EmbeddedError(RuntimeError):
    """The servers cannot be provided; the text is one sentence for the person at the terminal."""


def packaged_program(*, package: str, pattern: str) -> Path:
    """Path of the program that `package` brings along, found without importing the package."""
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for program in sorted(Path(folder).glob(pattern)):
            return program
    raise EmbeddedError(
        f"The package {package} is not installed: run `make` (it sets up .venv from requirements-dev.txt), "
        "or name your own servers in DATABASE_URL and REDIS_URL."
    )


@contextlib.contextmanager
def plain_errors(folder: Path) -> Iterator[None]:
    """Turn a full or read-only disk, or another user's folder, into one sentence."""
    try:
        yield
    except OSError as error:
        raise EmbeddedError(
            f"Cannot write the embedded servers' data under {folder}: {error.strerror or error}. "
            "Free or open that place, or name your own servers in DATABASE_URL and REDIS_URL."
        ) from error


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Ask `condition` every 20 ms for at most `seconds`; whether it came true."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def running_process(*, pid: int, argument: str) -> psutil.Process | None:
    """The live process `pid`, if `argument` is part of its command line: a pid alone may be reused."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or argument not in " ".join(process.cmdline()):
            return None
    except psutil.Error:
        return None
    return process


def lines_of(path: Path) -> list[str]:
    """Lines of a file that its owner may take away at any moment; none when it is gone."""
    try:
        return path.read_text().splitlines()
    except FileNotFoundError:
        return []


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now; 0 is no port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return port != 0


def any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def any_free_pair() -> int:
    """A free port whose next one is free as well, as a sandbox takes them for HTTP and SMTP."""
    while True:
        port = any_free_port()
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def exit_on_signals() -> None:
    """Let SIGTERM and a closed terminal unwind like Ctrl-C does, so that what was started is stopped.

    SIGINT is set as well: a shell without job control starts its background jobs with it ignored.
    """

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)
    signal.signal(signal.SIGINT, signal.default_int_handler)
