"""A real browser on the live site: `page` is a phone, `desk_page` a desk."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from scripts.browser import NoBrowser
from scripts.browser import browser as find_browser

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}


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
