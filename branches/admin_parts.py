"""What the admin pages of all apps have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from unfold import admin as unfold
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator

from branches.models import Branch

if TYPE_CHECKING:  # unfold has no types; it extends Django's classes, which have them
    from django.contrib.admin import ModelAdmin, StackedInline, TabularInline

    PlainAdmin = ModelAdmin[Any]
    TableInline = TabularInline[Any, Any]
    BlockInline = StackedInline[Any, Any]
else:
    PlainAdmin, TableInline, BlockInline = unfold.ModelAdmin, unfold.TabularInline, unfold.StackedInline

Method = TypeVar("Method", bound=Callable[..., Any])
CHOICE = ChoicesDropdownFilter

# States as labels: blue waits, green is good, red needs somebody.
WAITS, GOOD, WARNS, BAD = "info", "success", "warning", "danger"

NESTED = "\u2003"  # an em space a level: lists of rows and of choices cannot be nested


def column(
    description: Any,
    *,
    ordering: str | None = None,
    labels: Mapping[Any, str] | None = None,
    boolean: bool | None = None,
) -> Callable[[Method], Method]:
    """A column of a list. With `labels` the method answers (value, words); `labels` has a colour per value."""

    def mark(method: Method) -> Method:
        marked: Method = display(description=description, ordering=ordering, label=labels, boolean=boolean)(
            method
        )
        return marked

    return mark


def confirmed_action(
    description: Any, *, question: Any, icon: str, permissions: list[str]
) -> Callable[[Method], Method]:
    """A button of a record's page that asks first and then posts: nothing is changed by opening an address."""

    def mark(method: Method) -> Method:
        dialog = {
            "title": description,
            "description": question,
            "form_class": None,
            "form_submit_text": description,
        }
        marked: Method = action(description=description, icon=icon, permissions=permissions, dialog=dialog)(
            method
        )
        return marked

    return mark


def page_action(description: Any, *, icon: str, permissions: list[str]) -> Callable[[Method], Method]:
    """A link on a record's page to another page about it; it changes nothing."""

    def mark(method: Method) -> Method:
        marked: Method = action(description=description, icon=icon, permissions=permissions)(method)
        return marked

    return mark


def go_to(address: str) -> HttpResponse:
    """The answer to a dialog: the browser moves on to `address`."""
    return HttpResponse(headers={"HX-Redirect": address})


class Unchangeable:
    """Looked at by whoever may, and changed by nobody."""

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(Unchangeable, PlainAdmin):
    """The past. Its tables grow by millions of rows, so nothing here counts them."""

    actions = None
    list_per_page = 50
    show_full_result_count = False
    paginator = InfinitePaginator


class ReadOnlyTable(Unchangeable, TableInline):
    extra = 0
    can_delete = False

    def get_readonly_fields(self, _request: HttpRequest, _obj: Any = None) -> Any:
        return self.fields


class ChangesAsHistory:
    """The history of an audited record is what the database kept of it, and not what Django's admin noted."""

    def history_view(
        self, _request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect(reverse("admin:audit_changes", query={"record": object_id}))


class NamedChoice(AutocompleteSelect):
    """Says that something is to be chosen while nothing is, for the eye and for a screen reader."""

    class Media:
        js = (forms.Script("js/admin_named_choice.js", defer=True),)

    def build_attrs(
        self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        attrs: dict[str, Any] = super().build_attrs(base_attrs, extra_attrs)
        return {**attrs, "data-placeholder": gettext("Choose")}


class OfBranch(PlainAdmin):
    """What is stated for a branch, which is found by typing: a large bank has too many for a list."""

    autocomplete_fields = ("branch",)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "branch":
            kwargs["widget"] = NamedChoice(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class BranchAndBelow(AutocompleteSelectFilter):  # type: ignore[misc]
    """Filter by a node of the tree: its own rows and those of everything below it."""

    def queryset(self, _request: HttpRequest, queryset: Any) -> Any:
        if not self.value():
            return queryset
        try:
            branch = Branch.objects.filter(pk=self.value()).first()
        except ValidationError as error:
            raise IncorrectLookupParameters(error) from error
        return (
            queryset.filter(**{f"{self.field_path}__path__startswith": branch.path})
            if branch
            else queryset.none()
        )
