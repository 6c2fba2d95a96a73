"""How long something waits, entered as a number and a unit."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from notifications.models.planning import LONGEST_WAIT, SHORTEST_WAIT

HOUR = 60
UNITS = {1: _("minutes"), HOUR: _("hours")}


def parts_of_wait(minutes: int) -> tuple[int, int]:
    """The number and its unit in minutes: 240 is (4, 60), and an hour and a half (90, 1)."""
    unit = HOUR if minutes % HOUR == 0 else 1
    return minutes // unit, unit


class WaitWidget(forms.MultiWidget):
    """A number and a unit."""

    use_fieldset = True
    template_name = "wait.html"

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["css/planning_forms.css"]}

    def __init__(self) -> None:
        number = UnfoldAdminIntegerFieldWidget(attrs={"min": 1, "aria-label": _("how long")})
        unit = UnfoldAdminSelectWidget(attrs={"aria-label": _("unit")}, choices=list(UNITS.items()))
        super().__init__([number, unit])

    def decompress(self, value: int | None) -> list[Any]:
        return list(parts_of_wait(value)) if value else [None, HOUR]


class WaitField(forms.MultiValueField):
    """Cleans to minutes; None where no number is entered."""

    def __init__(self, **kwargs: Any) -> None:
        number = forms.IntegerField(min_value=1, max_value=LONGEST_WAIT, required=False)
        unit = forms.TypedChoiceField(coerce=int, choices=list(UNITS.items()), required=False)
        kwargs = {"required": False, "require_all_fields": False, "widget": WaitWidget(), **kwargs}
        super().__init__((number, unit), **kwargs)

    def compress(self, data_list: list[Any]) -> int | None:
        number, unit = data_list or [None, None]
        if not number:
            return None
        minutes = int(number) * int(unit or 1)
        if not SHORTEST_WAIT <= minutes <= LONGEST_WAIT:
            raise ValidationError(_("Between ten minutes and thirty days."))
        return minutes
