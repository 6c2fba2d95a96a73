"""A real browser on the live site: `page` is a phone, `desk_page` a desk."""

import os
from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from notifications.sample.load import load_sample
from scripts.browser import NoBrowser
from scripts.browser import browser as find_browser

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
PASSWORD = "a long enough password"


# Not for the whole session: other tests start a Playwright of their own, and a thread holds only one.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    try:
        path = find_browser()
    except NoBrowser as missing:
        pytest.fail(str(missing))
    # Playwright runs an event loop in this thread, next to which Django refuses its database unless told so.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # Chromium's own sandbox needs rights that root in a container does not have.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def _open(
    browser: Browser, viewport: ViewportSize, *, javascript: bool = True, phone: bool = False
) -> Iterator[Page]:
    context = browser.new_context(
        viewport=viewport, locale="zh-CN", java_script_enabled=javascript, has_touch=phone
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    yield from _open(browser, PHONE, phone=True)


@pytest.fixture
def page_without_javascript(browser: Browser) -> Iterator[Page]:
    yield from _open(browser, PHONE, javascript=False, phone=True)


@pytest.fixture
def desk_page(browser: Browser) -> Iterator[Page]:
    yield from _open(browser, DESK)


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def screen(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page on each size of screen, which must not have complained when the test ends."""
    context = browser.new_context(
        viewport=request.param, locale="zh-CN", has_touch=request.param == PHONE, reduced_motion="reduce"
    )
    page, said = context.new_page(), []
    page.set_default_timeout(10_000)
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    # The browser notes it when a page is answered with 422, as a refused form is.
    assert [one for one in said if "status of 422" not in one] == []


@pytest.fixture
def sample_bank(db: None, settings: Settings) -> None:
    """Its people sign in with PASSWORD."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick ones
    load_sample(password=PASSWORD)


def open_dashboard(page: Page, live_server: LiveServer, name: str, person: str, **asked: str) -> None:
    """Somebody of the sample bank signs in and opens a page of the dashboard."""
    page.goto(f"{live_server.url}{reverse('dashboard:home')}")
    page.locator("[name=username]").fill(person)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form.card button").click()
    expect(page.locator(".bar-nav")).to_be_visible()
    query = "&".join(f"{key}={value}" for key, value in asked.items())
    page.goto(f"{live_server.url}{reverse(f'dashboard:{name}')}?{query}")
