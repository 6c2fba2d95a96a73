"""The call log: whom HR called, what came of it, and when to call again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from branches.models import User
from candidates.models import Offer
from tracking.models import Call, Event, Kind, Progress
from tracking.record import actor_of, record


@transaction.atomic
def log_call(
    *, offer: Offer, by: User, result: str, note: str, again_at: datetime | None, call_id: UUID | None = None
) -> Call:
    """Keep a call that was made a moment ago; the person is HR's to ask again from `again_at` on, None: at once.

    `result`: one of CallResult. `call_id`: the same call sent twice is one call.
    """
    Offer.objects.select_for_update(no_key=True).get(pk=offer.pk)
    known = Call.objects.filter(pk=call_id, offer=offer).first() if call_id else None
    return known or _kept(
        Call(pk=call_id or uuid7(), offer=offer, by=by, result=result, note=note, again_at=again_at)
    )


def _kept(call: Call) -> Call:
    call.at = timezone.now()
    call.save(force_insert=True)
    # The event has the moment of its call: by that the timeline finds the one to the other.
    record(
        [Event(offer=call.offer, kind=Kind.CALLED, at=call.at, actor=actor_of(call.by), detail=call.result)]
    )
    # record() holds the lock on this row until the end of the transaction.
    Progress.objects.filter(pk=call.offer_id).update(ask_again_at=call.again_at)
    return call
