"""Which text the content page shows, and for whom: chosen in the address, or with what is typed and not yet saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from branches.categories import Category
from branches.models import Branch
from branches.scopes import Principal
from candidates.models import Channel, Language, Offer, Style
from notifications.models import Purpose
from notifications.preview import sample_offer

# The letter that names most of what branches state.
USUAL = {
    "purpose": Purpose.PASS_NOTICE,
    "channel": Channel.EMAIL,
    "style": Style.DETAILED,
    "language": Language.CHINESE,
    "category": Category.SOCIAL,
    "interview": "",
}


class Choice(forms.Form):
    """Everything has a value: the usual one where nothing, or nothing there is, was chosen."""

    use_required_attribute = False
    # Whom the interview number names, once it is found valid.
    real: Offer | None = None

    purpose = forms.ChoiceField(label=_("Message"))
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    style = forms.ChoiceField(label=_("Style"), choices=Style.choices)
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    category = forms.ChoiceField(label=_("Category"), choices=Category.choices)
    interview = forms.CharField(
        label=_("One of your candidates"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": _("interview number"), "autocomplete": "off"}),
    )

    def __init__(
        self, data: Mapping[str, Any], *, purposes: Iterable[str], node: Branch, principal: Principal
    ) -> None:
        asked = {name: data.get(name, usual) for name, usual in USUAL.items()}
        super().__init__(asked, auto_id="choice-%s")
        self.node, self.principal = node, principal
        known = set(purposes)
        there_are = [(one, label) for one, label in Purpose.choices if one in known]
        self.fields["purpose"] = forms.ChoiceField(label=_("Message"), choices=there_are)

    @property
    def chosen(self) -> dict[str, str]:
        """What counts, by name."""
        self.is_valid()
        return {name: str(self.cleaned_data.get(name, usual)) for name, usual in USUAL.items()}

    @property
    def query(self) -> dict[str, str]:
        """What the address has to say of it."""
        return {name: value for name, value in self.chosen.items() if value != USUAL[name]}

    def clean_interview(self) -> str:
        number = str(self.cleaned_data["interview"])
        self.real = self._offer(number) if number else None
        if number and self.real is None:
            raise forms.ValidationError(gettext("No candidate of this branch has this interview number."))
        return number

    def _offer(self, number: str) -> Offer | None:
        offers = Offer.objects.visible_to(self.principal).select_related("candidate", "branch")
        here = offers.filter(interview_id=number, branch__path__startswith=self.node.path)
        return here.order_by("-created_at").first()

    def offer(self) -> Offer:
        """The candidate named, who has a style and a language, or a sample of the kind chosen."""
        chosen = self.chosen
        return self.real or sample_offer(
            self.node, category=chosen["category"], style=chosen["style"], language=chosen["language"]
        )
