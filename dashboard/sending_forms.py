"""The forms of the page of sending times: one for the hours, one for the channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.channel_order import ChannelOrderField
from notifications.local_content import InvalidContent
from notifications.local_sending import WindowFacts, digest
from notifications.models import BranchChannels, OffDays, SendWindow
from notifications.models.planning import MOST_A_DAY


class StatedForm(forms.Form):
    """`basis`: what the page was based on, so that nobody overwrites what another has stated meanwhile."""

    use_required_attribute = False

    basis = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def tell(self, problems: InvalidContent) -> None:
        for name, sentences in problems.problems.items():
            for words in sentences:
                self.add_error(name, words)


class ClockField(forms.TimeField):
    """A time of day to the minute, in the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        super().__init__(widget=widget, input_formats=["%H:%M", "%H:%M:%S"], **kwargs)


class WindowForm(StatedForm):
    opens_at = ClockField(label=_("Not before"))
    closes_at = ClockField(label=_("Not after"))
    off_days = forms.ChoiceField(label=_("What falls on a day off goes out"), choices=OffDays.choices)
    slot_from = ClockField(label=_("Then not before"), required=False)
    slot_to = ClockField(label=_("Then not after"), required=False)
    messages_a_day = forms.IntegerField(
        label=_("Messages a day"), required=False, min_value=1, max_value=MOST_A_DAY
    )

    @property
    def facts(self) -> WindowFacts:
        """Once the form is valid."""
        return WindowFacts(**{name: self.cleaned_data[name] for name in WindowFacts.__dataclass_fields__})

    @classmethod
    def of(cls, stated: SendWindow | None, *, own: SendWindow | None) -> WindowForm:
        """With what counts now; `own`: the branch's own row, where there is one."""
        told = stated or SendWindow()
        facts = {name: getattr(told, name) for name in WindowFacts.__dataclass_fields__}
        return cls(initial={**facts, "basis": digest(own)}, auto_id="window-%s")


class ChannelsForm(StatedForm):
    def __init__(self, *args: Any, allowed: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channels"] = ChannelOrderField(allowed, label=_("Channels"))

    @classmethod
    def of(
        cls, stated: BranchChannels | None, *, own: BranchChannels | None, allowed: Sequence[str]
    ) -> ChannelsForm:
        order = [one for one in (stated.channels if stated else allowed) if one in allowed]
        return cls(initial={"channels": order, "basis": digest(own)}, allowed=allowed, auto_id="channels-%s")
