"""Signatures and templates that carriers must allow first, and what they answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from branches.admin_parts import BAD, CHOICE, GOOD, WAITS, PlainAdmin, column, page_action
from candidates.models import Channel
from notifications.admin.texts_to_register import texts_to_register
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
            ),
            "content": _("Of a text message's template as the carrier has it, with ${name} for each value."),
        }


@admin.register(ProviderRegistration)
class ProviderRegistrationAdmin(PlainAdmin):
    form = RegistrationForm
    actions = None
    actions_list = ("texts",)
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

    # --- What is to be registered ---
    def get_urls(self) -> list[URLPattern]:
        """The page stands before Django's pages of one record, which would take its name for a key."""
        own = path(
            "texts/", self.admin_site.admin_view(self.texts_page), name="notifications_texts_to_register"
        )
        return [own, *super().get_urls()]

    @page_action(_("Texts to register"), icon="content_copy", permissions=["view"])
    def texts(self, _request: HttpRequest) -> HttpResponse:
        return redirect(reverse("admin:notifications_texts_to_register"))

    def texts_page(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Texts to register"),
            "texts": list(texts_to_register()),
        }
        return TemplateResponse(request, "admin/notifications/texts_to_register.html", context)
