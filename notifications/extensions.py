"""More time to answer: HR moves a candidate's deadline, and says why."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from branches.models import User
from candidates.deadline import NoExtension, no_extension
from candidates.models import Extension, Offer, OfferState
from notifications.schedules import look_again
from tracking.models import Event, Kind
from tracking.record import actor_of, ask_anew, record


class NotExtended(Exception):
    """The deadline stays. `why` is None where the person has answered, or the offer was withdrawn."""

    def __init__(self, why: NoExtension | None) -> None:
        super().__init__(why or "nothing to answer any more")
        self.why = why


@transaction.atomic
def extend(
    *, offer: Offer, until: datetime, reason: str, by: User, extension_id: UUID | None = None
) -> Offer:
    """The person may answer until `until`, and HR need not ask before that draws near. Raises NotExtended.

    `extension_id`: the same extension sent twice is one.
    """
    locked = Offer.objects.select_for_update(no_key=True).get(pk=offer.pk)
    if extension_id and Extension.objects.filter(pk=extension_id, offer=locked).exists():
        return locked
    now = timezone.now()
    _must_be_possible(locked, until, now)
    # The event has the moment of its extension: by that the timeline finds the one to the other.
    Extension.objects.create(
        pk=extension_id or uuid7(),
        offer=locked,
        at=now,
        by=by,
        before=locked.answer_by,
        until=until,
        reason=reason,
    )
    locked.answer_by = until
    locked.save(update_fields=["answer_by"])
    record([Event(offer=locked, kind=Kind.EXTENDED, at=now, actor=actor_of(by))])
    ask_anew(locked.pk)
    look_again(locked.pk)
    return locked


def _must_be_possible(offer: Offer, until: datetime, now: datetime) -> None:
    if offer.state != OfferState.OFFERED:
        raise NotExtended(None)
    why = no_extension(until, answer_by=offer.answer_by, onboarding_at=offer.onboarding_at, now=now)
    if why:
        raise NotExtended(why)
