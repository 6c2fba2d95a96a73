"""An offer's state and timeline, for machines with a key."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from api.admission import Refused
from api.keys import KeyAuth, key_of
from api.schemas import OfferOut, RefusedOut
from candidates.models import Offer

router = Router(tags=["Offers"], auth=KeyAuth())


@router.get(
    "/{uuid:offer_id}", response={200: OfferOut, 401: RefusedOut, 404: RefusedOut}, summary="One offer"
)
def show(request: HttpRequest, offer_id: UUID) -> Any:
    """Another branch's offer is answered like one that does not exist."""
    offers = Offer.objects.visible_to(key_of(request)).select_related("branch", "progress")
    offer = offers.filter(pk=offer_id).first()
    if offer is None:
        raise Refused.because(404, "offer_id", "there is no such offer")
    return {
        "id": offer.pk,
        "interview_id": offer.interview_id,
        "branch": offer.branch.code,
        "state": offer.state,
        "stage": offer.progress.stage,
        "onboarding_at": offer.onboarding_at,
        "answer_by": offer.answer_by,
        "decline_reason": offer.decline_reason,
        "messages": list(offer.messages.order_by("created_at")),
        "timeline": list(offer.events.order_by("at", "id")),
    }
