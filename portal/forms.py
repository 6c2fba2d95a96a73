"""What candidates type and choose."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from candidates.identity import IdentityError, normal_phone
from candidates.models import DeclineReason
from candidates.page_access import normal_code


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
