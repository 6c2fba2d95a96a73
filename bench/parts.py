"""The parts of the benchmark, and which of them a run takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module

from bench.figures import Figure


@dataclass(frozen=True)
class Part:
    """`switch`: the variable that adds a part which takes long; "" for one of every run."""

    name: str
    title: str
    switch: str = ""

    def figures(self) -> Iterator[Figure]:
        """Its module is looked up only now, because it needs Django set up."""
        measure: Callable[[], Iterator[Figure]] = import_module(f"bench.{self.name}").figures
        return measure()


PARTS = (
    Part("composing", "Composing"),
    Part("sinks", "What stands in for the carriers"),
    Part("signals", "In, from the signed result to the planned message"),
    Part("delivery", "Out, from due rows to accepted ones"),
    Part("callbacks", "In, from the carriers"),
    Part("whole_way", "The whole way, from the signal to the carrier's acceptance"),
    Part("planning", "What comes next, for a million offers"),
    Part("growth", "With many old messages in the tables", switch="GROWTH"),
    Part("memory", "Memory of the workers", switch="MEMORY"),
    Part("peers", "Mail out, beside what else one could use", switch="PEERS"),
)


class UnknownPart(ValueError):
    """ONLY names a part that there is not; the text names those that there are."""


def chosen(environment: Mapping[str, str]) -> list[Part]:
    """ONLY=one,another takes these alone, whatever their switches say. Raises UnknownPart."""
    wanted = [name.strip() for name in environment.get("ONLY", "").split(",") if name.strip()]
    known = {part.name: part for part in PARTS}
    if unknown := sorted(set(wanted) - set(known)):
        raise UnknownPart(f"There is no part {', '.join(unknown)}; ONLY takes {', '.join(known)}.")
    if wanted:
        return [part for part in PARTS if part.name in wanted]
    return [part for part in PARTS if not part.switch or is_on(environment.get(part.switch, ""))]


def is_on(switch: str) -> bool:
    return switch not in {"", "0"}
