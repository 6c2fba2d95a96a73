"""Receipts that arrive at the same moment in several threads of a web server are stored together."""

from __future__ import annotations

from collections.abc import Sequence

from notifications.channels.base import ParsedReceipt
from notifications.group_commit import GroupCommit
from notifications.receipts import take_receipts

Receipts = list[ParsedReceipt]
MOMENT_SECONDS = 0.002


def take_arrived(receipts: Receipts) -> None:
    """Store and apply, perhaps together with what other threads bring.

    Raises DatabaseError for these alone, or CutShort.
    """
    if receipts:
        _arrivals.take(receipts)


def _take_all(together: Sequence[Receipts]) -> Sequence[None]:
    take_receipts([receipt for receipts in together for receipt in receipts])
    return [None] * len(together)


_arrivals = GroupCommit(_take_all, moment=MOMENT_SECONDS)
