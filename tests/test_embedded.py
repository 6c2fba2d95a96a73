"""The embedded servers, each test in a folder of its own, with real processes."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest

from hrnotify.embedded import EmbeddedServers, provide, take_from_running, told_to_commands
from hrnotify.processes import CHECKOUT, EmbeddedError, wait_until

# Another command of the same stack: says what it uses, then waits until its input is closed.
OTHER_COMMAND = """
import sys
from pathlib import Path
from hrnotify.embedded import EmbeddedServers
with EmbeddedServers(folder=Path(sys.argv[1]), durable=False) as servers:
    print(servers.postgres.process().pid, servers.valkey.process().pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder directly in /tmp: pytest closes its own to every other account whenever a run begins."""
    with tempfile.TemporaryDirectory(prefix="hrnotify-test-", dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def servers(place: Path) -> Iterator[EmbeddedServers]:
    with running(place / "var") as started:
        yield started


@contextlib.contextmanager
def running(folder: Path) -> Iterator[EmbeddedServers]:
    with EmbeddedServers(folder=folder, durable=False) as servers:
        yield servers


@contextlib.contextmanager
def other_command(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", OTHER_COMMAND, str(folder)]
    process = subprocess.Popen(
        command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        yield process


def pids_said(process: subprocess.Popen[str]) -> list[int]:
    assert process.stdout
    return [int(word) for word in process.stdout.readline().split()]


def pids(servers: EmbeddedServers) -> list[int]:
    assert servers.postgres
    assert servers.valkey
    return [process.pid for process in (servers.postgres.process(), servers.valkey.process()) if process]


def sql(servers: EmbeddedServers, statement: str) -> list[tuple[object, ...]]:
    assert servers.postgres
    connection = psycopg2.connect(servers.postgres.url)
    with contextlib.closing(connection), connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_both_servers_answer_at_their_addresses(servers: EmbeddedServers) -> None:
    assert sql(servers, "SELECT current_database()") == [("hrnotify",)]
    assert servers.valkey
    assert servers.valkey.answers()


def test_valkey_refuses_whoever_has_no_password(servers: EmbeddedServers) -> None:
    assert servers.valkey
    servers.valkey.password = "guessed"
    assert not servers.valkey.answers()


def test_no_other_account_of_the_machine_reaches_the_database(servers: EmbeddedServers) -> None:
    assert servers.postgres
    assert servers.postgres.running_socket_folder().stat().st_mode & 0o077 == 0


def test_a_restart_finds_the_data_and_the_port_of_before(place: Path) -> None:
    with running(place) as first:
        sql(first, "CREATE TABLE offer AS SELECT 7 AS id")
        assert first.valkey
        port = first.valkey.port
    assert pids(first) == []
    with running(place) as second:
        assert sql(second, "SELECT id FROM offer") == [(7,)]
        assert second.valkey
        assert second.valkey.port == port


def test_a_second_command_shares_the_servers_and_leaves_them_running(servers: EmbeddedServers) -> None:
    with other_command(servers.folder) as other:
        assert pids_said(other) == pids(servers)
    assert sql(servers, "SELECT 1") == [(1,)]
    assert servers.valkey
    assert servers.valkey.answers()


def test_the_first_command_may_leave_before_the_second(place: Path) -> None:
    first = EmbeddedServers(folder=place, durable=False)
    first.start()
    with other_command(place) as other:
        used = pids_said(other)
        first.stop()
        assert pids(first) == used
    assert pids(first) == []


def test_servers_whose_command_was_killed_are_found_again(place: Path) -> None:
    with other_command(place) as other:
        orphans = pids_said(other)
        other.kill()
    assert all(psutil.pid_exists(pid) for pid in orphans)
    with running(place) as servers:
        assert pids(servers) == orphans
    assert pids(servers) == []


def test_a_killed_postgres_starts_again_on_its_data(place: Path) -> None:
    with running(place) as servers:
        sql(servers, "CREATE TABLE offer AS SELECT 7 AS id")
        os.kill(pids(servers)[0], signal.SIGKILL)
        assert wait_until(lambda: len(pids(servers)) == 1, seconds=10)
    with running(place) as servers:
        assert sql(servers, "SELECT id FROM offer") == [(7,)]


def test_a_stale_pid_that_now_belongs_to_a_stranger_hinders_no_start(place: Path) -> None:
    with running(place) as servers:
        assert servers.postgres
        pid_file = servers.postgres.data / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with running(place) as servers:
        assert sql(servers, "SELECT 1") == [(1,)]
    assert psutil.pid_exists(os.getpid())


def test_a_start_that_was_killed_during_initdb_leaves_nothing_in_the_way(place: Path) -> None:
    half = place / "postgres" / "data.unfinished"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with running(place) as servers:
        assert sql(servers, "SELECT 1") == [(1,)]


def test_a_path_too_long_for_a_socket_works_and_leaves_nothing_behind(place: Path) -> None:
    folder = place / ("a rather deep folder " * 3) / ("开发者的目录" * 5)
    assert len(os.fsencode(folder)) > 107
    with running(folder) as servers:
        assert sql(servers, "SELECT 1") == [(1,)]
        assert servers.postgres
        short = servers.postgres.running_socket_folder()
        assert short.stat().st_mode & 0o077 == 0
    assert not short.exists()


def test_valkey_comes_back_empty_on_the_same_port(servers: EmbeddedServers) -> None:
    assert servers.valkey
    with contextlib.closing(servers.valkey.client()) as client:
        client.set("wake", "1")
        address = servers.valkey.url
        servers.stop_valkey()
        assert not servers.valkey.answers()
        servers.start_valkey()
        assert servers.valkey.url == address
        assert client.get("wake") is None


def test_wiping_empties_a_running_valkey(servers: EmbeddedServers) -> None:
    assert servers.valkey
    with contextlib.closing(servers.valkey.client()) as client:
        client.set("wake", "1")
        servers.wipe_valkey()
        assert client.get("wake") is None


def test_a_place_that_cannot_be_written_is_one_sentence(place: Path) -> None:
    (place / "var").write_text("a file where the folder should be")
    with pytest.raises(EmbeddedError, match=r"Cannot write the embedded servers' data under .*var"):
        EmbeddedServers(folder=place / "var" / "8000").start()


# --- provide() --------------------------------------------------------------------------------------

PRINT_ENVIRONMENT = """
import os, sys
from pathlib import Path
from hrnotify.embedded import provide
provide(checkout=Path(sys.argv[1]))
for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEYS"):
    print(os.environ.get(name, ""))
"""


def provided(checkout: Path, **variables: str) -> list[str]:
    """DATABASE_URL, REDIS_URL, SECRET_KEY and FIELD_KEYS as a command of this checkout gets them."""
    kept = {"PATH", "HOME", "TMPDIR", "PYTHONPATH"}
    clean = {name: value for name, value in os.environ.items() if name in kept}
    done = subprocess.run(
        [sys.executable, "-c", PRINT_ENVIRONMENT, str(checkout)],
        cwd=CHECKOUT,
        env=clean | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_keys_are_made_once_and_kept_private(place: Path) -> None:
    first, second = provided(place), provided(place)
    assert first[2:] == second[2:]
    assert all(len(key) == 44 for key in first[2:])
    assert (place / "var" / "8000" / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_two_ports_are_two_stacks(place: Path) -> None:
    first, second = provided(place), provided(place, PORT="8100")
    assert not set(first) & set(second)


def test_dotenv_and_environment_win_over_embedded_servers(place: Path) -> None:
    (place / ".env").write_text("DATABASE_URL=postgres://db.example/hr\nREDIS_URL=redis://one.example\n")
    answer = provided(place, DATABASE_URL="", REDIS_URL="redis://two.example")
    assert answer[:2] == ["postgres://db.example/hr", "redis://two.example"]
    assert not (place / "var").exists()


def test_a_database_of_ones_own_gets_no_made_up_keys(place: Path) -> None:
    answer = provided(place, DATABASE_URL="postgres://db.example/hr")
    assert answer[1].startswith("redis://")
    assert answer[2:] == ["", ""]


def test_given_keys_are_used_and_not_written_down(place: Path) -> None:
    (place / ".env").write_text("FIELD_KEYS=from-dotenv\n")
    assert provided(place, SECRET_KEY="from-environment")[2:] == ["from-environment", "from-dotenv"]
    assert not (place / "var" / "8000" / "secrets.env").exists()


def test_a_port_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    monkeypatch.setenv("PORT", "eight")
    monkeypatch.setenv("DATABASE_URL", "")
    with pytest.raises(EmbeddedError, match="PORT must be a number, not 'eight'"):
        provide(checkout=place)


# --- Commands beside a demo -------------------------------------------------------------------------
def test_a_command_knows_what_a_running_demo_told_and_its_own_settings_win(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TWILIO_FROM", raising=False)
    monkeypatch.setenv("SMS_PROVIDERS", "gateway")
    told = {"TWILIO_FROM": "+10000000000", "SMS_PROVIDERS": "twilio"}
    with told_to_commands(told, folder=place):
        assert (place / "running.json").stat().st_mode & 0o777 == 0o600
        take_from_running(place)
    assert (os.environ["TWILIO_FROM"], os.environ["SMS_PROVIDERS"]) == ("+10000000000", "gateway")


def test_a_demo_that_has_ended_tells_nothing_any_more(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWILIO_FROM", raising=False)
    with told_to_commands({"TWILIO_FROM": "+10000000000"}, folder=place):
        pass
    take_from_running(place)
    assert "TWILIO_FROM" not in os.environ
