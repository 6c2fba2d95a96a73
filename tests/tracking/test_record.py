"""Events are added and never changed; Progress says the same whatever the order they came in."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction
from django.forms.models import model_to_dict
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from candidates.models import Offer
from tests.factories import OfferFactory
from tracking.models import Event, Kind, Progress, Stage
from tracking.record import record

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
NOBODY = UUID(int=0)


def event(kind: str, minutes: int, offer_id: UUID = NOBODY) -> Event:
    return Event(offer_id=offer_id, kind=kind, at=NOON + timedelta(minutes=minutes))


def progress_after(events: list[Event]) -> dict[str, object]:
    progress = Progress(offer_id=NOBODY)
    for one in events:
        progress.apply(one)
    return model_to_dict(progress)


# --- Progress -----------------------------------------------------------------------------------
# Of one round: the offer itself comes first.
OF_A_ROUND = [kind for kind in Kind.values if kind != Kind.OFFERED]
happenings = st.lists(st.builds(event, st.sampled_from(OF_A_ROUND), st.integers(0, 2)), max_size=8)


@given(events=happenings, data=st.data())
def test_events_in_any_order_give_the_same_progress(events: list[Event], data: st.DataObject) -> None:
    assert progress_after(data.draw(st.permutations(events))) == progress_after(events)


def test_two_answers_of_the_same_moment_end_the_same_in_either_order() -> None:
    answers = [event(Kind.CONFIRMED, 1), event(Kind.DECLINED, 1)]
    assert progress_after(answers) == progress_after(answers[::-1])


@given(happenings)
def test_an_event_applied_twice_counts_once(events: list[Event]) -> None:
    assert progress_after(events + events) == progress_after(events)


@pytest.mark.parametrize(
    ("kinds", "stage"),
    [
        ([], Stage.WAITING),
        ([Kind.OFFERED], Stage.WAITING),
        ([Kind.ACCEPTED], Stage.SENT),
        ([Kind.ACCEPTED, Kind.FAILED], Stage.SENT),
        ([Kind.ACCEPTED, Kind.DELIVERED], Stage.DELIVERED),
        ([Kind.DELIVERED, Kind.OPENED], Stage.OPENED),
        ([Kind.ACCEPTED, Kind.UNREACHABLE], Stage.UNREACHABLE),
        ([Kind.UNREACHABLE, Kind.DELIVERED], Stage.DELIVERED),
        ([Kind.OPENED, Kind.CONFIRMED], Stage.CONFIRMED),
        ([Kind.OPENED, Kind.DECLINED], Stage.DECLINED),
        ([Kind.OPENED, Kind.WITHDRAWN], Stage.WITHDRAWN),
    ],
)
def test_the_stage_is_how_far_an_offer_has_come(kinds: list[str], stage: str) -> None:
    for order in permutations(event(kind, minute) for minute, kind in enumerate(kinds)):
        assert progress_after(list(order))["stage"] == stage


@given(before=happenings, after=happenings)
def test_an_offer_made_again_starts_anew_and_late_news_of_before_count_no_more(
    before: list[Event], after: list[Event]
) -> None:
    first, again = event(Kind.OFFERED, 0), event(Kind.OFFERED, 10)
    later = [event(one.kind, 10 + (one.at - NOON) // timedelta(minutes=1)) for one in after]
    anew = progress_after([again, *later])
    told = progress_after([first, *before, again, *before, *later])
    assert told["offered_at"] == first.at
    assert {**told, "offered_at": again.at} == anew


def test_each_thing_is_dated_by_its_first_time_and_the_answer_by_its_last() -> None:
    told = progress_after(
        [
            event(Kind.OPENED, 5),
            event(Kind.OPENED, 3),
            event(Kind.DECLINED, 7),
            event(Kind.CONFIRMED, 9),
            event(Kind.DECLINED, 8),
        ]
    )
    assert told["opened_at"] == NOON + timedelta(minutes=3)
    assert (told["answer"], told["answered_at"]) == (Kind.CONFIRMED, NOON + timedelta(minutes=9))
    assert told["last_event_at"] == NOON + timedelta(minutes=9)


# --- In the database ----------------------------------------------------------------------------
@pytest.mark.django_db
def test_recording_keeps_progress_up_to_date_for_every_offer_of_a_batch(
    offer: Offer, sh_offer: Offer
) -> None:
    record([event(Kind.ACCEPTED, 0, offer.pk), event(Kind.DELIVERED, 1, offer.pk)])
    record([event(Kind.ACCEPTED, 0, sh_offer.pk), event(Kind.OPENED, 2, offer.pk)])
    stages = dict(Progress.objects.values_list("offer", "stage"))
    assert stages == {offer.pk: Stage.OPENED, sh_offer.pk: Stage.SENT}


@pytest.mark.django_db
def test_progress_is_what_its_events_say(offer: Offer) -> None:
    for kind in (Kind.ACCEPTED, Kind.DELIVERED, Kind.OPENED, Kind.CONFIRMED):
        record([Event(offer=offer, kind=kind, at=timezone.now())])
    replayed = Progress(offer=offer)
    for one in offer.events.all():
        replayed.apply(one)
    assert model_to_dict(Progress.objects.get(pk=offer.pk)) == model_to_dict(replayed)


@pytest.mark.django_db
def test_an_event_that_cannot_be_kept_leaves_the_others_of_its_batch_out_too(offer: Offer) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        record([event(Kind.OPENED, 0, offer.pk), event("a kind far too long", 0, offer.pk)])
    assert [one.kind for one in offer.events.all()] == [Kind.OFFERED]
    assert Progress.objects.get(pk=offer.pk).stage == Stage.WAITING


@pytest.mark.django_db
def test_nothing_to_record_is_nothing() -> None:
    record([])
    assert not Progress.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["update", "save", "delete", "raw"])
def test_an_event_can_be_neither_changed_nor_deleted(offer: Offer, how: str) -> None:
    one = offer.events.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        if how == "update":
            Event.objects.update(kind=Kind.CONFIRMED)
        elif how == "save":
            one.actor = "somebody else"
            one.save()
        elif how == "delete":
            one.delete()
        else:
            Event.objects.filter(pk=one.pk)._raw_delete(using="default")
    assert offer.events.get().actor == "platform"


@pytest.mark.django_db
def test_an_offer_with_a_history_cannot_be_deleted(offer: Offer) -> None:
    assert OfferFactory._meta.model is Offer
    with pytest.raises(DatabaseError), transaction.atomic():
        Offer.objects.filter(pk=offer.pk)._raw_delete(using="default")
        with transaction.get_connection().cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Offer.objects.filter(pk=offer.pk).exists()
