"""Headquarters' pages for the tree of branches, the people in it, and machines' keys."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import DateTimeField
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import (
    AdminPasswordChangeForm,
    UnfoldReadOnlyPasswordHashWidget,
    UserChangeForm,
    UserCreationForm,
)
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSplitDateTimeVerticalWidget,
    UnfoldAdminURLInputWidget,
)

from branches.access import open_admin_by_role
from branches.admin_parts import (
    BAD,
    CHOICE,
    GOOD,
    NESTED,
    BranchAndBelow,
    ChangesAsHistory,
    PlainAdmin,
    ReadOnlyAdmin,
    TableInline,
    column,
    confirmed_action,
    go_to,
)
from branches.categories import Category
from branches.models import ADMIN_ROLES, AccessRecord, ApiKey, Branch, Membership, Role, User
from branches.shown_once import show_once

if TYPE_CHECKING:
    BranchModelForm = forms.ModelForm[Branch]
    MembershipModelForm = forms.ModelForm[Membership]
    UserAdminBase = DjangoUserAdmin[User]
else:
    BranchModelForm = MembershipModelForm = forms.ModelForm
    UserAdminBase = DjangoUserAdmin

LAST_MINUTE = time(23, 59)
LEVELS = {1: _("Head office"), 2: _("Branch office"), 3: _("Sub-branch")}

# Rights come from memberships alone; groups would be a second, silent way to them.
admin.site.unregister(Group)


class LastMomentField(forms.SplitDateTimeField):
    """A day without a time means the whole day."""

    def compress(self, data_list: Any) -> Any:
        if data_list and data_list[0] and data_list[1] in self.empty_values:
            data_list = [data_list[0], LAST_MINUTE]
        return super().compress(data_list)


class MembershipForm(MembershipModelForm):
    categories = forms.MultipleChoiceField(
        choices=Category.choices,
        required=False,
        label=_("candidate categories"),
        help_text=Membership._meta.get_field("categories").help_text,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = Membership
        fields = ("user", "branch", "role", "until", "categories", "may_unmask")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields.get("role")
        if isinstance(role, forms.ChoiceField) and self.instance._state.adding:
            # Unfold offers the first choice, which here is the role with the most rights.
            role.choices = [("", gettext("Choose")), *Role.choices]
        # In the inline table a field's label stands in the column's head, where a screen reader does not find it.
        for name, field in self.fields.items():
            if name != "categories":  # each of its boxes has its own words beside it
                field.widget.attrs.setdefault("aria-label", field.label)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        role = cleaned.get("role")
        branch: Branch | None = cleaned.get("branch") or getattr(self.instance, "branch", None)
        if role in ADMIN_ROLES and branch and not branch.is_root():
            self.add_error("role", _("This role sees the whole bank: give it at the head office."))
        if role in ADMIN_ROLES and cleaned.get("categories"):
            self.add_error("categories", _("This role sees all candidates: tick none."))
        if role == Role.AUDITOR and cleaned.get("may_unmask"):
            self.add_error("may_unmask", _("An auditor sees personal data masked only: untick this."))
        return cleaned


class MembershipInline(TableInline):
    model = Membership
    form = MembershipForm
    extra = 0
    autocomplete_fields = ("user", "branch")
    # The row has to fit a screen beside the side bar, so the day stands above the time.
    formfield_overrides = {
        DateTimeField: {
            "form_class": LastMomentField,
            "widget": UnfoldAdminSplitDateTimeVerticalWidget(
                date_attrs={"placeholder": _("Date")},
                time_attrs={"placeholder": _("end of the day")},
                date_label="",
                time_label="",
            ),
        }
    }

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = MembershipForm.Meta.fields
        if self.has_change_permission(request, obj):
            return fields
        return tuple("category_labels" if name == "categories" else name for name in fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if self.has_change_permission(request, obj) else ("category_labels",)

    @column(_("candidate categories"))
    def category_labels(self, membership: Membership) -> str:
        return _labels(membership.categories) or gettext("all")


def _labels(categories: list[str]) -> str:
    return ", ".join(str(Category(name).label) for name in categories)


class BranchForm(BranchModelForm):
    parent = forms.ModelChoiceField(
        queryset=Branch.objects.all(),
        required=False,
        label=_("belongs to"),
        help_text=_("Choose another one to move this branch with everything below it."),
        widget=AutocompleteSelect(Membership._meta.get_field("branch"), admin.site),
    )
    map_url = forms.URLField(
        required=False, label=_("map link"), assume_scheme="https", widget=UnfoldAdminURLInputWidget
    )

    class Meta:
        model = Branch
        fields = (
            "parent",
            "code",
            *("name", "name_en", "city", "city_en", "address", "address_en"),
            *("phone", "contact", "contact_en", "map_url", "time_zone"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding and "parent" in self.fields:
            self.initial["parent"] = Branch.objects.get_parent(self.instance)

    def clean_parent(self) -> Branch | None:
        parent: Branch | None = self.cleaned_data["parent"]
        node, adding = self.instance, self.instance._state.adding
        if parent is None and Branch.objects.get_root_nodes().exclude(pk=node.pk).exists():
            raise ValidationError(_("There is one head office; every other branch belongs to a branch."))
        if parent and not adding and parent.path.startswith(node.path):
            raise ValidationError(_("A branch cannot belong to itself or to a branch below it."))
        return parent


@admin.register(Branch)
class BranchAdmin(ChangesAsHistory, PlainAdmin):
    form = BranchForm
    inlines = (MembershipInline,)
    ordering = ("path",)
    list_display = ("in_the_tree", "named", "level", "city", "phone")
    list_filter = ("depth", "city")
    list_per_page = 200
    search_fields = ("code", "name", "name_en", "city")
    search_help_text = _("Code, name or city")
    actions = None
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "parent",
                    "code",
                    ("name", "name_en"),
                    ("city", "city_en"),
                    ("address", "address_en"),
                )
            },
        ),
        (
            _("How candidates reach it"),
            {"fields": ("phone", ("contact", "contact_en"), "map_url", "time_zone")},
        ),
    )

    @column(_("code"))
    def in_the_tree(self, branch: Branch) -> str:
        return f"{NESTED * (branch.depth - 1)}{branch.code}"

    @column(_("name"))
    def named(self, branch: Branch) -> str:
        return branch.label(get_language() or "")

    @column(_("level"))
    def level(self, branch: Branch) -> str:
        return str(LEVELS.get(branch.depth, branch.depth))

    def has_delete_permission(self, request: HttpRequest, obj: Branch | None = None) -> bool:
        """A node with others below it, or with offers, would take people's records with it."""
        if obj and (not obj.is_leaf() or obj.offers.exists()):
            return False
        return super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Branch, form: BranchForm, change: bool) -> None:
        parent: Branch | None = form.cleaned_data["parent"]
        if change:
            super().save_model(request, obj, form, change)
            if parent and "parent" in form.changed_data:
                Branch.objects.move(obj, parent, pos="last-child")
                obj.refresh_from_db()
        elif parent:
            Branch.objects.add_child(parent, instance=obj)
        else:
            Branch.objects.add_root(instance=obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        before = [row.user_id for row in form.instance.memberships.all()]
        super().save_related(request, form, formsets, change)
        after = [row.user_id for row in form.instance.memberships.all()]
        open_admin_by_role(User.objects.filter(pk__in=[*before, *after]))


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
    notes = [_labels(membership.categories), "" if membership.is_in_force else gettext("ended")]
    said = ", ".join(filter(None, notes))
    return f"{words} ({said})" if said else words


@admin.register(ApiKey)
class ApiKeyAdmin(ChangesAsHistory, PlainAdmin):
    actions = None
    list_display = ("name", "branch", "usable", "writes_content", "created_at", "revoked_at")
    list_filter = (("branch", BranchAndBelow),)
    list_filter_submit = True
    list_select_related = ("branch",)
    search_fields = ("name", "branch__code")
    autocomplete_fields = ("branch",)
    ordering = ("-created_at",)
    actions_detail = ("revoke",)

    @column(_("state"), labels={True: GOOD, False: BAD})
    def usable(self, key: ApiKey) -> tuple[bool, str]:
        return (True, gettext("In use")) if key.revoked_at is None else (False, gettext("Revoked"))

    def get_fields(self, _request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        entered = ("name", "branch", "writes_content")
        return (*entered, "created_at", "revoked_at") if obj else entered

    def get_readonly_fields(self, _request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        return ("branch", "created_at", "revoked_at") if obj else ()

    def has_delete_permission(self, _request: HttpRequest, _obj: ApiKey | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        issued, plain = ApiKey.objects.issue(
            name=obj.name, branch=obj.branch, writes_content=obj.writes_content
        )
        obj.pk, obj.key_hash = issued.pk, issued.key_hash
        show_once(request, what=gettext("The key"), secret=plain)

    @confirmed_action(
        _("Revoke"),
        question=_("Machines that use this key are refused from now on. This cannot be undone."),
        icon="block",
        permissions=["change"],
    )
    def revoke(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        ApiKey.objects.filter(pk=object_id, revoked_at__isnull=True).update(revoked_at=timezone.now())
        messages.success(request, gettext("The key is revoked."))
        return go_to(reverse("admin:branches_apikey_change", args=[object_id]))


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin):
    list_display = ("at", "user", "what", "subject_id", "from_address")
    list_select_related = ("user",)
    list_filter = ("what",)
    search_fields = ("user__username", "=subject_id")
    date_hierarchy = "at"
    ordering = ("-at",)
