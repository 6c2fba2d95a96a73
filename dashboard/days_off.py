"""A first day on which nobody works at the branch: pointed out once, and taken when it is sent again."""

from __future__ import annotations

from datetime import date, datetime

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from branches.calendar_days import stated_days
from branches.models import Branch
from branches.working_days import working_days
from dashboard.words import day_words

DAY_OFF = _("%(day)s is a day off at %(branch)s. If it is meant, please send it once more.")


class DaysOffPointedOut(forms.Form):
    """`day_off`: the day off that was pointed out already, such as 2026-12-26."""

    day_off = forms.CharField(required=False, widget=forms.HiddenInput)

    def point_out_day_off(self, field: str, moment: datetime, branch: Branch) -> None:
        """An error at `field`, unless people work at the branch that day or it was pointed out before."""
        day = moment.astimezone(branch.zone).date()
        if self.cleaned_data.get("day_off") == day.isoformat() or _is_worked(day, branch):
            return
        label = branch.label(get_language() or "")
        self.add_error(field, DAY_OFF % {"day": day_words(day), "branch": label})
        # Name by name: unpacked, what a browser sent gives lists.
        self.data = {name: self.data[name] for name in self.data} | {"day_off": day.isoformat()}


def _is_worked(day: date, branch: Branch) -> bool:
    return working_days(branch, stated_days(day, day)).is_working(day)
