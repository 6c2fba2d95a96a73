"""What is asked on the pages of a version: when it comes into force, and with which other it is compared."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from notifications.in_force import versions_beside
from notifications.models import CoreVersion, Version

# As people call the time, where its name in the settings is not how they do.
ZONES = {"Asia/Shanghai": _("Beijing")}


class PublishForm(forms.Form):
    """`seen`: the draft's fingerprint as the page showed it."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    at = forms.DateTimeField(
        label=capfirst(_("in force from")),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].help_text = gettext("Empty: from now on. Times are those of %(zone)s.") % {
            "zone": ZONES.get(settings.TIME_ZONE, settings.TIME_ZONE)
        }

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        if at and at <= timezone.now():
            raise ValidationError(_("The moment lies in the past."))
        return at


class OtherVersionForm(forms.Form):
    """With which version a version is compared. It is asked by GET; whatever does not exist is passed over."""

    other: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        queryset=CoreVersion.objects.none(),
        label=capfirst(_("compared with")),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        empty_label=None,
    )

    def __init__(self, *args: Any, version: Version, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["other"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = versions_beside(version).exclude(pk=version.pk).order_by("-number")
