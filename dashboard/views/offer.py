"""One candidate: the facts, what was sent in its exact words, and what happened."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from branches.access import note_personal_data_shown
from branches.client_address import client_address
from candidates.models import Offer
from dashboard.access import for_branch_hr, is_fragment, officer
from dashboard.live import live_page
from dashboard.story import messages, personal_data, steps
from notifications.timeline import timeline


@require_safe
@for_branch_hr
def detail(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    offer = _visible(request, offer_id)
    return live_page(request, "dashboard/offer.html", "dashboard/offer_part.html", _context(offer))


@require_http_methods(["GET", "HEAD", "POST"])
@for_branch_hr
def reveal(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """By POST: personal data in the clear, after noting who asked.

    Without JavaScript the answer is the whole page.
    """
    offer = _visible(request, offer_id)
    if request.method != "POST":  # after a change of language, or a reload
        return redirect("dashboard:offer", offer_id)
    note_personal_data_shown(
        to=officer(request), candidate_id=offer.candidate_id, from_address=client_address(request)
    )
    if is_fragment(request):
        context = {"offer": offer, "data": personal_data(offer.candidate, clear=True), "clear": True}
        return render(request, "dashboard/personal_data.html", context)
    context = _context(offer, clear=True)
    url = reverse("dashboard:offer", args=[offer_id])
    return live_page(request, "dashboard/offer.html", "dashboard/offer_part.html", context, url=url)


def _visible(request: HttpRequest, offer_id: UUID) -> Offer:
    """The offer, or 404: of another branch's offer a person does not even learn that it exists."""
    offers = Offer.objects.visible_to(officer(request))
    return get_object_or_404(offers.select_related("candidate", "branch", "progress"), pk=offer_id)


def _context(offer: Offer, *, clear: bool = False) -> dict[str, object]:
    return {
        "offer": offer,
        "data": personal_data(offer.candidate, clear=clear),
        "clear": clear,
        "steps": steps(offer),
        "messages_sent": messages(offer),
        "entries": timeline(offer),
    }
