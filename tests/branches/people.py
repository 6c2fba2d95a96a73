"""People with one membership and its attributes, where the fixed cast of tests/conftest.py is not enough."""

from typing import Any

from branches.models import ADMIN_ROLES, Branch, Membership, Role, User
from tests.factories import UserFactory


def member(
    branch: Branch, role: Role = Role.BRANCH_HR, *, username: str = "member", **attributes: Any
) -> User:
    """`attributes`: until, categories, may_unmask."""
    user = UserFactory.create(username=username, is_staff=role in ADMIN_ROLES)
    Membership.objects.create(user=user, branch=branch, role=role, **attributes)
    return user


def auditor_of(bank: Branch) -> User:
    return member(bank, Role.AUDITOR, username="audit", may_unmask=False)
