"""The people who work in the tree, and how they sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import (
    AdminPasswordChangeForm,
    UnfoldReadOnlyPasswordHashWidget,
    UserChangeForm,
    UserCreationForm,
)

from branches.access import open_admin_by_role
from branches.admin.memberships import MembershipInline, categories_in_words
from branches.admin_parts import CHOICE, BranchAndBelow, ChangesAsHistory, PlainAdmin, column
from branches.models import Membership, User

if TYPE_CHECKING:
    UserAdminBase = DjangoUserAdmin[User]
else:
    UserAdminBase = DjangoUserAdmin


# Rights come from memberships alone; groups would be a second, silent way to them.
admin.site.unregister(Group)


class PasswordIsSet(UnfoldReadOnlyPasswordHashWidget):  # type: ignore[misc]
    """Whether there is a password; how it is kept says nothing to the people who read the page."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        if len(context["summary"]) > 1:
            context["summary"] = [{"label": gettext("A password is set.")}]
        return context


class KnownUserForm(UserChangeForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "password" in self.fields:
            self.fields["password"].widget = PasswordIsSet()


class NewUserForm(UserCreationForm):  # type: ignore[misc]
    class Meta:
        model = User
        fields = ("username", "display_name")


@admin.register(User)
class UserAdmin(ChangesAsHistory, UserAdminBase, PlainAdmin):
    form = KnownUserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    inlines = (MembershipInline,)
    actions = None
    filter_horizontal = ()
    list_display = ("username", "display_name", "works_at", "is_active", "last_login")
    list_filter = ("is_active", ("memberships__role", CHOICE), ("memberships__branch", BranchAndBelow))
    list_filter_submit = True
    search_fields = ("username", "display_name", "email")
    ordering = ("username",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "display_name", "email", "is_active")}),
        (_("Sign-ins"), {"fields": (("last_login", "date_joined"),)}),
    )
    add_fieldsets = ((None, {"fields": ("username", "display_name", "password1", "password2")}),)

    @column(_("memberships"))
    def works_at(self, user: User) -> str:
        return " · ".join(_in_short(row) for row in user.memberships.all())

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("memberships__branch")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Whoever could set an administrator's password would be one."""
        if obj and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, _request: HttpRequest, _obj: User | None = None) -> bool:
        """People leave by being made inactive: what they did stays theirs."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Who only reads has nothing to see of a password, not even how it is hashed."""
        if obj is None or self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        named, *others = self.fieldsets
        fields = tuple(name for name in named[1]["fields"] if name != "password")
        return ((named[0], {"fields": fields}), *others)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        open_admin_by_role([form.instance])


def _in_short(membership: Membership) -> str:
    """Such as "BJ-CBD Branch HR (Campus)"."""
    words = f"{membership.branch.code} {membership.get_role_display()}"
    notes = [categories_in_words(membership.categories), "" if membership.is_in_force else gettext("ended")]
    said = ", ".join(filter(None, notes))
    return f"{words} ({said})" if said else words
