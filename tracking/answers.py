"""The candidate's answer and the opening of the page: what a person did, never what a machine fetched."""

from django.db import transaction
from django.utils import timezone

from candidates.deferral_requests import drop_pending
from candidates.models import DeclineReason, Offer, OfferState
from tracking.models import Actor, Event, Kind, Progress
from tracking.record import record


class AnswerClosed(Exception):
    """The deadline has passed or the offer was withdrawn: only HR can change the answer now."""


class FactsMoved(Exception):
    """Day, place or position are no longer what the person has read."""


@transaction.atomic
def mark_opened(*, offer: Offer, channel: str) -> None:
    """The page ran in a person's browser. Noted once per channel, also when it says so twice at once."""
    Offer.objects.select_for_update(no_key=True).get(pk=offer.pk)
    record(opening(offer=offer, channel=channel))


def opening(*, offer: Offer, channel: str) -> list[Event]:
    """The event of a page that is open in front of a person; none where it is known. The caller holds the offer.

    An offer that was made again is to be opened again: what was known before counts no more.
    """
    opened = Event.objects.filter(offer=offer, kind=Kind.OPENED, channel=channel)
    progress = Progress.objects.filter(pk=offer.pk).first()
    if progress and progress.last_offered_at != progress.offered_at:
        opened = opened.filter(at__gte=progress.last_offered_at)
    return [] if opened.exists() else [_event(offer, Kind.OPENED, channel)]


def confirm(*, offer: Offer, channel: str, changes: int | None = None) -> Offer:
    """Raises AnswerClosed or FactsMoved. `changes`: the offer's when the person read it; None where nobody knows."""
    return _answer(offer=offer, state=OfferState.CONFIRMED, channel=channel, changes=changes)


def decline(*, offer: Offer, channel: str, reason: DeclineReason) -> Offer:
    """Raises AnswerClosed."""
    return _answer(offer=offer, state=OfferState.DECLINED, channel=channel, reason=reason)


@transaction.atomic
def _answer(
    *, offer: Offer, state: OfferState, channel: str, reason: str = "", changes: int | None = None
) -> Offer:
    """The same answer given twice is one answer: a double tap or a repeated request adds nothing.

    Who answers for the day that stands no longer asks for another.
    """
    locked = Offer.objects.select_for_update(no_key=True).get(pk=offer.pk)
    if (locked.state, locked.decline_reason) == (state, reason):
        return locked
    if not locked.is_open_to_answers:
        raise AnswerClosed
    if changes not in (None, locked.changes):
        raise FactsMoved
    locked.state, locked.decline_reason = state, reason
    locked.save(update_fields=["state", "decline_reason"])
    drop_pending(locked)
    record([*opening(offer=locked, channel=channel), _event(locked, Kind(state), channel, detail=reason)])
    return locked


def _event(offer: Offer, kind: Kind, channel: str, detail: str = "") -> Event:
    return Event(
        offer=offer, kind=kind, at=timezone.now(), channel=channel, actor=Actor.CANDIDATE, detail=detail
    )
