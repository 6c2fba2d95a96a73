"""Headquarters' pages of the audit: every change of rights, texts and settings, and every refused try.

They are no lists of one table, so Django's change lists do not serve: changes come from a table per audited model.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from branches.changes import PER_PAGE, Asked, followed_models, page
from branches.models import RefusedAttempt

# Words for the codes that `note_refused` is called with; a code without words is shown as it is.
ATTEMPTS: dict[str, Promise] = {
    "personal_data.show": _("Show personal data in full"),
    "admin.change": _("Change something in the administration"),
    "dashboard.change": _("Change something in the dashboard"),
    "content.core_field": _("Change a core field"),
    "content.published_version": _("Change a published version"),
    "content.not_yours": _("Open or write local content of a branch that is not theirs"),
    "content.unknown_field": _("Write a local field that does not exist"),
    "sending.not_yours": _("Open or change sending times of a branch that is not theirs"),
    "sending.not_allowed": _("Choose a channel that headquarters does not allow"),
    "deferral.decide": _("Decide on another first day"),
    "offer.contact": _("Write, log a call, answer or move for a candidate"),
    "content.foreign_field": _("Send something with a page that does not belong there"),
}


class WhoField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label=_("Sign-in name or name of an API key"),
            required=False,
            max_length=150,
            widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        )


class ChangeFilter(forms.Form):
    model = forms.ChoiceField(label=_("Kind of record"), required=False, widget=UnfoldAdminSelectWidget)
    who = WhoField()
    record = forms.UUIDField(
        label=_("Number (id) of the record"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data, auto_id="filter-%s")
        kinds = [
            (label, model.pgh_tracked_model._meta.verbose_name)  # type: ignore[attr-defined]
            for label, model in followed_models().items()
        ]
        model_field: Any = self.fields["model"]
        model_field.choices = [("", _("All")), *kinds]


class AttemptFilter(forms.Form):
    who = WhoField()

    def __init__(self, data: Any) -> None:
        super().__init__(data, auto_id="filter-%s")


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What was changed, by whom and from where, with the values before and after."""
    form = ChangeFilter(request.GET)
    asked = Asked(**_wanted(form), before=request.GET.get("before", "")) if form.is_valid() else None
    found = page(asked) if asked else None
    context = {
        **admin.site.each_context(request),
        "title": _("Changes"),
        "form": form,
        "page": found,
        "next": found.next if found else "",
    }
    return render(request, "admin/audit/changes.html", context)


@require_safe
def refused(request: HttpRequest) -> HttpResponse:
    """What somebody tried and may not do."""
    form = AttemptFilter(request.GET)
    attempts = _attempts(_wanted(form).get("who", "") if form.is_valid() else "")
    before = _uuid(request.GET.get("before", ""))
    rows = list((attempts.filter(pk__lt=before) if before else attempts)[: PER_PAGE + 1])
    context = {
        **admin.site.each_context(request),
        "title": _("Refused attempts"),
        "form": form,
        "attempts": [(row, ATTEMPTS.get(row.what, row.what)) for row in rows[:PER_PAGE]],
        "next": rows[PER_PAGE - 1].pk if len(rows) > PER_PAGE else "",
    }
    return render(request, "admin/audit/refused.html", context)


def _wanted(form: forms.Form) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if value}


def _attempts(who: str) -> QuerySet[RefusedAttempt]:
    """Newest first: the ids are ordered by time."""
    attempts = RefusedAttempt.objects.select_related("user").order_by("-pk")
    return attempts.filter(Q(user__username=who) | Q(key_name=who)) if who else attempts


def _uuid(text: str) -> UUID | None:
    """A place out of the address; nonsense is taken as the first page."""
    try:
        return UUID(text)
    except ValueError:
        return None
