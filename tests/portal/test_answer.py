"""Seeing and answering by POST."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from branches.models import User
from candidates.models import Channel, DeclineReason, Offer, OfferState
from notifications.moves import move_by_hr
from tests.factories import page_key
from tests.notifications.workers import own_connection, somebody_waits_for_a_lock
from tests.sandbox.running import eventually
from tracking.answers import FactsMoved, confirm
from tracking.models import Kind, Stage


@pytest.fixture
def over(offer: Offer) -> Offer:
    """The deadline was a moment ago."""
    offer.answer_by = offer.created_at
    offer.save()
    return offer


def kinds(offer: Offer) -> list[str]:
    return list(offer.events.order_by("at", "id").values_list("kind", flat=True))


def test_seen_notes_the_opening_once_with_the_keys_channel(client: Client, offer: Offer) -> None:
    address = f"/n/{page_key(offer, channel=Channel.EMAIL)}/seen/"
    assert [client.post(address).status_code for _ in range(3)] == [204, 204, 204]
    event = offer.events.get(kind=Kind.OPENED)
    assert event.channel == Channel.EMAIL
    offer.progress.refresh_from_db()
    assert offer.progress.stage == Stage.OPENED


def test_seen_is_not_told_by_a_get(client: Client, offer: Offer, address: str) -> None:
    assert client.get(address + "seen/").status_code == 405
    assert kinds(offer) == [Kind.OFFERED]


def test_confirming_asks_once_more_and_then_confirms(client: Client, offer: Offer, address: str) -> None:
    question = client.get(address + "confirm/")
    assert "您确定要确认入职吗" in question.content.decode()
    assert kinds(offer) == [Kind.OFFERED]
    page = client.post(address + "confirm/", follow=True)
    assert page.redirect_chain == [(address, 302)]
    assert "您已确认入职" in page.content.decode()
    offer.refresh_from_db()
    assert offer.state == OfferState.CONFIRMED
    assert kinds(offer) == [Kind.OFFERED, Kind.OPENED, Kind.CONFIRMED]


def test_confirming_twice_is_confirming_once(client: Client, offer: Offer, address: str) -> None:
    for _ in range(2):
        assert client.post(address + "confirm/").status_code == 302
    assert kinds(offer).count(Kind.CONFIRMED) == 1


def test_a_yes_to_a_day_that_has_moved_meanwhile_is_asked_for_once_more(
    client: Client, offer: Offer, address: str, bj_hr: User
) -> None:
    question = client.get(address + "confirm/").content.decode()
    read = dict(re.findall(r'name="(changes)" value="(\d+)"', question))
    later = offer.onboarding_at + timedelta(days=7)
    move_by_hr(offer=offer, onboarding_at=later, branch=offer.branch, by=bj_hr)
    asked_again = client.post(address + "confirm/", read, follow=True)
    assert asked_again.redirect_chain == [(address + "confirm/", 302)]
    assert kinds(offer).count(Kind.CONFIRMED) == 0
    read = dict(re.findall(r'name="(changes)" value="(\d+)"', asked_again.content.decode()))
    client.post(address + "confirm/", read)
    assert kinds(offer).count(Kind.CONFIRMED) == 1


@pytest.mark.django_db(transaction=True)
def test_a_yes_at_the_very_moment_of_a_move_is_none_to_the_new_day(offer: Offer, bj_hr: User) -> None:
    def says_yes() -> None:
        with own_connection():
            confirm(offer=offer, channel=Channel.SMS, changes=0)

    with ThreadPoolExecutor(1) as person:
        with transaction.atomic():
            later = offer.onboarding_at + timedelta(days=7)
            move_by_hr(offer=offer, onboarding_at=later, branch=offer.branch, by=bj_hr)
            yes = person.submit(says_yes)
            eventually(lambda: yes.done() or somebody_waits_for_a_lock())
        with pytest.raises(FactsMoved):
            yes.result()
    offer.refresh_from_db()
    assert offer.state == OfferState.OFFERED


def test_declining_takes_one_of_the_reasons(client: Client, offer: Offer, address: str) -> None:
    for wrong in ("", "because"):
        refused = client.post(address + "decline/", {"reason": wrong})
        assert refused.status_code == 200
        assert 'role="alert"' in refused.content.decode()
    assert kinds(offer) == [Kind.OFFERED]
    page = client.post(address + "decline/", {"reason": DeclineReason.PAY}, follow=True)
    assert "您已婉拒" in page.content.decode()
    offer.refresh_from_db()
    assert (offer.state, offer.decline_reason) == (OfferState.DECLINED, DeclineReason.PAY)


def test_an_answer_can_be_changed_before_the_deadline(client: Client, offer: Offer, address: str) -> None:
    client.post(address + "decline/", {"reason": DeclineReason.PAY})
    client.post(address + "confirm/")
    offer.refresh_from_db()
    assert (offer.state, offer.decline_reason) == (OfferState.CONFIRMED, "")


@pytest.mark.parametrize("end", ["confirm/", "decline/"])
def test_after_the_deadline_an_answer_is_refused_with_a_number_to_call(
    client: Client, over: Offer, address: str, end: str
) -> None:
    for response in (client.get(address + end), client.post(address + end, {"reason": "pay"})):
        assert response.status_code == 409
        assert 'href="tel:01055506110"' in response.content.decode()
    assert kinds(over) == [Kind.OFFERED]


@pytest.mark.parametrize("end", ["confirm/", "decline/"])
def test_a_withdrawn_offer_takes_no_answer(client: Client, offer: Offer, address: str, end: str) -> None:
    Offer.objects.filter(pk=offer.pk).update(state=OfferState.WITHDRAWN)
    response = client.post(address + end, {"reason": "pay"})
    assert response.status_code == 409
    assert "本录用通知已撤回" in response.content.decode()


def test_another_site_cannot_answer_for_the_candidate(offer: Offer, address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(address)
    for end in ("confirm/", "decline/", "seen/"):
        refused = client.post(address + end, headers={"origin": "https://evil.example"})
        assert refused.status_code == 403
    assert "请重试一次" in refused.content.decode()
    assert kinds(offer) == [Kind.OFFERED]


def test_the_candidates_own_form_is_taken_over_https(offer: Offer, address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(address + "confirm/", secure=True)
    form = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    origin = {"origin": "https://testserver"}
    assert client.post(address + "confirm/", form, secure=True, headers=origin).status_code == 302
