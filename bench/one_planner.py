"""A planner alone in its process, as a worker loads it: python -m bench.one_planner MOMENT TIMES

Ticks at MOMENT (ISO 8601) so many times, after one of a month before, when nothing was due; a line of JSON for each.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime, timedelta

import django


def main(moment: str, times: str) -> None:
    django.setup()
    # As a Celery worker does; what Django needs is set up only now.
    from hrnotify.celery import app, keep_the_loaded_apart  # noqa: PLC0415
    from notifications import planner  # noqa: PLC0415

    app.set_current()
    app.loader.import_default_modules()
    keep_the_loaded_apart()
    at = datetime.fromisoformat(moment)
    planner.tick(at=at - timedelta(days=30))
    for _ in range(int(times)):
        started = time.perf_counter()
        counts = planner.tick(at=at)
        print(json.dumps({"seconds": time.perf_counter() - started, **counts}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
