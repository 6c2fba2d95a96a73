"""A reminder for yesterday is not sent, nor a notice of a day that has begun."""

from datetime import timedelta

import pytest
from django.utils import timezone

from candidates.models import Offer
from notifications.channels import TRANSPORTS
from notifications.expiry import is_too_late
from notifications.models import Message, Purpose
from notifications.outbox import TOO_LATE, claim
from notifications.states import State
from tests.factories import MessageFactory, published
from tracking.models import Event, Kind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pass_notice")]
MINUTE = timedelta(minutes=1)


def claimed() -> int:
    return len(claim(transport=TRANSPORTS["twilio"], limit=10).envelopes)


@pytest.mark.parametrize(
    ("purpose", "fact"),
    [
        (Purpose.PASS_NOTICE, "onboarding_at"),
        (Purpose.CHANGE_OF_FACTS, "onboarding_at"),
        (Purpose.THE_DAY, "onboarding_at"),
        (Purpose.UNREAD, "answer_by"),
        (Purpose.UNCONFIRMED, "answer_by"),
    ],
)
def test_a_message_is_too_late_by_the_offer_s_moments_as_they_are_now(
    offer: Offer, purpose: str, fact: str
) -> None:
    message = MessageFactory.create(offer=offer, purpose=purpose)
    end = getattr(offer, fact)
    assert not is_too_late(message, at=end - MINUTE)
    assert is_too_late(message, at=end)
    setattr(offer, fact, end + timedelta(days=7))
    assert not is_too_late(message, at=end)


@pytest.mark.parametrize("purpose", [Purpose.WITHDRAWAL, Purpose.HR_REPLY, Purpose.WELCOME_LETTER])
def test_what_is_about_no_coming_day_is_never_too_late(offer: Offer, purpose: str) -> None:
    message = MessageFactory.create(offer=offer, purpose=purpose)
    assert not is_too_late(message, at=offer.onboarding_at + timedelta(days=30))


@pytest.mark.parametrize("state", [State.PLANNED, State.UNCERTAIN])
def test_a_reminder_for_yesterday_is_given_up_noted_and_sent_by_no_other_channel(
    offer: Offer, state: str
) -> None:
    published(Purpose.ONE_DAY)
    late = MessageFactory.create(
        offer=offer,
        purpose=Purpose.ONE_DAY,
        state=state,
        provider="twilio",
        expires_at=timezone.now() - MINUTE,
    )
    assert claimed() == 0
    late.refresh_from_db()
    assert (late.state, late.error_code) == (State.EXPIRED, TOO_LATE)
    assert Event.objects.get(kind=Kind.FAILED).detail == TOO_LATE
    assert Message.objects.count() == 1


def test_the_same_reminder_goes_out_while_its_day_lasts(offer: Offer) -> None:
    published(Purpose.ONE_DAY)
    MessageFactory.create(offer=offer, purpose=Purpose.ONE_DAY, expires_at=timezone.now() + MINUTE)
    assert claimed() == 1
