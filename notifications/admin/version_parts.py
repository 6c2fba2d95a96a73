"""The parts of a version, edited below it: they come, go and change while it is a draft."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from notifications.condition_form import ConditionalForm, ConditionFormField, KnownValues
from notifications.conditions import for_whom, in_words
from notifications.models import Version

if TYPE_CHECKING:
    ConditionalFormSetBase = BaseInlineFormSet[Any, Any, Any]
    PartForm = forms.ModelForm[Any]
    Inline = InlineModelAdmin[Any, Any]
else:
    ConditionalFormSetBase, PartForm, Inline = BaseInlineFormSet, forms.ModelForm, object


class ConditionalFormSet(ConditionalFormSetBase):
    """All its forms choose from the same values, which are read once."""

    @cached_property
    def known(self) -> KnownValues:
        return KnownValues()

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "known": self.known}


class ConditionalPartForm(ConditionalForm, PartForm):
    """Its condition stands in the block's heading: a closed block must say for whom it is."""

    condition = ConditionFormField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.get_inline_title = " · ".join(filter(None, self.heading(self.instance)))

    def heading(self, row: Any) -> list[str]:
        return [str(row), in_words(row.condition)]


class TextOfLines(forms.CharField):
    """Its lines end as those in the database do: browsers send CR LF, and a text nobody touched would have changed."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


class PartOfVersion(Inline):
    """Comes, goes and changes while its version is a draft."""

    formfield_overrides: ClassVar[dict[type[models.Field[Any, Any]], dict[str, Any]]] = {
        models.TextField: {"form_class": TextOfLines, "widget": UnfoldAdminTextareaWidget}
    }

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_draft(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_draft(obj) and super().has_delete_permission(request, obj)


class ConditionalPart(PartOfVersion):
    """Whoever only reads gets the condition in words."""

    formset = ConditionalFormSet
    readonly_fields = ("for_whom",)

    @admin.display(description=_("only for"))
    def for_whom(self, row: Any) -> str:
        return for_whom(row.condition)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        hidden = "for_whom" if self.has_change_permission(request, obj) else "condition"
        rows = [row for row in self.fields or () if row != hidden]
        return [(None, {"fields": rows})]


def is_draft(version: Version | None) -> bool:
    return version is None or version.is_draft
