"""The fixed address: phone number and code lead to the page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from candidates import page_access
from portal.forms import EntryForm
from portal.keys import private
from portal.notice import bank_name


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _show(request, EntryForm())
    form = EntryForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    return _try_to_enter(request, form)


def _try_to_enter(request: HttpRequest, form: EntryForm) -> HttpResponse:
    try:
        token = page_access.enter(**form.cleaned_data)
    except page_access.EntryRefused:
        form.add_error(
            None, _("Phone number and code do not belong together, or the code is no longer valid.")
        )
        return _show(request, form)
    except page_access.TooManyTries:
        form.add_error(
            None, _("Too many wrong tries with this number. Please wait an hour, or call the branch.")
        )
        return _show(request, form, status=429)
    return private(redirect("portal:page", token=token))


def _show(request: HttpRequest, form: EntryForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "bank_name": bank_name(language=get_language() or "")}
    return private(render(request, "portal/enter.html", context, status=status))
