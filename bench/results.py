"""bench/results.json: what the last whole run measured, each part with its date and machine."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from django.db import connection

from bench.carriers import programs_in_use
from bench.figures import Figure
from bench.parts import PARTS, Part

RESULTS = Path(__file__).parent / "results.json"


def write(measured: Sequence[tuple[Part, list[Figure]]], *, path: Path = RESULTS) -> None:
    """Parts that this run left out stay as they were, under the date of their own run."""
    new = {part.name: _entry(part, figures) for part, figures in measured}
    entries = {**_kept(path), **new}
    ordered = [entries[part.name] for part in PARTS if part.name in entries]
    path.write_text(json.dumps({"parts": ordered}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _kept(path: Path) -> dict[str, Any]:
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {entry["name"]: entry for entry in known.get("parts", [])}


def _entry(part: Part, figures: Iterable[Figure]) -> dict[str, Any]:
    rows = [{**asdict(figure), "ratio": figure.ratio} for figure in figures]
    return {"name": part.name, "title": part.title, **surroundings(), "figures": rows}


def surroundings() -> dict[str, Any]:
    """The date, and what of the machine a figure depends on."""
    return {
        "measured": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": _postgresql(),
        "sinks": programs_in_use(),
    }


def _postgresql() -> int:
    connection.ensure_connection()
    return int(connection.connection.server_version // 10_000)


def _processor() -> str:
    """Linux tells the model's name in a file only; elsewhere Python knows."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.processor(),
    )
