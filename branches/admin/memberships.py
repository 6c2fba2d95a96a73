"""Who works where, in which role: the rows below a branch and below a person."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import DateTimeField
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSplitDateTimeVerticalWidget,
)

from branches.admin_parts import TableInline, column
from branches.categories import Category
from branches.models import ADMIN_ROLES, Branch, Membership, Role

if TYPE_CHECKING:
    MembershipModelForm = forms.ModelForm[Membership]
else:
    MembershipModelForm = forms.ModelForm

LAST_MINUTE = time(23, 59)


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
        return categories_in_words(membership.categories) or gettext("all")


def categories_in_words(categories: list[str]) -> str:
    return gettext(", ").join(str(Category(name).label) for name in categories)
