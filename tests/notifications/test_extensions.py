"""More time to answer, and an answer by HR: what moves with them."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from branches.models import User
from candidates.deadline import NoExtension
from candidates.models import DeclineReason, Extension, Offer, OfferState
from notifications.answered_by_hr import record_answer
from notifications.extensions import NotExtended, extend
from notifications.models import Schedule
from tests.dashboard.story import happened
from tracking.models import Kind, Progress

pytestmark = pytest.mark.django_db


def in_days(days: float) -> datetime:
    return timezone.now() + timedelta(days=days)


@pytest.fixture(autouse=True)
def planned(offer: Offer) -> None:
    """The planner means to look again in a year."""
    Schedule.objects.update(look_at=in_days(365))


def is_looked_at_next(offer: Offer) -> bool:
    look_at = Schedule.objects.get(pk=offer.pk).look_at
    return look_at is not None and look_at <= timezone.now()


def extended(offer: Offer, by: User, until: datetime) -> Offer:
    return extend(offer=offer, until=until, reason="正在等毕业答辩", by=by)


def test_the_deadline_moves_with_its_reason_and_the_planner_looks_again(
    offer: Offer, bj_cbd_hr: User
) -> None:
    until, before = in_days(5), offer.answer_by
    assert extended(offer, bj_cbd_hr, until).answer_by == until
    assert Offer.objects.get(pk=offer.pk).answer_by == until
    kept = Extension.objects.get()
    assert (kept.before, kept.until, kept.reason, kept.by) == (before, until, "正在等毕业答辩", bj_cbd_hr)
    event = offer.events.get(kind=Kind.EXTENDED)
    assert (event.actor, event.at, event.detail) == ("bj-cbd", kept.at, "")
    assert is_looked_at_next(offer)


def test_it_is_no_longer_hrs_task_until_it_is_handed_over_again(offer: Offer, bj_cbd_hr: User) -> None:
    happened(offer, Kind.HANDED_OVER)
    extended(offer, bj_cbd_hr, in_days(5))
    assert Progress.objects.get(pk=offer.pk).handed_over_at is None
    happened(offer, Kind.HANDED_OVER)
    assert Progress.objects.get(pk=offer.pk).handed_over_at is not None


def test_sent_twice_it_is_one_extension(offer: Offer, bj_cbd_hr: User) -> None:
    extension_id = uuid7()
    for _ in range(2):
        extend(offer=offer, until=in_days(5), reason="答辩", by=bj_cbd_hr, extension_id=extension_id)
    assert Extension.objects.count() == 1


@pytest.mark.parametrize(
    ("days", "why"),
    [
        (-1, NoExtension.PAST),
        (2, NoExtension.NOT_LATER),
        (15, NoExtension.AFTER_THE_FIRST_DAY),
    ],
)
def test_what_is_no_later_deadline_is_refused_with_its_reason(
    days: int, why: NoExtension, offer: Offer, bj_cbd_hr: User
) -> None:
    with pytest.raises(NotExtended) as refused:
        extended(offer, bj_cbd_hr, in_days(days))
    assert refused.value.why == why
    assert not Extension.objects.exists()


def test_who_has_answered_needs_no_more_time(offer: Offer, bj_cbd_hr: User) -> None:
    Offer.objects.update(state=OfferState.CONFIRMED)
    with pytest.raises(NotExtended):
        extended(offer, bj_cbd_hr, in_days(5))


@pytest.mark.parametrize("reason", [None, DeclineReason.PAY])
def test_an_answer_by_hr_makes_the_planner_look_again(
    reason: DeclineReason | None, offer: Offer, bj_cbd_hr: User
) -> None:
    answered = record_answer(offer=offer, reason=reason, by=bj_cbd_hr)
    assert answered.state == (OfferState.DECLINED if reason else OfferState.CONFIRMED)
    assert is_looked_at_next(offer)
