"""The tree of branches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminURLInputWidget

from branches.access import open_admin_by_role
from branches.admin.memberships import MembershipInline
from branches.admin_parts import NESTED, ChangesAsHistory, PlainAdmin, column
from branches.models import Branch, Membership, User

if TYPE_CHECKING:
    BranchModelForm = forms.ModelForm[Branch]
else:
    BranchModelForm = forms.ModelForm

LEVELS = {1: _("Head office"), 2: _("Branch office"), 3: _("Sub-branch")}


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
            "calendar",
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
            {"fields": ("phone", ("contact", "contact_en"), "map_url")},
        ),
        (
            _("By which clock and calendar it works"),
            {
                "fields": (("time_zone", "calendar"),),
                "description": _("What is not sent yet is planned anew at once when this changes."),
            },
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
