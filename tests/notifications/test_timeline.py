"""What HR reads: the texts as they went out, without the keys that would let a reader answer."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from candidates.models import Offer
from notifications.timeline import timeline
from notifications.way_in import blotted, way_in
from tests.factories import MessageFactory
from tracking.models import Event, Kind
from tracking.record import record

TOKEN, CODE = "aB3-_" * 6, "12345678"


def test_the_key_in_a_link_is_blotted_out() -> None:
    words = way_in(token=TOKEN, code="", language="zh-hans").words
    assert blotted(f"请确认：{words}。") == "请确认：http://testserver/n/••••••/。"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_code_of_a_text_message_is_blotted_out(language: str) -> None:
    words = way_in(token=TOKEN, code=CODE, language=language).words
    shown = blotted(f"Answer: {words}")
    assert "1234" not in shown
    assert "5678" not in shown
    assert "http://testserver/n/" in shown


@pytest.mark.parametrize("text", ["请致电010-5550 6110", "Call 5550 6110", "2026 1207", "/n/"])
def test_other_numbers_stay(text: str) -> None:
    assert blotted(text) == text


@pytest.mark.django_db
def test_the_newest_comes_first_with_the_message_it_is_about(
    offer: Offer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    message, now = MessageFactory.create(offer=offer), timezone.now()
    for seconds, kind in enumerate((Kind.ACCEPTED, Kind.DELIVERED)):
        at = now + timedelta(seconds=seconds)
        record([Event(offer=offer, kind=kind, at=at, message_id=message.pk)])
    with django_assert_num_queries(2):
        entries = timeline(offer)
    assert [entry.event.kind for entry in entries] == [Kind.DELIVERED, Kind.ACCEPTED, Kind.OFFERED]
    assert [entry.message for entry in entries] == [message, message, None]


@pytest.mark.django_db
def test_another_offer_s_story_is_not_mixed_in(offer: Offer, sh_offer: Offer) -> None:
    assert {entry.event.offer_id for entry in timeline(offer)} == {offer.pk}
