"""The candidate's way on a phone: from the link in the message to the answer."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, Response, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from candidates.models import Channel, DeclineReason, Offer, OfferState
from notifications.channels import transport_for
from notifications.models import Message, TemplateVersion
from notifications.outbox import claim
from tests.factories import MessageFactory, page_key
from tracking import answers
from tracking.models import Kind

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "12345678"


@pytest.fixture
def link(offer: Offer, pass_notice: TemplateVersion, live_server: LiveServer, settings: Settings) -> str:
    """The address in a message, as the worker composed and froze it."""
    settings.PUBLIC_URL = live_server.url
    transport = transport_for(Channel.EMAIL)
    assert transport
    message: Message = MessageFactory.create(offer=offer, channel=Channel.EMAIL)
    claim(transport=transport, limit=1)
    message.refresh_from_db()
    found = re.search(rf"{live_server.url}/n/[\w-]+/", message.text)
    assert found
    return found[0]


def is_seen(response: Response) -> bool:
    return response.url.endswith("/seen/")


def complaints(page: Page) -> list[str]:
    """What Chromium writes to the console from now on: a refused script, a missing file, an error."""
    written: list[str] = []
    page.on("console", lambda message: written.append(message.text))
    page.on("pageerror", lambda error: written.append(str(error)))
    return written


def fits(page: Page) -> bool:
    """Whether nothing sticks out sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


# --- The story ------------------------------------------------------------------------------------
def test_from_the_link_in_the_message_to_the_confirmation(page: Page, link: str, offer: Offer) -> None:
    written = complaints(page)
    with page.expect_response(is_seen) as seen:
        page.goto(link)
    assert seen.value.status == 204
    assert offer.events.get(kind=Kind.OPENED).channel == Channel.EMAIL

    page.get_by_role("link", name="确认入职").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("您确定要确认入职吗？")
    page.get_by_role("button", name="是的，确认入职").tap()
    expect(page.get_by_role("status")).to_contain_text("您已确认入职")
    offer.refresh_from_db()
    assert offer.state == OfferState.CONFIRMED
    assert written == []


def test_the_same_without_javascript(page_without_javascript: Page, link: str, offer: Offer) -> None:
    page = page_without_javascript
    page.goto(link)
    page.get_by_role("link", name="确认入职").click()
    page.get_by_role("button", name="是的，确认入职").click()
    expect(page.get_by_role("status")).to_contain_text("您已确认入职")
    offer.refresh_from_db()
    assert offer.state == OfferState.CONFIRMED


def test_an_address_that_is_only_fetched_is_not_opened(page: Page, link: str, offer: Offer) -> None:
    assert page.request.get(link).ok
    assert not offer.events.filter(kind=Kind.OPENED).exists()


def test_a_page_in_the_background_is_not_seen_until_it_comes_to_the_front(
    page: Page, link: str, offer: Offer
) -> None:
    told: list[str] = []
    page.on("request", lambda request: told.extend([request.url] if "/seen/" in request.url else []))
    hidden = "Object.defineProperty(document, 'visibilityState', {get: () => window.front || 'hidden'})"
    page.add_init_script(hidden)
    page.clock.install()
    page.goto(link)
    page.evaluate("window.dispatchEvent(new Event('scroll'))")
    page.clock.run_for(60_000)
    assert told == []
    with page.expect_response(is_seen):
        page.evaluate("window.front = 'visible'; document.dispatchEvent(new Event('visibilitychange'))")
        page.clock.run_for(1_000)
    assert len(told) == 1
    assert offer.events.filter(kind=Kind.OPENED).count() == 1


def test_declining_needs_a_reason_and_can_be_taken_back(page: Page, link: str, offer: Offer) -> None:
    page.goto(link)
    page.get_by_role("link", name="婉拒").tap()
    page.get_by_role("button", name="婉拒录用").tap()
    # The browser itself points at what is missing.
    expect(page.locator("input:invalid").first).to_be_attached()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="婉拒录用").tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("您已婉拒")
    page.get_by_role("link", name="改为确认入职").tap()
    page.get_by_role("button", name="是的，确认入职").tap()
    expect(page.get_by_role("status")).to_contain_text("您已确认入职")
    offer.refresh_from_db()
    assert (offer.state, offer.decline_reason) == (OfferState.CONFIRMED, "")


