"""Lines on the terminal while a run goes on, each with the minutes and seconds since its start."""

from __future__ import annotations

import sys
import time

_start = time.monotonic()


def say(text: str) -> None:
    minutes, seconds = divmod(int(time.monotonic() - _start), 60)
    sys.stderr.write(f"[{minutes:02}:{seconds:02}] {text}\n")
    sys.stderr.flush()
