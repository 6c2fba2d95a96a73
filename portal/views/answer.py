"""Confirm or decline: a GET asks once more, only a POST answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from candidates.models import DeclineReason, Offer, OfferState, PageToken
from portal.forms import DeclineForm
from portal.keys import with_key
from portal.notice_page import notice_page
from tracking import answers
from tracking.answers import AnswerClosed, FactsMoved


@require_http_methods(["GET", "POST"])
@with_key
def confirm(request: HttpRequest, key: PageToken, token: str) -> HttpResponse:
    offer = key.offer
    if request.method == "POST":
        try:
            answers.confirm(offer=offer, channel=key.channel, changes=_read(request))
        except AnswerClosed:
            return closed(request, offer, token)
        except FactsMoved:
            messages.warning(
                request, _("This has changed since you opened the page. Please read it once more.")
            )
            return redirect("portal:confirm", token=token)
        messages.success(request, _("Thank you. You have confirmed that you will join."))
        return redirect("portal:page", token=token)
    if offer.state == OfferState.CONFIRMED:
        return redirect("portal:page", token=token)
    if not offer.is_open_to_answers:
        return closed(request, offer, token)
    return notice_page(request, "portal/confirm.html", offer, token)


def _read(request: HttpRequest) -> int | None:
    """How often the facts had moved when the page was made: a yes to one day is no yes to another."""
    told = request.POST.get("changes", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else None


@require_http_methods(["GET", "POST"])
@with_key
def decline(request: HttpRequest, key: PageToken, token: str) -> HttpResponse:
    offer = key.offer
    form = DeclineForm(request.POST or None, initial={"reason": offer.decline_reason})
    if request.method == "POST" and form.is_valid():
        try:
            reason = DeclineReason(form.cleaned_data["reason"])
            answers.decline(offer=offer, channel=key.channel, reason=reason)
        except AnswerClosed:
            return closed(request, offer, token)
        messages.success(request, _("You have declined. Thank you for telling us."))
        return redirect("portal:page", token=token)
    if not offer.is_open_to_answers:
        return closed(request, offer, token)
    return notice_page(request, "portal/decline.html", offer, token, form=form)


def closed(request: HttpRequest, offer: Offer, token: str) -> HttpResponse:
    """From now on only HR can change the answer: the page says whom to call."""
    offer.refresh_from_db(fields=["state", "decline_reason"])
    return notice_page(request, "portal/closed.html", offer, token, status=409)
