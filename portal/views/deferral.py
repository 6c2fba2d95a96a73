"""Ask for another first day: choose, read what it means, and say so once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from candidates.deferral import Obstacle
from candidates.models import Deferral, DeferralReason, DeferralState, Offer, OfferState, PageToken
from notifications.dates import moment_text
from notifications.deferrals import (
    DayImpossible,
    DeferralClosed,
    TooManyWishes,
    may_ask,
    request_deferral,
    withdraw_request,
)
from portal.deferral import Choices, answer_channel
from portal.forms import DeferralForm, SureForm
from portal.keys import with_key
from portal.notice_page import notice_page
from portal.views.answer import closed

# The names of the last page's buttons.
SURE, CHANGE = "sure", "change"


@require_http_methods(["GET", "HEAD", "POST"])
@with_key
def defer(request: HttpRequest, key: PageToken, token: str) -> HttpResponse:
    """A GET asks which day, a POST shows what it means, and only one that is `sure` asks for it."""
    offer = key.offer
    sure = SureForm(request.POST) if SURE in request.POST else None
    if sure and sure.is_valid():
        return _ask(request, key, token, sure)
    if offer.state == OfferState.DECLINED and offer.is_open_to_answers:
        return redirect("portal:page", token=token)
    if not may_ask(offer):
        return closed(request, offer, token)
    return _choose(request, offer, token)


def _choose(request: HttpRequest, offer: Offer, token: str) -> HttpResponse:
    choices = Choices.of(offer, language=get_language() or "")
    form = DeferralForm(request.POST or None, choices=choices)
    if request.method == "POST" and form.is_valid() and CHANGE not in request.POST:
        return _read_once_more(request, offer, token, form)
    return notice_page(request, "portal/defer.html", offer, token, form=form)


def _read_once_more(request: HttpRequest, offer: Offer, token: str, form: DeferralForm) -> HttpResponse:
    choice = form.choices.choice(form.wanted)
    return notice_page(
        request,
        "portal/defer_sure.html",
        offer,
        token,
        form=form,
        choice=choice,
        reason=DeferralReason(form.cleaned_data["reason"]).label,
        channel=answer_channel(offer),
    )


def _ask(request: HttpRequest, key: PageToken, token: str, sure: SureForm) -> HttpResponse:
    given = sure.cleaned_data
    try:
        deferral = request_deferral(
            offer=key.offer,
            wanted=given["wanted"],
            reason=DeferralReason(given["reason"]),
            words=given["words"],
            channel=key.channel,
        )
    except DeferralClosed:
        return closed(request, key.offer, token)
    except DayImpossible:
        messages.error(request, _("This day can no longer be asked for. Please choose another one."))
        return redirect("portal:defer", token=token)
    except TooManyWishes:
        messages.error(request, _("You have asked for many days today. Please call us instead."))
        return redirect("portal:page", token=token)
    messages.add_message(request, *_answer(deferral))
    return redirect("portal:page", token=token)


def _answer(deferral: Deferral) -> tuple[int, str]:
    """What the person reads on top of the notice."""
    if deferral.state == DeferralState.GRANTED and deferral.granted:
        day = moment_text(deferral.granted.astimezone(deferral.offer.branch.zone), get_language() or "")
        return messages.SUCCESS, _("Agreed: your first day is %(day)s, and you are confirmed for it.") % {
            "day": day
        }
    if Obstacle.FULL in deferral.obstacles:
        return messages.INFO, _("That day is full, so HR decides. Your request is with HR now.")
    return messages.INFO, _("Your request is with HR now.")


@require_POST
@with_key
def take_back(request: HttpRequest, key: PageToken, token: str) -> HttpResponse:
    """Also once nothing waits any more: the page then shows what was decided meanwhile."""
    if withdraw_request(offer=key.offer):
        messages.success(request, _("Your request was taken back. The first day stays as it is."))
    return redirect("portal:page", token=token)
