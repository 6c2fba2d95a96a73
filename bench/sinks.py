"""Do the stand-ins for the carriers hold back what is measured? How much each takes from several clients."""

from __future__ import annotations

from collections.abc import Iterator

from bench.bare import RawMails, RawPosts
from bench.carriers import PYTHON, nginx, program, python_sink, smtp_sink
from bench.crew import rate
from bench.figures import Figure

COUNT, CLIENTS = 20_000, 2
NOTE = f"{CLIENTS} client processes without any library, on the same cores"


def figures() -> Iterator[Figure]:
    with python_sink(0) as ours:
        yield _figure(f"HTTP, {PYTHON}", rate(RawPosts(ours.http), count=COUNT, processes=CLIENTS))
        yield _figure(f"SMTP, {PYTHON}", rate(RawMails(ours.smtp), count=COUNT, processes=CLIENTS))
    if program("nginx"):
        with nginx() as port:
            yield _figure("HTTP, nginx", rate(RawPosts(port), count=COUNT, processes=CLIENTS))
    if program("smtp-sink"):
        with smtp_sink() as port:
            yield _figure("SMTP, smtp-sink", rate(RawMails(port), count=COUNT, processes=CLIENTS))


def _figure(name: str, value: float) -> Figure:
    return Figure(name, value, "/s", note=NOTE)
