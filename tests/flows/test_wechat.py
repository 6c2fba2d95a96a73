"""A candidate binds a WeChat account on the page and gets the next news there, with every process real."""

import re
import urllib.parse
from typing import Any

from candidates.models import Candidate, Channel, Offer
from notifications.models import Purpose
from notifications.states import State
from tests.factories import page_key
from tests.house import House
from tests.platform import result
from tests.sandbox.running import eventually
from tracking.models import Kind

OPENID = "oPhoneOfXiaoming"


def ask_for_a_code(house: House, offer: Offer) -> None:
    """As the page's button does: its form, with the token and the cookie of the page."""
    page = f"{house.stack.web_url}/n/{page_key(offer)}/"
    shown = house.http.request("GET", page)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.data.decode())
    assert token
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1]})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": shown.headers["Set-Cookie"].partition(";")[0],
        "Referer": page,
    }
    answer = house.http.request("POST", f"{page}wechat/", body=form, headers=headers)
    assert answer.status == 302, answer.data


def people(house: House) -> dict[str, Any]:
    told: dict[str, Any] = house.http.request("GET", f"{house.stack.sandbox_url}/wechat/people.json").json()
    return told


def do(house: House, what: str, **form: str) -> None:
    answer = house.http.request("POST", f"{house.stack.sandbox_url}/wechat/{what}", json=form)
    assert answer.status == 200, answer.data


def test_from_the_scanned_code_to_the_next_news_in_wechat_and_back(house: House) -> None:
    preferring = {"candidate__preferred_channels": ["sms"]}
    offer_id = house.signal(result(**preferring)).json()["offer_id"]
    house.wait_until_state(offer_id, State.DELIVERED)
    offer = Offer.objects.get(pk=offer_id)
    ask_for_a_code(house, offer)
    do(house, "scan", url=people(house)["codes"][0]["url"], openid=OPENID)
    eventually(lambda: offer.events.filter(kind=Kind.CONNECTED).exists())

    house.signal(result(**preferring, onboarding_at="2027-03-08T09:00:00+08:00"))
    [card] = eventually(lambda: house.inbox(channel="wechat"))
    assert card["to"] == OPENID
    change = offer.messages.get(purpose=Purpose.CHANGE_OF_FACTS)
    assert change.channel == Channel.WECHAT

    do(house, "unfollow", openid=OPENID)
    eventually(lambda: offer.events.filter(kind=Kind.DISCONNECTED).exists())
    assert not Candidate.objects.get(offers=offer).can_be_reached_on(Channel.WECHAT)
    house.signal(result(**preferring, onboarding_at="2027-03-15T09:00:00+08:00"))
    eventually(lambda: len(house.inbox(channel="sms")) == 2)
