"""An address at which nothing arrives is left alone until it is another one."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from branches.models import User
from candidates.contact_points import addresses, forget_replaced
from candidates.models import Offer
from notifications.channels import TRANSPORTS
from notifications.channels.base import ParsedReceipt, TransportError
from notifications.models import Purpose
from notifications.outbox import Tried, claim, finish
from notifications.plan import plan
from notifications.receipts import take_receipts
from notifications.states import State
from tests.factories import MessageFactory, reached_by

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pass_notice")]
TWILIO = TRANSPORTS["twilio"]


def refused(offer: Offer, *, code: str, permanent: bool = True) -> None:
    """The carrier refuses a text message of the offer."""
    plan(offer=offer, purpose=Purpose.PASS_NOTICE)
    batch = claim(transport=TWILIO, limit=1)
    error = TransportError("refused", code=code, permanent=permanent)
    finish(lease=batch.lease, tried=[Tried(batch.envelopes[0].message_id, error, timezone.now(), 1)])
    offer.candidate.refresh_from_db()


@pytest.mark.parametrize("code", ["21211", "21610"])
def test_a_refused_number_is_not_used_again(offer: Offer, code: str) -> None:
    assert reached_by(offer)[0] == "sms"
    refused(offer, code=code)
    assert offer.candidate.unusable_channels == {"sms": code}
    assert reached_by(offer) == ["email"]
    later = plan(offer=offer, purpose=Purpose.THREE_DAYS)
    assert later is not None
    assert later.channel == "email"


@pytest.mark.parametrize(("code", "permanent"), [("21617", True), ("20003", False), ("30003", True)])
def test_a_failure_that_is_not_about_the_number_leaves_it_usable(
    offer: Offer, code: str, permanent: bool
) -> None:
    refused(offer, code=code, permanent=permanent)
    assert offer.candidate.unusable_channels == {}


def test_a_mail_that_comes_back_marks_the_address(offer: Offer) -> None:
    message = MessageFactory.create(
        offer=offer, channel="email", provider="smtp", state=State.ACCEPTED, accepted_at=timezone.now()
    )
    bounce = ParsedReceipt("smtp", "b1", "failed", State.BOUNCED, message_id=message.pk, code="5.1.1")
    take_receipts([bounce])
    offer.candidate.refresh_from_db()
    assert offer.candidate.unusable_channels == {"email": "5.1.1"}
    full = ParsedReceipt("smtp", "b2", "failed", State.BOUNCED, message_id=message.pk, code="5.2.2")
    take_receipts([full])
    offer.candidate.refresh_from_db()
    assert offer.candidate.unusable_channels == {"email": "5.1.1"}


def test_a_new_address_is_worth_a_try_and_the_old_one_is_not(offer: Offer) -> None:
    candidate = offer.candidate
    candidate.unusable_channels = {"sms": "21211", "email": "550"}
    before = addresses(candidate)
    candidate.phone = "+8613800138009"
    forget_replaced(candidate, before=before)
    assert candidate.unusable_channels == {"email": "550"}
    candidate.save()
    assert reached_by(offer) == ["sms"]


def test_the_branch_sees_why_an_address_is_not_used(client: Client, bj_cbd_hr: User, offer: Offer) -> None:
    refused(offer, code="21610")
    client.force_login(bj_cbd_hr, backend="branches.permissions.RoleBackend")
    page = client.get(reverse("dashboard:offer", args=[offer.pk])).content.decode()
    assert page.count(str(TWILIO.errors["21610"])) >= 2  # beside the number, and beside the message
