"""What branches state for themselves, as headquarters sees and may change it, and how they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from branches.admin_parts import CHOICE, GOOD, WAITS, BranchAndBelow, PlainAdmin, column
from notifications.admin.local_contradictions import contradictions_page
from notifications.admin.local_differences import differences_page
from notifications.condition_form import ConditionalForm, ConditionFormField
from notifications.conditions import for_whom
from notifications.core_papers import core_paper_called
from notifications.field_texts import normal_text, seen, text_problems, writing_problems
from notifications.local_content import PAPER_TEXTS
from notifications.models import Demand, LocalField, LocalPaper, LocalValue

if TYPE_CHECKING:
    LocalModelForm = forms.ModelForm[Any]
else:
    LocalModelForm = forms.ModelForm

DEMAND_LABELS = {Demand.REQUIRED: WAITS, Demand.NOT_NEEDED: GOOD}


class LocalForm(ConditionalForm, LocalModelForm):
    condition = ConditionFormField()


class ValueForm(LocalForm):
    class Meta:
        model = LocalValue
        fields = ("branch", "field", "condition", "value", "value_en")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        field: LocalField | None = cleaned.get("field")
        for name in ("value", "value_en"):
            text = cleaned.get(name)
            if field and text:
                cleaned[name] = normal_text(field.kind, text)
                for problem in text_problems(cleaned[name], field=field):
                    self.add_error(name, problem)
        return cleaned


class LocalContentAdmin(PlainAdmin):
    """One branch's row of a local field or paper; it counts for the branch and those below it."""

    actions = None
    compressed_fields = False
    list_filter_submit = True
    list_select_related: ClassVar[tuple[str, ...]] = ("branch",)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("branch",)

    @column(_("only for"))
    def for_whom(self, row: Any) -> str:
        return for_whom(row.condition)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever only reads gets the condition in words."""
        if self.has_change_permission(request, obj) or (obj is None and self.has_add_permission(request)):
            return self.fields
        return tuple("for_whom" if row == "condition" else row for row in self.fields or ())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("for_whom",)


@admin.register(LocalValue)
class LocalValueAdmin(LocalContentAdmin):
    form = ValueForm
    list_display = ("branch", "named_field", "for_whom", "value", "value_en")
    list_filter = (("branch", BranchAndBelow), "field")
    list_select_related = ("branch", "field")
    search_fields = ("branch__code", "branch__name", "field__key", "field__label", "value")
    autocomplete_fields = ("branch", "field")
    ordering = ("branch__path", "field__key")
    fields = (("branch", "field"), "condition", "value", "value_en")

    @column(_("local field"), ordering="field__key")
    def named_field(self, value: LocalValue) -> str:
        return value.field.named(get_language() or "")

    def get_urls(self) -> list[URLPattern]:
        """Before Django's pages of one record, which would take their names for keys."""
        pages = {"differences": self.differences, "contradictions": self.contradictions}
        own = [
            path(f"{name}/", self.admin_site.admin_view(page), name=f"notifications_local_{name}")
            for name, page in pages.items()
        ]
        return [*own, *super().get_urls()]

    def contradictions(self, request: HttpRequest) -> HttpResponse:
        return contradictions_page(request, self)

    def differences(self, request: HttpRequest) -> HttpResponse:
        return differences_page(request, self)


class PaperForm(LocalForm):
    class Meta:
        model = LocalPaper
        fields = (
            *("branch", "key", "name", "name_en", "demand", "form", "valid_months", "kept_months"),
            *("purpose", "purpose_en", "condition", "position"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        demand = self.fields.get("demand")
        if isinstance(demand, forms.ChoiceField):
            demand.choices = [one for one in Demand.choices if one[0] != Demand.FORBIDDEN]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        words = _(
            "Headquarters states this paper for the whole bank (%(paper)s); a branch cannot state it again."
        )
        for name in ("key", "name", "name_en"):
            stated, demand = cleaned.get(name, ""), cleaned.get("demand", "")
            if paper := core_paper_called(stated, by=name, demand=demand):
                self.add_error(name, ValidationError(words, params={"paper": paper}))
        for name in PAPER_TEXTS:
            cleaned[name] = seen(cleaned.get(name, ""))
            for problem in writing_problems(cleaned[name], several_lines=False):
                self.add_error(name, problem)
        return cleaned


@admin.register(LocalPaper)
class LocalPaperAdmin(LocalContentAdmin):
    form = PaperForm
    list_display = ("branch", "name", "for_whom", "demanded", "form", "valid_months", "kept_months")
    list_filter = (("branch", BranchAndBelow), ("demand", CHOICE))
    search_fields = ("branch__code", "branch__name", "key", "name", "name_en")
    ordering = ("branch__path", "position", "key")
    fields = (
        ("branch", "key"),
        ("name", "name_en"),
        ("demand", "form"),
        "condition",
        ("valid_months", "kept_months", "position"),
        ("purpose", "purpose_en"),
    )

    @column(_("demand"), ordering="demand", labels=DEMAND_LABELS)
    def demanded(self, paper: LocalPaper) -> tuple[str, str]:
        return paper.demand, paper.get_demand_display()
