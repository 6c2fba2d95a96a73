"""What was changed of a node's texts and papers, for the people who write them."""

from __future__ import annotations

from branches.changes import Asked, Change, page
from branches.models import Branch
from notifications.models import LocalPaper, LocalValue

SHOWN = 20


def last_changes(node: Branch) -> list[Change]:
    """The newest first."""
    asked = (Asked(model=model._meta.label, record=node.pk) for model in (LocalValue, LocalPaper))
    found = [change for one in asked for change in page(one).changes]
    return sorted(found, key=lambda change: change.at, reverse=True)[:SHOWN]
