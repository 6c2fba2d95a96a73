"""What a role may do in the admin. The dashboard's doors ask for scopes instead."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from branches.models import ADMIN_ROLES, Role, User

PRODUCT_APPS = {"branches", "candidates", "tracking", "notifications"}
# What no role may do, whatever an admin class allows: the past stays as it was.
UNCHANGEABLE = {
    "event",
    "progress",
    "signal",
    "message",
    "deadletter",
    "attempt",
    "receipt",
    "offer",
    "candidate",
    "accessrecord",
    "refusedattempt",
    "deferral",
    "extension",
    "call",
    "schedule",
    "planningstamp",
}


class RoleBackend(ModelBackend):
    """Rights come from memberships in force alone: rows of Django's own permission tables give none.

    Headquarters' HR reads everything and edits what is theirs to edit, an auditor reads everything, and the other
    roles have no admin. An active superuser is let through by Django before any backend is asked.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if not isinstance(user_obj, User):
            return False
        if user_obj.only_reads:
            return _may_read(perm)
        return user_obj.has_role(Role.HQ_HR) and _hq_may(perm)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return isinstance(user_obj, User) and user_obj.has_role(*ADMIN_ROLES) and app_label in PRODUCT_APPS


def _may_read(perm: str) -> bool:
    app, _, codename = perm.partition(".")
    return app in PRODUCT_APPS and codename.startswith("view_")


def _hq_may(perm: str) -> bool:
    app, _, codename = perm.partition(".")
    return _may_read(perm) or (app in PRODUCT_APPS and codename.partition("_")[2] not in UNCHANGEABLE)
