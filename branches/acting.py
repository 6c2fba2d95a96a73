"""Who may act for candidates: grant another day, write, extend a deadline. Seeing them alone does not allow it."""

from __future__ import annotations

from branches.models import Branch, Role, User

ACTING_ROLES = (Role.HQ_HR, Role.BRANCH_HR)


def may_act_for(user: User, *, branch: Branch, category: str) -> bool:
    """Whether one membership as HR covers candidates of this branch and category. A reviewer or auditor never does."""
    return not user.only_reads and any(
        membership.role in ACTING_ROLES and membership.scope.covers(path=branch.path, category=category)
        for membership in user.live_memberships
    )
