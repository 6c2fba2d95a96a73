"""The wordings from which HR may start a message to one candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from branches.admin_parts import ChangesAsHistory, PlainAdmin
from candidates.models import Language
from notifications.models import ApprovedWording
from notifications.personal import wording_problems

if TYPE_CHECKING:
    WordingModelForm = forms.ModelForm[ApprovedWording]
else:
    WordingModelForm = forms.ModelForm

LANGUAGE_OF = {"text": Language.CHINESE, "text_en": Language.ENGLISH}


class WordingForm(WordingModelForm):
    """What HR could not send as it stands is refused here, at the text that it stands in."""

    class Meta:
        model = ApprovedWording
        fields = ("title", "title_en", "text", "text_en", "position", "active")
        widgets = {name: UnfoldAdminTextareaWidget({"rows": 3}) for name in LANGUAGE_OF}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in LANGUAGE_OF:
            if found := wording_problems(cleaned.get(name, "")):
                self.add_error(name, found)
        return cleaned


@admin.register(ApprovedWording)
class ApprovedWordingAdmin(ChangesAsHistory, PlainAdmin):
    form = WordingForm
    actions = None
    list_display = ("title", "title_en", "text", "position", "active")
    list_filter = ("active",)
    list_filter_submit = True
    search_fields = ("title", "title_en")
    ordering = ("position", "title")
    fieldsets = (
        (
            None,
            {
                "fields": (("title", "title_en"), "text", "text_en", ("position", "active")),
                "description": _(
                    "Branch HR starts a personal message from one of these and may change it before it is sent. Leave "
                    "out names, telephone numbers, days and times. One that is not in use is no longer offered."
                ),
            },
        ),
    )
