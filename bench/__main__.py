"""`python -m bench`: measure on servers of its own, print a table and write bench/results.json.

ONLY=delivery,composing measures these parts alone and writes nothing. What takes long is added by its variable.
"""

from __future__ import annotations

import base64
import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import django

from bench.figures import NotMeasured, table
from bench.parts import Part, UnknownPart, chosen
from bench.place import VARIABLE, folder
from bench.progress import say
from hrnotify.embedded import EmbeddedServers
from hrnotify.processes import CHECKOUT, EmbeddedError, exit_on_signals
from hrnotify.stack import StackError

SECRET = f"whsec_{base64.b64encode(b'the platform of a benchmark').decode()}"


def main() -> None:
    exit_on_signals()
    try:
        parts = chosen(os.environ)
        with alone(), EmbeddedServers(folder=folder()) as servers:
            prepare(servers)
            run(parts, is_whole="ONLY" not in os.environ)
    except (EmbeddedError, NotMeasured, StackError, UnknownPart) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Stopped.")


@contextmanager
def alone() -> Iterator[None]:
    """Two runs in one folder would empty each other's tables."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / "bench.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EmbeddedError(
                f"Another run measures in {folder()}: wait for it, or set {VARIABLE}."
            ) from None
        yield


def prepare(servers: EmbeddedServers) -> None:
    """Schema and sample bank on the run's own servers; nothing is left of an earlier run."""
    postgres, valkey = servers.postgres, servers.valkey
    if postgres is None or valkey is None:
        raise EmbeddedError("The benchmark needs servers of its own.")
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "hrnotify.settings",
        "DATABASE_URL": postgres.url,
        "REDIS_URL": valkey.url,
        "SECRET_KEY": "for measuring only, and nowhere reachable from outside",
        "FIELD_KEYS": base64.b64encode(bytes(32)).decode(),
        "SAMPLE_SOURCE_SECRET": SECRET,
        "LOG_LEVEL": "WARNING",
    }
    servers.require_valkey().wipe()
    django.setup()
    # Django's own parts can be imported only now.
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    call_command("load_sample", stdout=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def run(parts: Sequence[Part], *, is_whole: bool) -> None:
    from bench import results  # noqa: PLC0415  needs Django set up

    measured = []
    for part in parts:
        say(f"{part.name}: {part.title}")
        figures = []
        for figure in part.figures():
            say(f"  {figure}")
            figures.append(figure)
        measured.append((part, figures))
    print(f"\n{table((part.title, figures) for part, figures in measured)}\n")
    if is_whole:
        results.write(measured)
        print(f"Written to {results.RESULTS.relative_to(CHECKOUT)}")


if __name__ == "__main__":
    main()
