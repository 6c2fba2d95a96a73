"""Results that come one a request, at the same moment, are taken in one transaction."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from notifications.group_commit import GroupCommit
from notifications.intake.deliveries import Incoming, Outcome
from notifications.intake.taking import take_signals

# By source: one transaction takes deliveries of one.
_sources: defaultdict[UUID, GroupCommit[Incoming, Outcome]] = defaultdict(lambda: GroupCommit(take_signals))


def take_one(one: Incoming) -> Outcome:
    """What became of it, as `take_signals` says; taken with whatever else comes in at this moment."""
    return _sources[one.source.pk].take(one)
