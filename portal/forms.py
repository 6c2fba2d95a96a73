"""What candidates type and choose."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from candidates.identity import IdentityError, normal_phone
from candidates.models import Candidate, DeclineReason, DeferralReason, Language, Style
from candidates.page_access import normal_code
from portal.deferral import Choices


class EntryForm(forms.Form):
    """Phone number and code of a text message. A slip of the finger is pointed out and is no wrong try."""

    phone = forms.CharField(
        label=_("Phone number"),
        max_length=30,
        error_messages={"required": _("Please enter your phone number.")},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        error_messages={"required": _("Please enter the code from the text message.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean_phone(self) -> str:
        try:
            return normal_phone(self.cleaned_data["phone"])
        except IdentityError:
            raise forms.ValidationError(_("This is not a phone number. Please check the digits.")) from None

    def clean_code(self) -> str:
        code = normal_code(self.cleaned_data["code"])
        if not (code.isascii() and code.isdigit() and len(code) == 8):
            raise forms.ValidationError(_("The code has 8 digits. You find it in the text message."))
        return code


class DeclineForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("What is the main reason?"),
        choices=DeclineReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose a reason.")},
    )


ANOTHER = "another"
LONGEST_WORDS = 200


class DeferralForm(forms.Form):
    """A day that is granted at once, or another one for HR to decide, and why."""

    day = forms.ChoiceField(
        label=_("Which day suits you?"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={
            "invalid_choice": _("This day can no longer be chosen. Please choose another one."),
        },
    )
    another = forms.DateField(
        label=_("Another day"),
        required=False,
        error_messages={"invalid": _("Please enter the day like this: 2026-12-14.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    reason = forms.ChoiceField(
        label=_("What is the reason?"),
        choices=DeferralReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose a reason.")},
    )
    words = forms.CharField(
        label=_("Anything else HR should know? (optional)"),
        required=False,
        max_length=LONGEST_WORDS,
        error_messages={"max_length": _("Please use 200 characters at most.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any, *, choices: Choices) -> None:
        super().__init__(data)
        self.choices = choices
        self.at_once = choices.days()
        days = [(choice.day.isoformat(), choice.words) for choice in self.at_once]
        self._offer_days([*days, (ANOTHER, str(_("Another day")))])
        if not days:
            self.initial["day"] = ANOTHER
        grounds = choices.grounds
        limits = {"min": grounds.earliest.isoformat(), "max": grounds.farthest.isoformat()}
        self.fields["another"].widget.attrs.update(limits)

    def _offer_days(self, days: list[tuple[str, str]]) -> None:
        field: Any = self.fields["day"]
        field.choices = days

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "day" not in self.errors and not cleaned.get("day"):
            # A date that was entered says enough without its button.
            cleaned["day"] = ANOTHER if cleaned.get("another") else ""
        if cleaned.get("day") == "":
            self.add_error("day", _("Please choose a day."))
        if cleaned.get("day") == ANOTHER and "another" not in self.errors:
            self._check_another(cleaned.get("another"))
        return cleaned

    def _check_another(self, day: date | None) -> None:
        if day is None:
            self.add_error("another", _("Please enter the day."))
        elif not self.choices.grounds.can_be_asked(day):
            self.add_error("another", _("Please choose a later day, within a year."))

    @property
    def wanted(self) -> date:
        """Of a valid form."""
        chosen = self.cleaned_data["day"]
        day: date = self.cleaned_data["another"] if chosen == ANOTHER else date.fromisoformat(chosen)
        return day


class SureForm(forms.Form):
    """What was read once more, as it comes back; a second tap brings the same."""

    wanted = forms.DateField()
    reason = forms.ChoiceField(choices=DeferralReason.choices)
    words = forms.CharField(required=False, max_length=LONGEST_WORDS)


class PreferencesForm(forms.Form):
    """`ways`: the channels there are for this person, as choices."""

    first = forms.ChoiceField(
        label=_("Write to me first by"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose a channel.")},
    )
    style = forms.ChoiceField(
        label=_("Length"),
        choices=[
            (Style.CONCISE, _("Short: what matters, in a few lines")),
            (Style.DETAILED, _("Long: with the process, the branch and benefits")),
        ],
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices, widget=forms.RadioSelect)

    def __init__(self, data: Any, *, candidate: Candidate, ways: list[tuple[str, str]]) -> None:
        now = {"first": ways[0][0] if ways else "", "style": candidate.style, "language": candidate.language}
        super().__init__(data, initial=now)
        first: Any = self.fields["first"]
        first.choices = ways
