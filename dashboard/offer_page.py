"""What every address of one candidate's page has in common: whose it is, and what stands on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from branches.acting import may_act_for
from candidates.models import Offer
from dashboard.access import officer
from dashboard.contact import Panel, tabs
from dashboard.live import live_page
from dashboard.story import messages, personal_data, steps
from notifications.timeline import timeline
from notifications.upcoming import upcoming_of


def visible_offer(request: HttpRequest, offer_id: UUID) -> Offer:
    """The offer, or 404: of another branch's offer a person does not even learn that it exists."""
    offers = Offer.objects.visible_to(officer(request))
    return get_object_or_404(offers.select_related("candidate", "branch", "progress"), pk=offer_id)


def may_unmask(request: HttpRequest, offer: Offer) -> bool:
    return officer(request).may_unmask(path=offer.branch.path, category=offer.candidate.category)


def may_act(request: HttpRequest, offer: Offer) -> bool:
    return may_act_for(officer(request), branch=offer.branch, category=offer.candidate.category)


def offer_page(
    request: HttpRequest,
    offer: Offer,
    *,
    clear: bool = False,
    refused: bool = False,
    panel: Panel | None = None,
) -> HttpResponse:
    """The whole page, or to htmx what on it is live; news of it come from the page's own, masked address.

    `clear`: personal data stands in full; `refused`: that was asked for in vain. `panel`: what is open under the tabs.
    """
    acts = may_act(request, offer)
    context: Mapping[str, Any] = {
        "offer": offer,
        "data": personal_data(offer.candidate, clear=clear),
        "clear": clear,
        "may_unmask": may_unmask(request, offer),
        "refused": refused,
        "may_act": acts,
        "tabs": tabs(offer) if acts else [],
        "panel": panel,
        "steps": steps(offer),
        "messages_sent": messages(offer),
        "entries": timeline(offer),
        "coming": upcoming_of(offer, at=timezone.now()),
    }
    url = reverse("dashboard:offer", args=[offer.pk])
    return live_page(request, "dashboard/offer.html", "dashboard/offer_part.html", context, url=url)
