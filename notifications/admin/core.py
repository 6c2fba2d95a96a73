"""What headquarters states for the whole bank: versions of the core, with their values and papers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from branches.admin_parts import BlockInline, TableInline, confirmed_action, go_to
from candidates.models import Channel, Language, Style
from notifications.admin.version_parts import ConditionalPart, ConditionalPartForm, PartOfVersion
from notifications.admin.versions import VersionAdmin, page_of
from notifications.conditions import in_words
from notifications.models import CoreField, CorePaper, CoreValue, CoreVersion, Demand, Purpose
from notifications.publishing import new_core_draft

if TYPE_CHECKING:
    ValueModelForm = forms.ModelForm[CoreValue]
    ValueFormSetBase = BaseInlineFormSet[CoreValue, CoreVersion, Any]
else:
    ValueModelForm, ValueFormSetBase = forms.ModelForm, BaseInlineFormSet


class CoreValueForm(ValueModelForm):
    """One core field's row; which field it is for is not chosen but shown."""

    class Meta:
        model = CoreValue
        fields = ("field", "value", "value_en")
        widgets = {"field": forms.HiddenInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stated: CoreField | None = self.initial.get("field_object")
        if stated:
            self.instance.field = stated
        named = self.instance.field.named(get_language() or "") if self.instance.field_id else ""
        for name, language in (("value", Language.CHINESE), ("value_en", Language.ENGLISH)):
            if name in self.fields:
                self.fields[name].widget.attrs |= {"rows": 3, "aria-label": f"{named} · {language.label}"}


class CoreValueFormSet(ValueFormSetBase):
    """A row for each core field, whether the version states it already or not."""

    @cached_property
    def missing(self) -> list[CoreField]:
        return list(CoreField.objects.exclude(values__version=self.instance).order_by("key"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_num:
            self.extra = len(self.missing)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        kwargs = super().get_form_kwargs(index)
        empty = None if index is None else index - self.initial_form_count()
        if empty is not None and 0 <= empty < len(self.missing):
            field = self.missing[empty]
            kwargs["initial"] = {"field": field.pk, "field_object": field}
        return kwargs


class CoreValueInline(PartOfVersion, TableInline):
    model = CoreValue
    form = CoreValueForm
    formset = CoreValueFormSet
    fields = ("stated", "field", "value", "value_en")
    readonly_fields = ("stated",)
    ordering = ("field__key",)
    hide_title = True
    can_delete = False

    @admin.display(description=_("core field"))
    def stated(self, value: CoreValue) -> str:
        if not value.field_id:
            return ""
        field, language = value.field, get_language() or ""
        return format_html(
            '<span class="core-field">{}</span><code class="core-key">{}</code><span class="core-hint">{}</span>',
            field.named(language),
            field.key,
            field.hinted(language),
        )

    def get_max_num(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """None more than there are fields; none at all where the version is only read."""
        return 0 if self.max_num == 0 else CoreField.objects.count()

    def get_queryset(self, request: HttpRequest) -> QuerySet[CoreValue]:
        return super().get_queryset(request).select_related("field", "version")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        editable = self.has_change_permission(request, obj)
        return ("stated", "field", "value", "value_en") if editable else ("stated", "value", "value_en")


class CorePaperForm(ConditionalPartForm):
    class Meta:
        model = CorePaper
        fields = (
            *("key", "name", "name_en", "demand", "form", "valid_months", "kept_months"),
            *("purpose", "purpose_en", "condition", "position"),
        )

    def heading(self, row: CorePaper) -> list[str]:
        demand = "" if row.demand == Demand.REQUIRED else row.get_demand_display()
        return [row.name, row.get_form_display(), demand, in_words(row.condition)]


class CorePaperInline(ConditionalPart, BlockInline):
    model = CorePaper
    form = CorePaperForm
    extra = 0
    collapsible = True
    fields = (
        ("key", "position"),
        ("name", "name_en"),
        ("demand", "form"),
        "for_whom",
        "condition",
        ("valid_months", "kept_months"),
        ("purpose", "purpose_en"),
    )
    ordering = ("position", "id")


@admin.register(CoreVersion)
class CoreVersionAdmin(VersionAdmin):
    inlines = (CoreValueInline, CorePaperInline)
    list_display = ("__str__", "state", "note", "published_at", "published_by", "created_at")
    list_filter = (("published_at", admin.EmptyFieldListFilter),)
    list_filter_submit = True
    search_fields = ("note",)
    ordering = ("-number",)
    fields = (
        ("number", "stands"),
        "note",
        ("published_at", "published_by"),
        ("based_on", "created_at"),
        "preview_link",
    )
    actions_list = ("new_core_draft",)

    def previewed(self, version: CoreVersion) -> dict[str, str]:
        """The message that has most of the core in it: the short ones name neither papers nor notes."""
        return {
            "purpose": Purpose.PASS_NOTICE,
            "channel": Channel.EMAIL,
            "style": Style.DETAILED,
            "version": f"core:{version.pk}",
        }

    @confirmed_action(
        _("New core draft"),
        question=_("The draft starts with what the newest version states; what is in force stays in force."),
        icon="edit_note",
        permissions=["copy"],
    )
    def new_core_draft(self, _request: HttpRequest, _form: Any) -> HttpResponse:
        return go_to(page_of(new_core_draft()))
