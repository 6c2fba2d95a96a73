"""python -m hrnotify.demo.clocked MODULE [ARGUMENT…]: a program by a clock that whoever started it moves.

Each line of its input is a moment (ISO 8601) at which the clock then stands; it says MOVED when that is so.
"""

from __future__ import annotations

import runpy
import sys
import threading
from datetime import datetime

import time_machine

MOVED = "moved"


def main(module: str, *arguments: str) -> None:
    with time_machine.travel(datetime.fromisoformat(sys.stdin.readline().strip()), tick=False) as traveller:
        threading.Thread(target=_follow, args=(traveller,), daemon=True).start()
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__")


def _follow(traveller: time_machine.Traveller) -> None:
    for line in sys.stdin:
        traveller.move_to(datetime.fromisoformat(line.strip()), tick=False)
        sys.stdout.write(f"{MOVED}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
