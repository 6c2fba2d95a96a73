"""How the candidate wants to be written to: by which channel first, how long, in which language."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from candidates.models import Channel, Language, OfferState, PageToken, Style
from candidates.preferences import choose
from portal.forms import PreferencesForm
from portal.keys import with_key
from portal.notice_page import notice_page
from portal.preferences import ways_to_write


@require_http_methods(["GET", "HEAD", "POST"])
@with_key
def preferences(request: HttpRequest, key: PageToken, token: str) -> HttpResponse:
    offer = key.offer
    if offer.state == OfferState.WITHDRAWN:
        return redirect("portal:page", token=token)
    form = PreferencesForm(request.POST or None, candidate=offer.candidate, ways=ways_to_write(offer))
    if request.method == "POST" and form.is_valid():
        language = Language(form.cleaned_data["language"])
        choose(
            candidate=offer.candidate,
            first=Channel(form.cleaned_data["first"]),
            style=Style(form.cleaned_data["style"]),
            language=language,
        )
        with override(language):
            messages.success(request, _("Saved. What we write from now on follows it."))
        return redirect("portal:page", token=token)
    return notice_page(request, "portal/preferences.html", offer, token, form=form)
