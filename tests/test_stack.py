"""Supervision, with real processes: small programs stand where web server, worker and beat would run."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from hrnotify.processes import CHECKOUT, any_free_port, wait_until
from hrnotify.stack import Child, Stack, StackError

ENDLESS = "import time\nprint('up', flush=True)\nwhile True: time.sleep(1)"
# Ends well only a moment after it is asked to, and writes down when.
POLITE = """
import signal, sys, time
def leave(*_):
    with open(sys.argv[1], "a") as order:
        order.write(sys.argv[2] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
print("up", flush=True)
while True: time.sleep(1)
"""
STUBBORN = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + ENDLESS
DYING = "print('the reason stands here')\nraise SystemExit(3)"
# A parent with a forked child, as the worker has.
FAMILY = "import os, time\nos.fork()\nprint(os.getpid(), flush=True)\nwhile True: time.sleep(1)"


class SmallStack(Stack):
    """A stack of given programs instead of the product's."""

    def __init__(self, *, folder: Path, programs: dict[str, str], port: int | None = None) -> None:
        self.programs = programs
        super().__init__(folder=folder, port=port or any_free_port())

    def build_children(self, **_: Any) -> Iterator[Child]:
        for name, program in self.programs.items():
            command = [sys.executable, "-c", program, str(self.folder / "order"), name]
            yield self.child(name, command, ready=partial(has_spoken, self.folder / "logs" / f"{name}.log"))


def has_spoken(log: Path) -> bool:
    return log.stat().st_size > 0


def test_processes_stop_in_the_order_in_which_nothing_is_asked_any_more(tmp_path: Path) -> None:
    names = ("sandbox", "worker", "beat", "web")
    with SmallStack(folder=tmp_path, programs=dict.fromkeys(names, POLITE)):
        pass
    assert (tmp_path / "order").read_text().split() == ["web", "beat", "worker", "sandbox"]


def test_a_process_that_will_not_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hrnotify.stack.GRACE_SECONDS", 0.3)
    with SmallStack(folder=tmp_path, programs={"web": STUBBORN}) as stack:
        pid = stack.pid("web")
    assert not psutil.pid_exists(pid)


def test_killing_a_process_takes_its_forked_children_along(tmp_path: Path) -> None:
    with SmallStack(folder=tmp_path, programs={"worker": FAMILY}) as stack:
        log = tmp_path / "logs" / "worker.log"
        assert wait_until(lambda: len(log.read_text().split()) == 2, seconds=10)
        family = [int(pid) for pid in log.read_text().split()]
        stack.kill("worker")
        assert wait_until(lambda: not any(map(is_alive, family)), seconds=10)


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_process_that_dies_at_the_start_is_named_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"beat ended with code 3(?s:.*)the reason stands here"):
        SmallStack(folder=tmp_path, programs={"web": ENDLESS, "beat": DYING}).start_all()
    assert not (tmp_path / "processes.json").exists()


def test_a_death_in_service_is_noticed(tmp_path: Path) -> None:
    with SmallStack(folder=tmp_path, programs={"worker": ENDLESS}) as stack:
        stack.check()
        os.kill(stack.pid("worker"), signal.SIGKILL)
        stack.children["worker"].process.wait()  # type: ignore[union-attr]
        with pytest.raises(StackError, match="worker died by signal 9"):
            stack.check()


def test_serving_starts_a_dead_process_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hrnotify.stack.FIRST_PAUSE_SECONDS", 0.0)
    reports: list[str] = []
    done = threading.Event()
    with SmallStack(folder=tmp_path, programs={"worker": ENDLESS}) as stack:
        first = stack.pid("worker")
        service = threading.Thread(target=stack.serve, kwargs={"report": reports.append, "until": done})
        service.start()
        os.kill(first, signal.SIGKILL)
        assert wait_until(
            lambda: stack.children["worker"].is_running() and stack.pid("worker") != first, seconds=10
        )
        done.set()
        service.join()
    assert "worker is started again" in reports[0]


def test_a_process_that_keeps_dying_is_given_longer_and_longer_pauses(tmp_path: Path) -> None:
    stack = SmallStack(folder=tmp_path, programs={"worker": DYING})
    (tmp_path / "logs").mkdir()
    reports: list[str] = []
    for _death in range(3):
        child = stack.children["worker"]
        stack.spawn(child)
        assert child.process
        child.process.wait()
        stack.revive(child, report=reports.append)
    assert [report.rsplit(" in ", 1)[1] for report in reports] == ["1 s.", "2 s.", "4 s."]


@pytest.mark.parametrize("setting", ["PORT"])
def test_a_port_in_use_names_the_setting(tmp_path: Path, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StackError, match=f"Port {port} is in use by another program: set {setting}"):
            SmallStack(folder=tmp_path, programs={"web": ENDLESS}, port=port).start_all()


def test_a_second_stack_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with (
        SmallStack(folder=tmp_path, programs={"web": ENDLESS}) as first,
        pytest.raises(StackError, match="runs already"),
    ):
        SmallStack(folder=tmp_path, programs={"web": ENDLESS}).start_all()
    assert first.children["web"].process is None


KILLED_STACK = """
import sys
from pathlib import Path
from tests.test_stack import ENDLESS, SmallStack
stack = SmallStack(folder=Path(sys.argv[1]), programs={"web": ENDLESS})
stack.start_all()
print(stack.pid("web"), flush=True)
sys.stdin.read()
"""


def test_what_a_killed_stack_left_behind_is_stopped_by_the_next(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED_STACK, str(tmp_path)]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as killed:
        assert killed.stdout
        orphan = int(killed.stdout.readline())
        killed.kill()
    assert is_alive(orphan)
    with SmallStack(folder=tmp_path, programs={"web": ENDLESS}):
        assert not is_alive(orphan)
