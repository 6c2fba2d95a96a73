"""`make demo STORY=weeks`, as somebody runs it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from hrnotify.processes import CHECKOUT, any_free_pair, any_free_port


@pytest.fixture
def port() -> Iterator[int]:
    """Nothing is left of the servers that a story has there."""
    free = any_free_port()
    yield free
    shutil.rmtree(CHECKOUT / "var" / f"weeks-{free}", ignore_errors=True)


def tell(*, port: int, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in {"PATH", "HOME", "LANG"}  # as in a new terminal
    }
    ports = {"PORT": str(port), "SANDBOX_PORT": str(any_free_pair())}
    return subprocess.run(
        [sys.executable, "-m", "hrnotify.demo"],
        cwd=CHECKOUT,
        env={**environment, **ports, **variables},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def test_three_weeks_come_out_as_they_are_written(port: int) -> None:
    told = tell(port=port, STORY="weeks", LANGUAGE_CODE="en")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "10-10 Sat 15:00  One day before · SMS · Delivered" in told.stdout
    assert "10-09 Fri 12:00  Another first day granted: 10-12 → 10-19" in told.stdout
    assert "10-01 Thu 06:00  Handed to HR    12 hours before the deadline" in told.stdout
    assert "not opened 2 hours after WeChat" in told.stdout


def test_a_story_that_does_not_exist_is_refused_with_those_that_do(port: int) -> None:
    told = tell(port=port, STORY="years")
    assert told.returncode == 1
    assert "there is STORY=weeks" in told.stderr
