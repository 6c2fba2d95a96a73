"""The list of offers: filtered by the address, or searched for one person by POST."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from candidates.models import Offer
from dashboard.access import for_branch_hr, officer
from dashboard.forms import OfferFilter, SearchForm
from dashboard.live import live_page
from dashboard.offer_list import page
from dashboard.weeks import weeks


@require_safe
@for_branch_hr
def listing(request: HttpRequest) -> HttpResponse:
    principal = officer(request)
    asked = OfferFilter(request.GET, principal=principal)
    offers = asked.narrow(Offer.objects.visible_to(principal))
    context = {
        "filter": asked,
        "search": SearchForm(),
        "weeks": weeks(request.GET),
        "page": page(offers, after=_uuid(request.GET.get("after", ""))),
    }
    return live_page(request, "dashboard/offers.html", "dashboard/offers_part.html", context)


# What is searched for is personal data, which has no place in an address: a reload starts over.
@require_http_methods(["GET", "HEAD", "POST"])
@for_branch_hr
def search(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect("dashboard:offers")
    principal = officer(request)
    form = SearchForm(request.POST)
    offers = Offer.objects.visible_to(principal)
    found = offers.search(form.cleaned_data["q"]) if form.is_valid() else offers.none()
    return render(request, "dashboard/search.html", {"search": form, "page": page(found)})


def _uuid(text: str) -> UUID | None:
    """A key out of the address; nonsense is taken as the first page."""
    try:
        return UUID(text)
    except ValueError:
        return None
