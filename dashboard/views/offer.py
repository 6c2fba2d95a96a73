"""One candidate: the facts, what was sent in its exact words, and what happened."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from branches.access import note_personal_data_shown
from branches.client_address import client_address
from candidates.models import Offer
from dashboard.access import for_branch_hr, is_fragment, officer, refuse
from dashboard.offer_page import may_unmask, offer_page, visible_offer
from dashboard.story import personal_data


@require_safe
@for_branch_hr
def detail(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    return offer_page(request, visible_offer(request, offer_id))


@require_http_methods(["GET", "HEAD", "POST"])
@for_branch_hr
def reveal(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """By POST: personal data in the clear, after noting who asked; a try of who may not see it is noted as well.

    Without JavaScript the answer is the whole page.
    """
    if request.method != "POST":  # after a change of language, or a reload
        return redirect("dashboard:offer", visible_offer(request, offer_id).pk)
    try:
        offer = visible_offer(request, offer_id)
    except Http404:
        _note_try(request, offer_id)
        raise
    if not may_unmask(request, offer):
        return _refused(request, offer)
    note_personal_data_shown(
        to=officer(request), candidate_id=offer.candidate_id, from_address=client_address(request)
    )
    if is_fragment(request):
        context = {"offer": offer, "data": personal_data(offer.candidate, clear=True), "clear": True}
        return render(request, "dashboard/personal_data.html", context)
    return offer_page(request, offer, clear=True)


def _refused(request: HttpRequest, offer: Offer) -> HttpResponse:
    """The right may have been taken away while the page with its button was open."""
    _note_try(request, offer.pk)
    if is_fragment(request):
        notices.error(
            request, gettext("You may not see this person's data in full. That you tried is on record.")
        )
        return HttpResponse(status=403, headers={"HX-Refresh": "true"})
    answer = offer_page(request, offer, refused=True)
    answer.status_code = 403
    return answer


def _note_try(request: HttpRequest, offer_id: UUID) -> None:
    refuse(request, what="personal_data.show", target=str(offer_id))
