"""The lint measured on written cases, against the sample bank's core: how much it finds, how often it cries wolf."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from notifications.lint import Core, CorePaper, Place, contradictions
from notifications.local_text import ALLOWED_LINKS
from notifications.models import Demand
from notifications.sample.load import read

# Each file is a set of its own: what the lint was developed on, and what was kept from whoever developed it.
FOLDER = Path(__file__).parent / "lint" / "cases"
UNSEEN = "unseen"


@dataclass(frozen=True)
class Case:
    """A local text, and the one kind of contradiction in it, "" for none."""

    text: str
    field: str
    branch: str
    language: str
    contradicts: str


@dataclass(frozen=True)
class Measured:
    """One set of cases: those with a contradiction that was not found as what it is, and harmless ones warned of."""

    name: str
    contradicting: int
    harmless: int
    missed: list[Case]
    false_alarms: list[Case]

    @property
    def recall(self) -> float:
        return 1 - len(self.missed) / self.contradicting

    @property
    def false_alarm_rate(self) -> float:
        return len(self.false_alarms) / self.harmless


def measure() -> list[Measured]:
    """Set by set, and last the unseen ones together: they tell how good the lint is on what people will write."""
    sets = {path.stem: list(_cases(path)) for path in sorted(FOLDER.glob("*.toml"))}
    unseen = [case for name, cases in sets.items() if name.startswith(UNSEEN) for case in cases]
    return [_measured(name, cases) for name, cases in [*sets.items(), (f"{UNSEEN}, together", unseen)]]


def _cases(path: Path) -> Iterator[Case]:
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
        yield Case(**row)


def _measured(name: str, cases: list[Case]) -> Measured:
    core, branches = _core(), {row["code"]: row for row in read("branches.toml")["branch"]}
    kinds = {id(case): _kinds(case, core, branches) for case in cases}
    contradicting = [case for case in cases if case.contradicts]
    harmless = [case for case in cases if not case.contradicts]
    return Measured(
        name=name,
        contradicting=len(contradicting),
        harmless=len(harmless),
        missed=[case for case in contradicting if case.contradicts not in kinds[id(case)]],
        false_alarms=[case for case in harmless if kinds[id(case)]],
    )


def _kinds(case: Case, core: Core, branches: dict[str, dict[str, Any]]) -> set[str]:
    place = _place(case.branch, branches)
    return {str(one.kind) for one in contradictions(case.text, field=case.field, core=core, place=place)}


def _core() -> Core:
    known = read("fields.toml")
    hosts = next(row["value"]["zh-hans"] for row in known["core"] if row["key"] == ALLOWED_LINKS)
    return Core(
        required=_papers(known["paper"], Demand.REQUIRED),
        excluded=_papers(known["paper"], Demand.FORBIDDEN),
        allowed_hosts=frozenset(hosts),
    )


def _papers(rows: list[dict[str, Any]], demand: Demand) -> tuple[CorePaper, ...]:
    return tuple(
        CorePaper(row["name_zh"], row["name_en"], row.get("form", ""))
        for row in rows
        if row.get("demand", Demand.REQUIRED) == demand
    )


def _place(code: str, branches: dict[str, dict[str, Any]]) -> Place:
    """The branch and the nodes above it."""
    nodes = []
    while code:
        nodes.append(branches[code])
        code = branches[code]["parent"]
    return Place(
        addresses=tuple(address for node in nodes for address in (node["address_zh"], node["address_en"])),
        phones=tuple(node["phone"] for node in nodes),
        names=(nodes[0]["name_zh"], nodes[0]["name_en"]),
    )
