"""When the planner looks at an offer again. Whoever moves an offer's facts asks for a look, and no more."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from notifications.models import Schedule
from notifications.models.planning import SHORTEST_WAIT

# No message is followed by the next channel earlier.
FIRST_LOOK_AFTER = timedelta(minutes=SHORTEST_WAIT)


def look_again(offer_id: UUID) -> None:
    """The planner looks at this offer at the next tick, whatever it had in mind.

    Part of the caller's transaction: with the change, or not at all.
    """
    Schedule.objects.update_or_create(pk=offer_id, defaults={"look_at": timezone.now()})


def look_soon(offer_id: UUID) -> None:
    """The planner sees soon what became of a message that was put into the outbox without it."""
    soon = timezone.now() + FIRST_LOOK_AFTER
    has_later_look = Q(look_at__isnull=True) | Q(look_at__gt=soon)
    Schedule.objects.filter(has_later_look, pk=offer_id).update(look_at=soon)
