"""PostgreSQL and Valkey out of Python packages, for a checkout on a machine that has neither.

One *stack* is one folder, `var/<PORT>/`: two checkouts, or one checkout with two ports, never meet.
Any number of commands may use a stack at once. Each holds a shared lock on `users.lock`, which the kernel
takes away even after `kill -9`; the last one out stops the servers. Servers whose commands were all killed
keep running and are found again by the next command.
"""

import atexit
import base64
import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import environ

from hrnotify.embedded_postgres import Postgres
from hrnotify.embedded_valkey import Valkey
from hrnotify.processes import CHECKOUT, EmbeddedError, plain_errors, write_private


class EmbeddedServers:
    """The embedded servers of one stack as this process uses them, from `start()` to `stop()`."""

    def __init__(
        self, *, folder: Path, postgres: bool = True, valkey: bool = True, durable: bool = True
    ) -> None:
        self.folder = folder.resolve()
        self.postgres = Postgres(folder=self.folder / "postgres", durable=durable) if postgres else None
        self.valkey = Valkey(folder=self.folder / "valkey") if valkey else None
        self._users: int | None = None
        self._owner = 0

    def __enter__(self) -> "EmbeddedServers":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start what does not run yet, and count as a user of it.

        Raises `EmbeddedError`; then nothing that this call started is left running without a user.
        """
        with plain_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            with self.alone():
                self._users = os.open(self.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
                self._owner = os.getpid()
                fcntl.flock(self._users, fcntl.LOCK_SH)
                try:
                    self.start_servers()
                except BaseException:
                    self.leave()
                    raise

    def start_servers(self) -> None:
        if self.postgres:
            self.postgres.start()
        if self.valkey:
            self.valkey.start()

    def stop(self) -> None:
        """Leave; the servers stop when nobody else uses them. A forked child's call does nothing."""
        if self._users is None or self._owner != os.getpid():
            return
        with plain_errors(self.folder), self.alone():
            self.leave()

    def leave(self) -> None:
        users, self._users = self._users, None
        if users is None:
            return
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # somebody else still works with them
        else:
            self.stop_servers()
        finally:
            os.close(users)

    def stop_servers(self) -> None:
        if self.valkey:
            self.valkey.read_state()
            self.valkey.stop()
        if self.postgres:
            self.postgres.stop()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Starting and stopping is done by one process at a time."""
        descriptor = os.open(self.folder / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def start_valkey(self) -> None:
        """Start Valkey again after `stop_valkey()`, on the same port."""
        self.require_valkey().start_again()

    def stop_valkey(self) -> None:
        """Stop Valkey under everybody who uses it, as an outage does; what it held is gone."""
        self.require_valkey().stop()

    def wipe_valkey(self) -> None:
        """Empty the running Valkey."""
        self.require_valkey().wipe()

    def require_valkey(self) -> Valkey:
        if self.valkey is None:
            raise EmbeddedError("This stack uses the Redis of REDIS_URL, which is not ours to stop.")
        return self.valkey


class DotEnv(environ.Env):  # type: ignore[misc]  # environ has no types
    """The settings' own parser, reading into a dictionary instead of the process's environment."""

    ENVIRON: dict[str, str] = {}


def read_dotenv(path: Path) -> dict[str, str]:
    DotEnv.ENVIRON = {}
    if path.exists():
        DotEnv.read_env(path)
    return DotEnv.ENVIRON


def stack_folder(*, checkout: Path = CHECKOUT) -> Path:
    """`var/<PORT>` of the stack that the environment names."""
    port = os.environ.get("PORT") or "8000"
    if not port.isdigit():
        raise EmbeddedError(f"PORT must be a number, not {port!r}.")
    return checkout / "var" / port


# What must be known before the settings are read, for starting servers and processes.
TAKEN_FROM_DOTENV = (
    "PORT", "SANDBOX_PORT", "SANDBOX_SMTP_PORT", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEYS"
)  # fmt: skip


def provide(*, folder: Path | None = None, checkout: Path = CHECKOUT) -> EmbeddedServers | None:
    """Set DATABASE_URL and REDIS_URL in this process's environment, by embedded servers where both the
    environment and `.env` leave them empty; these stop at exit. None when there was nothing to provide.

    With an embedded database, SECRET_KEY and FIELD_KEYS are made once and kept beside the data.
    Raises `EmbeddedError`.
    """
    take_from_dotenv(checkout / ".env", *TAKEN_FROM_DOTENV)
    postgres, valkey = (not os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL"))
    if not postgres and not valkey:
        return None
    folder = folder or stack_folder(checkout=checkout)
    servers = EmbeddedServers(folder=folder, postgres=postgres, valkey=valkey)
    servers.start()
    atexit.register(servers.stop)
    if servers.postgres:
        os.environ["DATABASE_URL"] = servers.postgres.url
        with plain_errors(folder), servers.alone():
            provide_secrets(folder / "secrets.env")
    if servers.valkey:
        os.environ["REDIS_URL"] = servers.valkey.url
    return servers


def take_from_dotenv(path: Path, *names: str) -> None:
    """An empty value in the environment counts as none, so that `.env` still speaks."""
    values = read_dotenv(path)
    for name in names:
        if not os.environ.get(name) and values.get(name):
            os.environ[name] = values[name]


# What a demo tells commands that run beside it: its carriers' accounts and addresses.
RUNNING = "running.json"


@contextmanager
def told_to_commands(settings: Mapping[str, str], *, folder: Path) -> Iterator[None]:
    """Commands on this folder's servers know these settings until the end, as far as they have none of their own."""
    path = folder / RUNNING
    write_private(path, json.dumps(dict(settings)))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def take_from_running(folder: Path) -> None:
    """What a demo on these servers has told, without what the environment says already."""
    path = folder / RUNNING
    told: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    for name, value in told.items():
        os.environ.setdefault(name, value)


def provide_secrets(path: Path) -> None:
    """Keys for a stack that was given none, the same at every start: its data is encrypted with them."""
    kept = read_dotenv(path)
    known = set(kept)
    for name in ("SECRET_KEY", "FIELD_KEYS"):
        if not os.environ.get(name):
            os.environ[name] = kept.setdefault(name, base64.b64encode(secrets.token_bytes(32)).decode())
    if set(kept) != known:
        write_private(path, "".join(f"{name}={value}\n" for name, value in kept.items()))
