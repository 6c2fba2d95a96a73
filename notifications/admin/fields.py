"""The names of facts that texts use: headquarters' and the branches'."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from branches.admin_parts import CHOICE, PlainAdmin
from notifications.facts import FILLED_BY_SYSTEM
from notifications.models import CoreField, LocalField, Passage, TemplateBody
from notifications.review import FIELD_NAME

if TYPE_CHECKING:
    CoreFieldForm = forms.ModelForm[CoreField]
else:
    CoreFieldForm = forms.ModelForm


class FieldForm(CoreFieldForm):
    """Core and local fields share their names: a local one called like a core one would cover it."""

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        other = LocalField if issubclass(self._meta.model, CoreField) else CoreField
        if not FIELD_NAME.fullmatch(key):
            raise ValidationError(_("Small letters and underscores only, such as metro_exit."))
        if key in FILLED_BY_SYSTEM:
            raise ValidationError(_("The system fills this name from each offer."))
        if other.objects.filter(key=key).exists():
            raise ValidationError(_("The other kind of field has this name already."))
        if Passage.objects.filter(key=key).exists():
            raise ValidationError(_("A conditional paragraph has this name already."))
        return key


class FieldAdmin(PlainAdmin):
    form = FieldForm
    actions = None
    search_fields = ("key", "label", "label_en")
    ordering = ("key",)

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Texts refer to a field by its key, and are composed by its kind: published ones would change with it."""
        return ("key", "kind") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A text with a name that nobody fills would go out with a hole."""
        if obj and _is_used(obj.key):
            return False
        return super().has_delete_permission(request, obj)


def _is_used(key: str) -> bool:
    named = r"\{\{\s*" + re.escape(key) + r"\s*\}\}"
    bodies = TemplateBody.objects.filter(Q(text__regex=named) | Q(subject__regex=named))
    passages = Passage.objects.filter(Q(text__regex=named) | Q(text_en__regex=named))
    return bodies.exists() or passages.exists()


@admin.register(CoreField)
class CoreFieldAdmin(FieldAdmin):
    list_display = ("key", "label", "label_en", "kind")
    fields = (("key", "kind"), ("label", "label_en"), ("hint", "hint_en"))

    def has_delete_permission(self, request: HttpRequest, obj: CoreField | None = None) -> bool:
        """What a version states stays in the record, and the field with it."""
        if obj and obj.values.exists():
            return False
        return super().has_delete_permission(request, obj)


@admin.register(LocalField)
class LocalFieldAdmin(FieldAdmin):
    list_display = ("key", "label", "label_en", "kind", "required", "max_length")
    list_filter = (("kind", CHOICE), "required")
    list_filter_submit = True
    fields = (("key", "kind"), ("label", "label_en"), ("required", "max_length"), ("hint", "hint_en"))
