"""When and by which way the sample bank sends: strategies, rules, windows and deferral policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from branches.models import Branch
from candidates.models import DeferralPolicy
from notifications.models import ChannelStrategy, ReminderRule, SendWindow


def load_planning(rows: Mapping[str, Any], branches: Mapping[str, Branch]) -> None:
    """`rows`: as in planning.toml; `branches` by code. What is there already stays as it is."""
    for row in rows["strategy"]:
        _keep(ChannelStrategy, row, known_by=("purpose", "condition"))
    for row in rows["rule"]:
        _keep(ReminderRule, row, known_by=("number",))
    for row in rows["window"]:
        _keep(SendWindow, {**row, "branch": branches[row["branch"]]}, known_by=("branch",))
    for row in rows["deferral_policy"]:
        _keep(DeferralPolicy, {**row, "branch": branches[row["branch"]]}, known_by=("branch", "category"))


def _keep(model: Any, row: Mapping[str, Any], *, known_by: tuple[str, ...]) -> None:
    facts = {"condition": {}, **row} if "condition" in known_by else dict(row)
    key = {name: facts.pop(name) for name in known_by}
    model.objects.get_or_create(**key, defaults=facts)
