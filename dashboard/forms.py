"""What a person may ask of the list of offers. The filters stand in the address, a search never does."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.choices import flatten_choices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from branches.categories import Category
from branches.models import Branch
from branches.scopes import Principal
from candidates.models import Channel, OfferQuerySet
from dashboard.selections import choices, condition, failed_on

ANY = ("", _("All"))


class DayField(forms.DateField):
    """A calendar day, in the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(required=False, widget=widget, **kwargs)


class OfferFilter(forms.Form):
    """Every condition is optional; together they narrow the list."""

    use_required_attribute = False

    branch = forms.ChoiceField(label=_("Branch and below"), required=False)
    stage = forms.ChoiceField(label=_("Progress"), required=False)
    category = forms.ChoiceField(label=_("Category"), required=False, choices=[ANY, *Category.choices])
    failed = forms.ChoiceField(label=_("Failed channel"), required=False, choices=[ANY, *Channel.choices])
    # `from` is a Python keyword, so the pair has names of its own.
    start = DayField(label=_("Onboarding from"))
    end = DayField(label=_("Onboarding until"))
    since = DayField(label=_("Passed since"))

    def __init__(self, data: QueryDict, *, principal: Principal) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.branches = {branch.code: branch for branch in Branch.objects.visible_to(principal)}
        self._set_choices("branch", [ANY, *branch_choices(self.branches.values())])
        self._set_choices("stage", [ANY, *choices()])
        if len(self.branches) < 2:
            del self.fields["branch"]

    def _set_choices(self, name: str, entries: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  for the type checker
        field.choices = entries

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end < start:
            self.add_error("end", _("This day is before the first one."))
        return cleaned

    def narrow(self, offers: OfferQuerySet) -> OfferQuerySet:
        """The offers asked for; none where a condition is not valid."""
        if not self.is_valid():
            return offers.none()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        return offers.filter(*(self._condition(name, value) for name, value in asked.items()))

    def _condition(self, name: str, value: Any) -> Q:
        match name:
            case "branch":
                return Q(branch__path__startswith=self.branches[value].path)
            case "stage":
                return condition(value)
            case "category":
                return Q(candidate__category=value)
            case "failed":
                return failed_on(value)
            case "start":
                return Q(onboarding_at__gte=_midnight(value))
            case "end":
                return Q(onboarding_at__lte=_end_of_day(value))
        return Q(created_at__gte=_midnight(value))

    @property
    def chosen(self) -> list[str]:
        """The valid conditions in words, for who sees the list and not the filter."""
        if not self.is_valid():
            return []
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        return [
            gettext("%(label)s: %(value)s")
            % {"label": self.fields[name].label, "value": self._words(name, value)}
            for name, value in asked.items()
        ]

    def _words(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            return str(dict(flatten_choices(choices))[value]).strip()
        return str(value)

    @property
    def is_narrowed(self) -> bool:
        return any(self.data.get(name) for name in self.fields)


class SearchForm(forms.Form):
    """Exactly one person: parts of names cannot be found, because names are encrypted."""

    q = forms.CharField(
        label=_("Full name, phone, email or ID number"),
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}),
    )


def branch_choices(branches: Any) -> list[tuple[str, str]]:
    """Branches as choices, each level set in by a wide space."""
    entries = list(branches)
    top = min((branch.depth for branch in entries), default=1)
    return [(branch.code, "\u3000" * (branch.depth - top) + str(branch)) for branch in entries]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _end_of_day(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))
