"""Many rows in one statement: what is written is what Django itself would write."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from candidates.models import Offer
from notifications.models import Message
from tests.factories import MessageFactory, OfferFactory
from tracking.bulk import update_rows

pytestmark = pytest.mark.django_db
HOSTILE = "'); DROP TABLE branches_user; -- %s %(x)s \\ \" 王小明 😀\n"


def test_each_row_gets_its_own_values_in_one_statement(
    offer: Offer, english_offer: Offer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [MessageFactory.create(offer=one) for one in (offer, english_offer)]
    untouched = MessageFactory.create(offer=OfferFactory.create(branch=offer.branch), text="bleibt")
    moment = timezone.now() + timedelta(days=1)
    for number, row in enumerate(rows):
        row.text, row.error, row.tries = f"{HOSTILE}{number}", HOSTILE[:100], number
        row.accepted_at = moment if number else None
    with django_assert_num_queries(1):
        update_rows(rows, ["text", "error", "tries", "accepted_at"])
    for number, row in enumerate(Message.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")):
        assert row.text == f"{HOSTILE}{number}"
        assert row.error == HOSTILE[:100]
        assert (row.tries, row.accepted_at) == (number, moment if number else None)
    untouched.refresh_from_db()
    assert untouched.text == "bleibt"


def test_nothing_costs_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        update_rows([], ["text"])
