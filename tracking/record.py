"""The one way an event enters the system."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from branches.models import User
from tracking.bulk import insert_rows, insert_unless_there, update_rows
from tracking.models import Event, Progress


@transaction.atomic
def record(events: Iterable[Event]) -> None:
    """Append the events and bring the Progress of their offers up to date, all or nothing."""
    added = list(events)
    if not added:
        return
    insert_rows(added)
    progress = _locked_progress({event.offer_id for event in added})
    for event in added:
        progress[event.offer_id].apply(event)
    fields = [field.name for field in Progress._meta.fields if not field.primary_key]
    update_rows(progress.values(), fields)


def ask_anew(offer_id: UUID) -> None:
    """HR was to ask by an old deadline: for the new one it may be handed over once more.

    For whoever has just recorded why, and so holds the row of the offer's Progress.
    """
    Progress.objects.filter(pk=offer_id).update(handed_over_at=None)


def actor_of(person: User) -> str:
    """Who did it, as events name members of staff."""
    return person.username[: Event._meta.get_field("actor").max_length]


def _locked_progress(offer_ids: set[UUID]) -> dict[UUID, Progress]:
    """Progress rows by offer, made where missing, locked in one order so that two writers never embrace."""
    rows = Progress.objects.filter(pk__in=offer_ids).order_by("pk").select_for_update(no_key=True)
    found = {row.pk: row for row in rows}
    if missing := sorted(offer_ids - found.keys()):
        insert_unless_there([Progress(offer_id=pk) for pk in missing])
        found |= {row.pk: row for row in rows.filter(pk__in=missing)}
    return found
