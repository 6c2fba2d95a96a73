"""What happens when, drawn from the seed: who is killed in which round, and what goes wrong at the carriers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

T = TypeVar("T")

# "worker process" is one of those the worker forks; "worker" is all of it at once.
VICTIMS = ("worker", "postgres", "valkey", "web", "beat", "worker process")
PAIRS = (
    ("postgres", "worker"),
    ("valkey", "worker"),
    ("valkey", "postgres"),
    ("web", "worker"),
    ("beat", "valkey"),
)
PAIR_SHARE = 0.25

CALM: dict[str, float] = {
    "latency_ms": 0,
    "receipt_delay_ms": 100,
    "fail_rate": 0,
    "drop_receipts": 0,
    "duplicate_receipts": 0,
    "reorder_receipts": 0,
    "timeout_after_accept": 0,
}
WEATHERS: tuple[dict[str, float], ...] = (
    {"timeout_after_accept": 0.1},
    {"latency_ms": 400},
    {"latency_ms": 150, "duplicate_receipts": 0.5, "reorder_receipts": 0.5},
    {"drop_receipts": 0.3, "duplicate_receipts": 0.3},
    {"latency_ms": 100, "fail_rate": 0.1},
    {"latency_ms": 250, "timeout_after_accept": 0.05, "reorder_receipts": 0.5, "drop_receipts": 0.1},
)


@dataclass(frozen=True)
class Round:
    """Seconds are counted from the round's beginning, when the platform starts on its share of the results."""

    victims: tuple[str, ...]
    faults: dict[str, float]
    kill_after: float
    down_for: float
    rest: float


def rounds(count: int, *, random: Random) -> list[Round]:
    """Every victim and every weather before any a second time."""
    alone = _in_turns(VICTIMS, count, random)
    weathers = _in_turns(WEATHERS, count, random)
    return [
        Round(
            victims=_victims(victim, random),
            faults=weather,
            kill_after=random.uniform(0.2, 2),
            down_for=random.uniform(0, 2),
            rest=random.uniform(0.5, 2.5),
        )
        for victim, weather in zip(alone, weathers, strict=True)
    ]


def _in_turns(what: Sequence[T], count: int, random: Random) -> list[T]:
    drawn: list[T] = []
    while len(drawn) < count:
        drawn += random.sample(what, len(what))
    return drawn[:count]


def _victims(victim: str, random: Random) -> tuple[str, ...]:
    pairs = [pair for pair in PAIRS if victim in pair]
    return random.choice(pairs) if pairs and random.random() < PAIR_SHARE else (victim,)
