"""Nobody sees what is not theirs: every query of a person passes through `within`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db.models import Q


@dataclass(frozen=True)
class Scope:
    """A node of the tree with everything below it, for candidates of these categories; none named: of all."""

    path: str
    categories: tuple[str, ...] = ()

    def covers(self, *, path: str, category: str) -> bool:
        return path.startswith(self.path) and (not self.categories or category in self.categories)


class Principal(Protocol):
    """Whoever asks: a signed-in user or a machine with a key."""

    def scopes(self) -> Sequence[Scope]:
        """What this principal may see: the union of these."""


def within(principal: Principal, path_field: str, category_field: str = "") -> Q:
    """The condition "in one of the principal's scopes" on the column of a branch's path.

    `category_field` names the column of the candidate's category; a row without a candidate has none.
    """
    visible = Q(pk__in=[])  # without a scope nothing is visible
    for scope in principal.scopes():
        inside = Q(**{f"{path_field}__startswith": scope.path})
        if category_field and scope.categories:
            inside &= Q(**{f"{category_field}__in": scope.categories})
        visible |= inside
    return visible
