"""What a role may do in the admin. The dashboard's doors ask for scopes instead."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from branches.models import Role, User

PRODUCT_APPS = {"branches", "candidates", "tracking", "notifications"}
# What no role may do, whatever an admin class allows: the past stays as it was.
UNCHANGEABLE = {
    "event",
    "progress",
    "signal",
    "message",
    "attempt",
    "receipt",
    "offer",
    "candidate",
    "accessrecord",
}


class RoleBackend(ModelBackend):
    """Headquarters' HR reads everything and edits what is theirs to edit; other roles have no admin."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if super().has_perm(user_obj, perm, obj):
            return True
        return isinstance(user_obj, User) and user_obj.has_role(Role.HQ_HR) and _hq_may(perm)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        if super().has_module_perms(user_obj, app_label):
            return True
        return isinstance(user_obj, User) and user_obj.has_role(Role.HQ_HR) and app_label in PRODUCT_APPS


def _hq_may(perm: str) -> bool:
    app, _, codename = perm.partition(".")
    action, _, model = codename.partition("_")
    return app in PRODUCT_APPS and (action == "view" or model not in UNCHANGEABLE)
