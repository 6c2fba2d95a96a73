"""What goes wrong on demand: slow answers, failures, lost and doubled receipts."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

MAX_MS = 600_000
_chance = secrets.SystemRandom()


@dataclass(kw_only=True)
class Faults:
    """Times in milliseconds, rates between 0 and 1. Changed at run time through `POST /faults.json`."""

    latency_ms: float = 0
    receipt_delay_ms: float = 300
    fail_rate: float = 0
    drop_receipts: float = 0
    duplicate_receipts: float = 0
    reorder_receipts: float = 0
    timeout_after_accept: float = 0

    def change(self, values: Mapping[str, object]) -> None:
        """Set all of `values` or, on a ValueError that names the field, none of them."""
        checked = {name: checked_fault(name=name, value=value) for name, value in values.items()}
        for name, value in checked.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, float]:
        return asdict(self)

    @property
    def receipt_delay(self) -> float:
        """In seconds."""
        return self.receipt_delay_ms / 1000

    async def answer_slowly(self) -> None:
        if self.latency_ms:
            await asyncio.sleep(self.latency_ms / 1000)

    def carrier_fails(self) -> bool:
        return strikes(self.fail_rate)


def strikes(rate: float) -> bool:
    return rate > 0 and _chance.random() < rate


def checked_fault(*, name: str, value: object) -> float:
    """`value` as a number in its field's range, else a ValueError that names the field."""
    if name not in FAULT_NAMES:
        raise ValueError(f"{name}: no such fault; there are {', '.join(FAULT_NAMES)}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name}: a number is needed")
    highest = MAX_MS if name.endswith("_ms") else 1
    if not 0 <= value <= highest:
        raise ValueError(f"{name}: must lie between 0 and {highest}")
    return float(value)


FAULT_NAMES = tuple(field.name for field in fields(Faults))
