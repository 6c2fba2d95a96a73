"""Notices by WeChat, as a person goes there: the product and the carrier's stand-in, each over HTTP."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from candidates.models import Candidate, Channel, Offer
from notifications.channels import http
from notifications.channels.wechat import client
from notifications.channels.wechat.people import BROWSER
from tests.browser.conftest import DESK, PHONE
from tests.factories import page_key
from tests.sandbox.running import (
    ACCOUNTS,
    AES_KEY,
    WECHAT_APP_ID,
    WECHAT_SECRET,
    WECHAT_TOKEN,
    Sandbox,
    eventually,
    start_sandbox,
)
from tracking.models import Kind

pytestmark = pytest.mark.django_db(transaction=True)
OPENID = "oPhoneOfXiaoming"
OFFER, REACHED = "用微信接收通知", "通知会通过微信发给您"


@pytest.fixture
def sandbox(live_server: LiveServer, settings: Settings) -> Iterator[Sandbox]:
    """Its events come to the live product, sealed."""
    sandbox = start_sandbox(
        "--wechat-callback",
        f"{live_server.url}/callbacks/wechat/",
        environment={**ACCOUNTS, "WECHAT_AES_KEY": AES_KEY},
    )
    settings.PUBLIC_URL, settings.WECHAT_API_URL = live_server.url, sandbox.url
    settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET = WECHAT_APP_ID, WECHAT_SECRET
    settings.WECHAT_TOKEN, settings.WECHAT_AES_KEY = WECHAT_TOKEN, AES_KEY
    _forget()
    yield sandbox
    http.pool.cache_clear()
    _forget()
    assert sandbox.stop() == 0


def _forget() -> None:
    cache.delete(client.TOKEN_KEY)
    client._own.clear()


@pytest.fixture
def address(live_server: LiveServer, offer: Offer) -> str:
    return f"{live_server.url}/n/{page_key(offer)}/"


@pytest.fixture
def wechat_page(browser: Browser) -> Iterator[Page]:
    """A phone with the page open in WeChat's own browser."""
    agent = f"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 {BROWSER}/8.0.50"
    context = browser.new_context(viewport=PHONE, locale="zh-CN", user_agent=agent, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def complaints(page: Page) -> list[str]:
    written: list[str] = []
    page.on("console", lambda message: written.append(message.text))
    page.on("pageerror", lambda error: written.append(str(error)))
    return written


def must_be_fit_to_show(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def scan_by_hand(browser: Browser, sandbox: Sandbox) -> None:
    """On another phone, where WeChat is: the stand-in's own page."""
    context = browser.new_context(viewport=PHONE)
    phone = context.new_page()
    phone.set_default_timeout(10_000)
    phone.goto(f"{sandbox.url}/")
    phone.get_by_role("link", name="微信：扫码").click()
    phone.get_by_label("openid").fill(OPENID)
    phone.get_by_role("button", name="扫码并关注").click()
    expect(phone.get_by_role("status")).to_contain_text(f"subscribe: {OPENID}")
    must_be_fit_to_show(phone)
    context.close()


def candidate_of(offer: Offer) -> Candidate:
    return Candidate.objects.get(pk=offer.candidate_id)


def test_scanning_the_code_turns_the_page_by_itself(
    page: Page, browser: Browser, sandbox: Sandbox, address: str, offer: Offer
) -> None:
    written = complaints(page)
    page.goto(address)
    expect(page.get_by_role("heading", name=OFFER)).to_be_visible()
    page.get_by_role("button", name="显示二维码").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("请用微信扫描二维码")
    code = page.get_by_role("img", name="公众号二维码")
    expect(code).to_be_in_viewport(ratio=1)
    assert code.evaluate("picture => picture.naturalWidth") >= 232
    must_be_fit_to_show(page)

    scan_by_hand(browser, sandbox)
    expect(page.get_by_role("heading", level=1)).to_have_text(REACHED)
    must_be_fit_to_show(page)
    page.get_by_role("link", name="返回通知").tap()
    expect(page.get_by_text(REACHED)).to_be_visible()
    assert candidate_of(offer).wechat_openid == OPENID
    assert offer.events.get(kind=Kind.CONNECTED).channel == Channel.WECHAT
    assert written == []


def test_the_same_without_javascript(
    page_without_javascript: Page, sandbox: Sandbox, address: str, offer: Offer
) -> None:
    page = page_without_javascript
    page.goto(address)
    page.get_by_role("button", name="显示二维码").click()
    page.get_by_role("link", name="我已关注").click()
    expect(page.get_by_role("status")).to_contain_text("尚未收到")
    code = sandbox.get("/wechat/people.json")["codes"][0]["url"]
    sandbox.post("/wechat/scan", {"url": code, "openid": OPENID})
    eventually(sandbox.settled)
    page.get_by_role("link", name="我已关注").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(REACHED)


@pytest.mark.parametrize("follows", [True, False])
def test_in_wechat_itself_a_tap_is_enough_for_who_follows(
    wechat_page: Page, sandbox: Sandbox, address: str, offer: Offer, follows: bool
) -> None:
    written = complaints(wechat_page)
    wechat_page.goto(address)
    wechat_page.get_by_role("button", name=OFFER).tap()
    # WeChat asks nothing here; its stand-in must be told whose phone it is.
    wechat_page.get_by_label("openid").fill(OPENID)
    wechat_page.get_by_role("checkbox").set_checked(follows)
    must_be_fit_to_show(wechat_page)
    wechat_page.get_by_role("button", name="继续").tap()
    heading = wechat_page.get_by_role("heading", level=1)
    expect(heading).to_have_text(REACHED if follows else "还差一步：请关注公众号")
    must_be_fit_to_show(wechat_page)
    if not follows:
        sandbox.post("/wechat/follow", {"openid": OPENID})
        expect(heading).to_have_text(REACHED)
    assert candidate_of(offer).can_be_reached_on(Channel.WECHAT)
    assert written == []


def test_the_page_before_a_code_is_asked_for_and_the_lost_way_are_fit_to_show(
    page: Page, sandbox: Sandbox, address: str, live_server: LiveServer
) -> None:
    page.goto(f"{address}wechat/")
    must_be_fit_to_show(page)
    page.goto(f"{live_server.url}/wechat/authorized/?code=1&state=2")
    must_be_fit_to_show(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_state_is_fit_to_show_on_a_desk_in_both_languages(
    desk_page: Page, sandbox: Sandbox, address: str, live_server: LiveServer, scheme: str, language: str
) -> None:
    assert desk_page.viewport_size == DESK
    desk_page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    desk_page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    desk_page.goto(address)
    must_be_fit_to_show(desk_page)
    desk_page.locator("form[action$='/wechat/'] button").click()
    expect(desk_page.locator(".qr img")).to_be_visible()
    must_be_fit_to_show(desk_page)
    code = sandbox.get("/wechat/people.json")["codes"][0]["url"]
    sandbox.post("/wechat/scan", {"url": code, "openid": OPENID})
    expect(desk_page.locator(".qr")).to_have_count(0)
    must_be_fit_to_show(desk_page)
