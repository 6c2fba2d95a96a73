"""A small fault run, as `make faults` does it: every process real, killed with -9, counted at the carriers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hrnotify.embedded import EmbeddedServers
from hrnotify.processes import CHECKOUT

# With this seed each of worker, its process, beat, web, Valkey and PostgreSQL is killed once or twice.
SMALL = {"N": "1000", "SEED": "1"}


@pytest.mark.timeout(600)
def test_nothing_is_lost_doubled_or_stuck_while_everything_is_killed(
    embedded_servers: EmbeddedServers,
) -> None:
    folder = Path(embedded_servers.folder) / "faults"
    done = subprocess.run(
        [sys.executable, "-m", "faults", str(folder)],
        cwd=CHECKOUT,
        env={**os.environ, **SMALL},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["N", "SEED"])
def test_a_setting_that_is_no_number_is_named(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "faults"],
        cwd=CHECKOUT,
        env={**os.environ, **SMALL, name: "many"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.strip()) == (1, f"{name} must be a whole number, not 'many'.")
