"""One candidate: the facts, what was sent in its exact words, and what happened."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from branches.access import note_personal_data_shown
from branches.client_address import client_address
from candidates.models import Offer
from dashboard.access import for_branch_hr, is_fragment, officer, refuse
from dashboard.live import live_page
from dashboard.story import messages, personal_data, steps
from notifications.timeline import timeline


@require_safe
@for_branch_hr
def detail(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    offer = _visible(request, offer_id)
    context = _context(offer, may_unmask=_may_unmask(request, offer))
    return live_page(request, "dashboard/offer.html", "dashboard/offer_part.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_branch_hr
def reveal(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """By POST: personal data in the clear, after noting who asked; a try of who may not see it is noted as well.

    Without JavaScript the answer is the whole page.
    """
    if request.method != "POST":  # after a change of language, or a reload
        return redirect("dashboard:offer", _visible(request, offer_id).pk)
    try:
        offer = _visible(request, offer_id)
    except Http404:
        _note_try(request, offer_id)
        raise
    if not _may_unmask(request, offer):
        return _refused(request, offer)
    note_personal_data_shown(
        to=officer(request), candidate_id=offer.candidate_id, from_address=client_address(request)
    )
    if is_fragment(request):
        context = {"offer": offer, "data": personal_data(offer.candidate, clear=True), "clear": True}
        return render(request, "dashboard/personal_data.html", context)
    return _whole_page(request, offer, clear=True)


def _refused(request: HttpRequest, offer: Offer) -> HttpResponse:
    """The right may have been taken away while the page with its button was open."""
    _note_try(request, offer.pk)
    if is_fragment(request):
        notices.error(
            request, gettext("You may not see this person's data in full. That you tried is on record.")
        )
        return HttpResponse(status=403, headers={"HX-Refresh": "true"})
    answer = _whole_page(request, offer, refused=True)
    answer.status_code = 403
    return answer


def _note_try(request: HttpRequest, offer_id: UUID) -> None:
    refuse(request, what="personal_data.show", target=str(offer_id))


def _may_unmask(request: HttpRequest, offer: Offer) -> bool:
    return officer(request).may_unmask(path=offer.branch.path, category=offer.candidate.category)


def _whole_page(request: HttpRequest, offer: Offer, **shown: bool) -> HttpResponse:
    """The answer to a POST; news of it come from the page's own, masked address."""
    url = reverse("dashboard:offer", args=[offer.pk])
    context = _context(offer, **shown)
    return live_page(request, "dashboard/offer.html", "dashboard/offer_part.html", context, url=url)


def _visible(request: HttpRequest, offer_id: UUID) -> Offer:
    """The offer, or 404: of another branch's offer a person does not even learn that it exists."""
    offers = Offer.objects.visible_to(officer(request))
    return get_object_or_404(offers.select_related("candidate", "branch", "progress"), pk=offer_id)


def _context(
    offer: Offer, *, clear: bool = False, may_unmask: bool = False, refused: bool = False
) -> dict[str, object]:
    return {
        "offer": offer,
        "data": personal_data(offer.candidate, clear=clear),
        "clear": clear,
        "may_unmask": may_unmask,
        "refused": refused,
        "steps": steps(offer),
        "messages_sent": messages(offer),
        "entries": timeline(offer),
    }
