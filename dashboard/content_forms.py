"""The forms of the content page: one for each text, one for each paper."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notifications.condition_form import ConditionalForm, ConditionFormField
from notifications.conditions import normal
from notifications.models import Demand, FieldKind, Form, LocalField

ROWS_HIGH = {FieldKind.LONG_TEXT: 5, FieldKind.LIST: 6, FieldKind.TEXT: 2, FieldKind.ADDRESS: 2}
LOCALES = (("value", "zh-Hans"), ("value_en", "en"))


class RowForm(ConditionalForm, forms.Form):
    """`was`: the condition as JSON of the row this was made from, "" for a new one."""

    use_required_attribute = False

    was = forms.CharField(required=False, widget=forms.HiddenInput)
    basis = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    remove = forms.BooleanField(required=False)
    condition = ConditionFormField(label=_("Only for"))

    def clean_was(self) -> Any:
        """None for a new row."""
        told = self.cleaned_data["was"]
        try:
            return normal(json.loads(told)) if told else None
        except (ValueError, RecursionError):
            raise ValidationError(_("The page was not sent whole. Please open it again.")) from None


class ValueForm(RowForm):
    value = forms.CharField(label=_("Chinese"), required=False, strip=False)
    value_en = forms.CharField(label=_("English"), required=False, strip=False)

    def __init__(self, *args: Any, of: LocalField, for_everybody: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if for_everybody:
            del self.fields["condition"]
        for name, locale in LOCALES:
            self.fields[name].widget = _writing_place(of, locale)


def _writing_place(of: LocalField, locale: str) -> forms.Widget:
    attrs = {"lang": locale, "data-max": of.max_length, "autocomplete": "off"}
    rows = ROWS_HIGH.get(FieldKind(of.kind))
    return forms.Textarea({**attrs, "rows": rows}) if rows else forms.TextInput(attrs)


class PaperForm(RowForm):
    name = forms.CharField(label=_("Name (Chinese)"), required=False, max_length=100)
    name_en = forms.CharField(label=_("Name (English)"), required=False, max_length=100)
    demand = forms.ChoiceField(
        label=_("Demand"),
        choices=[(one, one.label) for one in (Demand.REQUIRED, Demand.NOT_NEEDED)],
        initial=Demand.REQUIRED,
    )
    form = forms.ChoiceField(label=_("As"), required=False, choices=[("", _("no matter")), *Form.choices])
    valid_months = forms.IntegerField(
        label=_("Not older than (months)"), required=False, min_value=1, max_value=600
    )
    purpose = forms.CharField(label=_("Why we need it (Chinese)"), required=False, max_length=200)
    purpose_en = forms.CharField(label=_("Why we need it (English)"), required=False, max_length=200)
    kept_months = forms.IntegerField(
        label=_("Kept for (months)"),
        required=False,
        min_value=0,
        max_value=600,
        help_text=_("0: looked at and handed back at once."),
    )

    def clean_kept_months(self) -> int:
        return self.cleaned_data["kept_months"] or 0
