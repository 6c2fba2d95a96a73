"""HR's own words, from the form to the phone, with every process real."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.urls import reverse

from branches.models import User
from candidates.models import Offer
from notifications.models import ApprovedWording, Message
from notifications.states import FAILED, State
from tests.dashboard.story import signed_in
from tests.house import House
from tests.platform import result
from tests.sandbox.running import eventually
from tracking.models import Kind

WORDS = "您来电询问的停车问题已问清，报到当天可停在大厦地下二层"
NUMBER = "3f2c8f7e-95c8-4a5e-9f62-0d4b3a1f7c55"


def write(offer_id: str, *, channel: str) -> None:
    """As the branch's HR sends the form, with a double click."""
    person = signed_in(User.objects.get(username="bj-cbd"))
    wording = ApprovedWording.objects.get(title_en="About your call")
    form = {"number": NUMBER, "wording": str(wording.pk), "channel": channel, "text": WORDS, "send": "1"}
    for _ in range(2):
        assert person.post(reverse("dashboard:write", args=[offer_id]), form).status_code == 302


def contact(offer_id: str, channel: str, state: State) -> Message:
    found = Message.objects.filter(offer=UUID(offer_id), purpose="hr_contact", channel=channel, state=state)
    return cast(Message, eventually(found.first, within=20))


def test_words_reach_the_phone_once_under_the_branchs_name(house: House) -> None:
    offer_id = house.signal(result()).json()["offer_id"]
    house.wait_until_state(offer_id, State.DELIVERED)
    write(offer_id, channel="sms")
    message = contact(offer_id, "sms", State.DELIVERED)
    received = [one["text"] for one in house.inbox(channel="sms") if WORDS in one["text"]]
    assert received == [message.text]
    assert f"{WORDS}。如有疑问请致电" in message.text
    assert Offer.objects.get(pk=offer_id).events.filter(kind=Kind.WRITTEN).count() == 1


def test_words_to_a_number_that_fails_arrive_by_mail(house: House) -> None:
    """Numbers that end in 0001 do not exist; the notice had to go by mail as well."""
    unknown = result(candidate__phone="+8613900000001", candidate__preferred_channels=["email"])
    offer_id = house.signal(unknown).json()["offer_id"]
    house.wait_until_state(offer_id, State.ACCEPTED)
    write(offer_id, channel="sms")
    mail = contact(offer_id, "email", State.ACCEPTED)
    assert Message.objects.get(offer=UUID(offer_id), purpose="hr_contact", channel="sms").state in FAILED
    assert mail.reasons[0].startswith("after:sms")
    assert any(WORDS in one["text"] for one in house.inbox(channel="email"))
