"""The whole way once, as people live it: the platform signals, the phone rings, the candidate confirms, HR sees it."""

from uuid import UUID

from playwright.sync_api import Page, expect

from candidates.models import Offer, OfferState
from notifications.states import State
from tests.house import House
from tests.platform import result
from tests.sandbox.running import eventually
from tracking.models import Kind, Stage


def test_from_the_signal_to_the_confirmation_on_a_phone(house: House, page: Page, desk_page: Page) -> None:
    mail = result(candidate__preferred_channels=["email"])
    offer_id = house.signal(mail).json()["offer_id"]
    house.wait_until_state(offer_id, State.ACCEPTED)

    page.goto(house.inbox(channel="email")[0]["links"][0])
    expect(page.get_by_text("王小明")).to_be_visible()
    eventually(lambda: Offer.objects.get(pk=UUID(offer_id)).events.filter(kind=Kind.OPENED).exists())
    page.get_by_role("link", name="确认入职").click()
    page.get_by_role("button", name="是的，确认入职").click()
    expect(page.get_by_text("已确认").first).to_be_visible()

    offer = Offer.objects.get(pk=UUID(offer_id))
    assert (offer.state, offer.progress.stage) == (OfferState.CONFIRMED, Stage.CONFIRMED)
    the_branch_sees_it(house, desk_page, offer)


def the_branch_sees_it(house: House, desk_page: Page, offer: Offer) -> None:
    desk_page.goto(f"{house.stack.web_url}/dashboard/login/")
    desk_page.fill("[name=username]", "bj-cbd")
    desk_page.fill("[name=password]", "a long enough password")
    desk_page.get_by_role("button", name="登录").click()
    desk_page.wait_for_load_state()
    desk_page.goto(f"{house.stack.web_url}/dashboard/offers/{offer.pk}/")
    expect(desk_page.get_by_text("王小明").first).to_be_visible()
    expect(desk_page.get_by_text("已确认").first).to_be_visible()


def test_the_code_of_a_text_message_opens_the_page(house: House, page: Page) -> None:
    offer_id = house.signal(result(candidate__preferred_channels=["sms"])).json()["offer_id"]
    house.wait_until_state(offer_id, State.DELIVERED)
    text = house.inbox(channel="sms")[0]["text"]
    page.goto(f"{house.stack.web_url}/n/")
    page.fill("[name=phone]", "138 0013 8000")
    page.fill("[name=code]", text.split("验证码 ")[1].split("）")[0])
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_text("王小明")).to_be_visible()
