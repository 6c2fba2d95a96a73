"""The candidate chooses how to be written to, and the platform does not choose otherwise."""

import pytest
from django.test import Client

from candidates.models import Offer, OfferState
from candidates.payload import parse_result
from notifications.intake.facts import describe
from notifications.models import Purpose
from notifications.plan import plan
from tests import platform

CHOICE = {"first": "email", "style": "detailed", "language": "en"}


def test_the_page_offers_what_reaches_the_person_and_shows_no_address_in_full(
    client: Client, address: str
) -> None:
    shown = client.get(address + "preferences/").content.decode()
    assert "短信 · " in shown
    assert "13800138000" not in shown
    assert 'value="email"' in shown
    assert 'value="wechat"' not in shown  # no account is bound


def test_what_is_chosen_counts_from_the_next_message_on(client: Client, offer: Offer, address: str) -> None:
    saved = client.post(address + "preferences/", CHOICE, follow=True)
    assert saved.redirect_chain == [(address, 302)]
    offer.candidate.refresh_from_db()
    assert offer.candidate.preferred_channels == ["email", "sms"]
    assert (offer.candidate.style, offer.candidate.language) == ("detailed", "en")
    message = plan(offer=Offer.objects.get(pk=offer.pk), purpose=Purpose.PASS_NOTICE)
    assert message is not None
    assert (message.channel, message.reasons) == ("email", ["preferred"])


@pytest.mark.parametrize(
    "wrong", [{"first": "wechat"}, {"first": ""}, {"style": "loud"}, {"language": "tlh"}]
)
def test_what_is_not_offered_is_refused_and_nothing_is_kept(
    client: Client, offer: Offer, address: str, wrong: dict[str, str]
) -> None:
    refused = client.post(address + "preferences/", {**CHOICE, **wrong})
    assert refused.status_code == 200
    assert 'role="alert"' in refused.content.decode()
    offer.candidate.refresh_from_db()
    assert offer.candidate.preferences_set_at is None


def test_the_platform_does_not_choose_otherwise(client: Client, offer: Offer, address: str) -> None:
    client.post(address + "preferences/", CHOICE)
    offer.candidate.refresh_from_db()
    wishes = {"candidate__preferred_channels": ["sms"], "candidate__style": "concise"}
    describe(offer.candidate, parse_result(platform.encode(platform.result(**wishes))))
    assert offer.candidate.preferred_channels == ["email", "sms"]
    assert (offer.candidate.style, offer.candidate.language) == ("detailed", "en")


def test_nothing_is_asked_about_a_withdrawn_offer(client: Client, offer: Offer, address: str) -> None:
    offer.state = OfferState.WITHDRAWN
    offer.save()
    assert client.get(address + "preferences/").status_code == 302
