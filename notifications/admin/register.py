"""Signatures and templates that carriers must allow first, and what they answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from branches.admin_parts import BAD, CHOICE, GOOD, WAITS, PlainAdmin, column
from candidates.models import Channel
from notifications.channels import TRANSPORTS
from notifications.models import ProviderRegistration

if TYPE_CHECKING:
    RegistrationModelForm = forms.ModelForm[ProviderRegistration]
else:
    RegistrationModelForm = forms.ModelForm

State = ProviderRegistration.State
STATE_LABELS = {State.REQUESTED: WAITS, State.APPROVED: GOOD, State.REFUSED: BAD, State.EXPIRED: BAD}


def carrier_words(name: str) -> str:
    """Such as “twilio · SMS”; the bare name of a carrier that is no longer there."""
    transport = TRANSPORTS.get(name)
    return f"{name} · {Channel(transport.channel).label}" if transport else name


def _carriers() -> list[tuple[str, str]]:
    return [(name, carrier_words(name)) for name in TRANSPORTS]


class RegistrationForm(RegistrationModelForm):
    provider = forms.ChoiceField(label=_("carrier"), choices=_carriers, widget=UnfoldAdminSelectWidget())

    class Meta:
        model = ProviderRegistration
        fields = ("provider", "kind", "code", "content", "state", "expires_on", "note")
        help_texts: ClassVar[dict[str, Any]] = {
            "code": _(
                "The signature, or the number under which the carrier lists the template: what a text names as the "
                "carrier's template."
            )
        }


@admin.register(ProviderRegistration)
class ProviderRegistrationAdmin(PlainAdmin):
    form = RegistrationForm
    actions = None
    list_display = ("code", "carrier", "kind", "stands", "expires_on", "note")
    list_filter = (("kind", CHOICE), ("state", CHOICE), "provider")
    list_filter_submit = True
    search_fields = ("code", "content", "note")
    ordering = ("provider", "kind", "code")
    fields = (("provider", "kind"), "code", "content", ("state", "expires_on"), "note")

    @column(_("carrier"), ordering="provider")
    def carrier(self, entry: ProviderRegistration) -> str:
        return carrier_words(entry.provider)

    @column(_("state"), ordering="state", labels=STATE_LABELS)
    def stands(self, entry: ProviderRegistration) -> tuple[str, str]:
        """An approval that has run out is none, whatever was last entered."""
        run_out = entry.state == State.APPROVED and not entry.is_usable
        state = State.EXPIRED if run_out else State(entry.state)
        return state, str(state.label)

    def get_readonly_fields(
        self, _request: HttpRequest, obj: ProviderRegistration | None = None
    ) -> tuple[str, ...]:
        return ("provider", "kind", "code") if obj else ()  # another code is another entry
