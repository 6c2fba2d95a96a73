"""The folder of a run: servers, logs, and what is kept for the next one."""

from __future__ import annotations

import os
from pathlib import Path

from hrnotify.processes import CHECKOUT

VARIABLE = "BENCH_FOLDER"


def folder() -> Path:
    return Path(os.environ.get(VARIABLE) or CHECKOUT / "var" / "bench").resolve()
