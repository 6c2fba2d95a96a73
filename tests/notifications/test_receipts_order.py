"""Two or three reports of one message, in every order, one by one or in one request: they come to the same."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations, permutations

import pytest
import time_machine
from django.db import transaction

from candidates.models import Offer
from notifications.channels.base import ParsedReceipt
from notifications.models import Message
from notifications.receipts import take_receipts
from notifications.states import RANK, State
from tests.factories import MessageFactory
from tests.notifications.twilio_receipts import receipt
from tracking.models import Progress

pytestmark = pytest.mark.django_db

REPORTS = {
    State.ACCEPTED: "",
    State.UNDELIVERED: "30003",
    State.DELIVERED: "",
    State.BOUNCED: "5.1.1",
    "": "",  # a word nobody knows
}
SEVERAL = [*combinations(REPORTS, 2), *combinations(REPORTS, 3)]
MOMENT = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(params=[State.SENDING, State.UNCERTAIN, State.ACCEPTED, State.EXPIRED])
def message(offer: Offer, request: pytest.FixtureRequest) -> Message:
    accepted_at = MOMENT if request.param == State.ACCEPTED else None
    return MessageFactory.create(
        offer=offer, state=request.param, provider="twilio", error_code="old", accepted_at=accepted_at
    )


def reports(message: Message, outcomes: Sequence[str]) -> list[ParsedReceipt]:
    return [
        replace(receipt(message, f"word {outcome}", code=REPORTS[outcome]), outcome=outcome)
        for outcome in outcomes
    ]


def ending(message: Message, outcomes: Sequence[str], *, together: bool) -> dict[str, object]:
    """All that is known of the message and its offer after these reports; then it is as it was before."""
    with transaction.atomic():
        several = reports(message, outcomes)
        for request in [several] if together else [[one] for one in several]:
            take_receipts(request)
        columns = ("state", "reference", "accepted_at", "delivered_at", "error_code", "error")
        known: dict[str, object] = {**Message.objects.filter(pk=message.pk).values(*columns).get()}
        known |= Progress.objects.filter(pk=message.offer_id).values().get()
        transaction.set_rollback(True)
    return known


@pytest.mark.parametrize("outcomes", SEVERAL, ids=" + ".join)
def test_the_order_in_which_reports_come_makes_no_difference(
    message: Message, outcomes: tuple[str, ...]
) -> None:
    with time_machine.travel(MOMENT, tick=False):
        found = [
            ending(message, order, together=together)
            for order in permutations(outcomes)
            for together in (True, False)
        ]
    assert all(one == found[0] for one in found), found
    known = [State(one) for one in [message.state, *outcomes] if one]
    assert found[0]["state"] == max(known, key=lambda state: RANK[state])


def test_what_is_overtaken_within_one_request_starts_no_next_channel(message: Message) -> None:
    take_receipts(reports(message, [State.UNDELIVERED, State.DELIVERED]))
    assert Message.objects.count() == 1
    take_receipts(reports(message, [State.BOUNCED]))
    assert Message.objects.count() == 2