def test_phone_and_code_open_the_page(page: Page, live_server: LiveServer, offer: Offer) -> None:
    page_key(offer, code=CODE)
    page.goto(f"{live_server.url}/")
    page.get_by_label("手机号码").fill("138 0013 8000")
    page.get_by_label("验证码").fill("8765 4321")
    page.get_by_role("button", name="查看").tap()
    expect(page.get_by_role("alert")).to_contain_text("不匹配")
    page.get_by_label("验证码").fill("1234 5678")
    page.get_by_role("button", name="查看").tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("王小明")


def test_the_switch_turns_the_page_into_english_and_back(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="English").tap()
    expect(page.get_by_role("link", name="Confirm joining")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("button", name="简体中文").tap()
    expect(page.get_by_role("link", name="确认入职")).to_be_visible()


def test_the_keyboard_alone_can_answer(desk_page: Page, link: str, offer: Offer) -> None:
    desk_page.goto(link)
    desk_page.keyboard.press("Tab")
    expect(desk_page.get_by_role("link", name="跳到正文")).to_be_focused()
    desk_page.keyboard.press("Enter")
    confirm = desk_page.get_by_role("link", name="确认入职")
    for _ in range(10):
        desk_page.keyboard.press("Tab")
        if confirm.evaluate("element => element === document.activeElement"):
            break
    desk_page.keyboard.press("Enter")
    button = desk_page.get_by_role("button", name="是的，确认入职")
    button.focus()
    desk_page.keyboard.press("Enter")
    expect(desk_page.get_by_role("status")).to_contain_text("您已确认入职")


# --- How it looks -----------------------------------------------------------------------------------
def test_the_first_screen_holds_when_where_whom_and_the_answer(page: Page, link: str) -> None:
    page.goto(link)
    for place in (
        page.get_by_role("heading", level=1),
        page.get_by_text("入职时间"),
        page.get_by_text("报到地点"),
        page.get_by_text("身份证原件及复印件"),
        page.locator(".facts .call").first,
        page.get_by_role("link", name="确认入职"),
        page.get_by_role("link", name="婉拒"),
    ):
        expect(place).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("state", ["offered", "confirmed", "declined", "withdrawn", "late"])
def test_every_state_of_the_page_fits_a_phone_and_is_accessible(
    page: Page, live_server: LiveServer, offer: Offer, state: str, language: str, scheme: str
) -> None:
    bring_to(offer, state)
    address = f"{live_server.url}/n/{page_key(offer)}/"
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    for end in ("", "confirm/", "decline/"):
        page.goto(address + end)
        assert fits(page), end
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def bring_to(offer: Offer, state: str) -> None:
    if state == "confirmed":
        answers.confirm(offer=offer, channel=Channel.SMS)
    elif state == "declined":
        answers.decline(offer=offer, channel=Channel.SMS, reason=DeclineReason.PAY)
    elif state == "withdrawn":
        Offer.objects.filter(pk=offer.pk).update(state=OfferState.WITHDRAWN)
    elif state == "late":
        Offer.objects.filter(pk=offer.pk).update(answer_by=timezone.now() - timedelta(minutes=1))


@pytest.mark.parametrize("path", ["/n/", "/n/unknown-key/", "/nowhere/"])
def test_the_door_and_the_wrong_doors_are_accessible(page: Page, live_server: LiveServer, path: str) -> None:
    page.goto(live_server.url + path)
    assert fits(page)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_nothing_is_loaded_from_outside(page: Page, link: str, live_server: LiveServer) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(link)
    outside = [url for url in asked if not url.startswith((live_server.url, "data:"))]
    assert outside == []
    assert len(asked) >= 5
