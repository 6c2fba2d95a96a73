"""Channels put in an order by choosing: one list for each place, the first one first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from candidates.models import Channel

NOTHING = ("", "–")


class ChannelOrderWidget(forms.MultiWidget):
    """A list for each place; what is left open is left out."""

    template_name = "channel_order.html"
    use_fieldset = True

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["css/planning_forms.css"]}

    def __init__(self, channels: Sequence[str] | None = None) -> None:
        self.channels = list(channels if channels is not None else Channel.values)
        choices = [NOTHING, *((one, Channel(one).label) for one in self.channels)]
        super().__init__([forms.Select(choices=choices) for _place in self.channels])

    def decompress(self, value: Sequence[str] | None) -> list[str]:
        chosen = list(value or [])
        return [*chosen, *[""] * (len(self.channels) - len(chosen))][: len(self.channels)]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """As chosen, with the places left open."""
        posted: list[str | None] = super().value_from_datadict(data, files, name)
        return [one or "" for one in posted]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        # A stated order is a list too, and Django would take it for the places.
        return super().get_context(name, self.decompress(value), attrs)

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_


class ChannelOrderField(forms.Field):
    """Cleans to the channels in their order, each once."""

    widget: Any = ChannelOrderWidget

    def __init__(
        self, channels: Sequence[str] | None = None, *, widget: forms.Widget | None = None, **kwargs: Any
    ) -> None:
        self.channels = list(channels if channels is not None else Channel.values)
        kwargs.setdefault("required", True)
        super().__init__(widget=widget or ChannelOrderWidget(self.channels), **kwargs)

    def clean(self, value: Any) -> list[str]:
        chosen = [one for one in value or [] if one]
        if foreign := [one for one in chosen if one not in self.channels]:
            words = _("“%(channel)s” cannot be chosen here.")
            raise ValidationError(words, params={"channel": foreign[0]})
        if len(set(chosen)) < len(chosen):
            raise ValidationError(_("Each channel stands in one place only."))
        if self.required and not chosen:
            raise ValidationError(_("Choose at least one channel."))
        return chosen

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != [one for one in data or [] if one]


def in_order(channels: Sequence[str]) -> str:
    """Such as "WeChat → SMS"."""
    return " → ".join(str(Channel(one).label) for one in channels)
