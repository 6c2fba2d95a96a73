"""Nobody sees what is not theirs: every query of a person passes through `within`."""

from typing import Protocol

from django.db.models import Q


class Principal(Protocol):
    """Whoever asks: a signed-in user or a machine with a key."""

    def scope_paths(self) -> list[str]:
        """Tree paths of the nodes whose subtrees this principal may see."""


def within(principal: Principal, path_field: str) -> Q:
    """The condition "at or below one of the principal's nodes" on a branch's path column."""
    scope = Q(pk__in=[])  # without a membership nothing is visible
    for path in principal.scope_paths():
        scope |= Q(**{f"{path_field}__startswith": path})
    return scope
