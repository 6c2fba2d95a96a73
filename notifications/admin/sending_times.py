"""When and by which channels the nodes of the tree send: windows, and what branches choose of the channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from branches.admin_parts import CHOICE, BranchAndBelow, ChangesAsHistory, OfBranch, column
from branches.models import Branch
from notifications.admin.planning import PLANNED_ANEW
from notifications.channel_order import ChannelOrderField, in_order
from notifications.local_sending import (
    WindowFacts,
    channel_problems,
    nearest_above,
    wider_below,
    window_problems,
)
from notifications.models import BranchChannels, SendWindow

if TYPE_CHECKING:
    WindowModelForm = forms.ModelForm[SendWindow]
    ChannelsModelForm = forms.ModelForm[BranchChannels]
else:
    WindowModelForm = ChannelsModelForm = forms.ModelForm


class SendWindowForm(WindowModelForm):
    class Meta:
        model = SendWindow
        fields = ("branch", *WindowFacts.__dataclass_fields__)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        branch: Branch | None = cleaned.get("branch") or getattr(self.instance, "branch", None)
        if branch and {"opens_at", "closes_at", "off_days"} <= cleaned.keys() and not self.errors:
            facts = WindowFacts(**{name: cleaned[name] for name in WindowFacts.__dataclass_fields__})
            for name, words in window_problems(facts, above=nearest_above(SendWindow, branch)):
                self.add_error(name, words)
        return cleaned


@admin.register(SendWindow)
class SendWindowAdmin(ChangesAsHistory, OfBranch):
    form = SendWindowForm
    actions = None
    list_display = ("branch", "hours", "off_days", "slot", "a_day")
    list_filter = (("branch", BranchAndBelow), ("off_days", CHOICE))
    list_filter_submit = True
    list_select_related = ("branch",)
    ordering = ("branch__path",)
    fieldsets = (
        (
            None,
            {"fields": ("branch", ("opens_at", "closes_at"), "messages_a_day"), "description": PLANNED_ANEW},
        ),
        (
            _("Days off"),
            {
                "fields": ("off_days", ("slot_from", "slot_to")),
                "description": _(
                    "Which days are worked says the calendar. The two times are for the working day that something is "
                    "moved to; empty: the whole window."
                ),
            },
        ),
    )

    @column(_("sends"), ordering="opens_at")
    def hours(self, window: SendWindow) -> str:
        return f"{window.opens_at:%H:%M}–{window.closes_at:%H:%M}"

    @column(_("then between"))
    def slot(self, window: SendWindow) -> str:
        if window.slot_from and window.slot_to:
            return f"{window.slot_from:%H:%M}–{window.slot_to:%H:%M}"
        return "–"

    @column(_("messages a day"), ordering="messages_a_day")
    def a_day(self, window: SendWindow) -> str:
        return str(window.messages_a_day or gettext("no limit"))

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("branch",) if obj else ()

    def save_model(self, request: HttpRequest, obj: SendWindow, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if wider := wider_below(obj):
            words = gettext("What these branches state for themselves counts only within it: %(codes)s.")
            codes = ", ".join(one.branch.code for one in wider)
            messages.warning(request, words % {"codes": codes})


class BranchChannelsForm(ChannelsModelForm):
    channels = ChannelOrderField(label=_("Channels"))

    class Meta:
        model = BranchChannels
        fields = ("branch", "channels")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, words in channel_problems(cleaned["channels"]) if "channels" in cleaned else ():
            self.add_error(name, words)
        return cleaned


@admin.register(BranchChannels)
class BranchChannelsAdmin(ChangesAsHistory, OfBranch):
    form = BranchChannelsForm
    actions = None
    list_display = ("branch", "order")
    list_filter = (("branch", BranchAndBelow),)
    list_filter_submit = True
    list_select_related = ("branch",)
    ordering = ("branch__path",)

    @column(_("channels"))
    def order(self, row: BranchChannels) -> str:
        return in_order(row.channels)

    def get_fieldsets(self, request: HttpRequest, obj: BranchChannels | None = None) -> Any:
        edits = self.has_change_permission(request, obj)
        told = _(
            "Of these, what the strategy of a purpose allows is used, in this order, after the candidate's wishes."
        )
        return [
            (
                None,
                {
                    "fields": ("branch", "channels" if edits else "order"),
                    "description": f"{told} {PLANNED_ANEW}",
                },
            )
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if not obj:
            return ()
        return ("branch",) if self.has_change_permission(request, obj) else ("branch", "order")
