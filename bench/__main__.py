"""Run all benchmarks on servers of their own, print a table and write bench/results.json."""

from __future__ import annotations

import base64
import json
import os
import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import django

from hrnotify.embedded import EmbeddedServers
from hrnotify.processes import CHECKOUT, EmbeddedError, exit_on_signals

RESULTS = Path(__file__).parent / "results.json"


def main() -> None:
    exit_on_signals()
    try:
        with EmbeddedServers(folder=CHECKOUT / "var" / "bench") as servers:
            prepare(servers)
            run()
    except EmbeddedError as error:
        sys.exit(str(error))


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
        "LOG_LEVEL": "WARNING",
    }
    django.setup()
    # Django's own parts can be imported only now.
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    call_command("load_sample", stdout=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def run() -> None:
    from bench import composing, delivery  # noqa: PLC0415  needs Django set up
    from bench.figures import table  # noqa: PLC0415

    figures = [*composing.figures(), *delivery.figures()]
    print(table(figures))
    rows = [{**asdict(figure), "ratio": figure.ratio} for figure in figures]
    about = {
        "measured": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }
    RESULTS.write_text(
        json.dumps({**about, "figures": rows}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    print(f"Written to {RESULTS.relative_to(CHECKOUT)}")


if __name__ == "__main__":
    main()
