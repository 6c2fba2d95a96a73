"""An HR officer's way through the dashboard, at a desk and on a phone."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from branches.models import AccessRecord, User
from candidates.models import Channel, Offer
from notifications.models import TemplateVersion
from notifications.states import State
from tests.dashboard.story import confirmed, sent, unreachable
from tests.factories import PASSWORD


@pytest.fixture
def season(
    offer: Offer, english_offer: Offer, sh_offer: Offer, pass_notice: TemplateVersion, bj_cbd_hr: User
) -> None:
    unreachable(offer)
    sent(offer, channel=Channel.EMAIL, state=State.BOUNCED, code="550", version=pass_notice)
    sent(english_offer, channel=Channel.EMAIL, version=pass_notice)
    confirmed(english_offer)


@pytest.fixture
def console(desk_page: Page, page: Page) -> Iterator[list[str]]:
    """What the browsers complained about: errors of scripts, and what the CSP forbade."""
    said: list[str] = []
    for one in (desk_page, page):
        one.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        one.on("pageerror", lambda error: said.append(str(error)))
    yield said
    assert said == []


def sign_in(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}{reverse('dashboard:home')}")
    page.get_by_label("用户名").fill("bj-cbd")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("今日待办")


def assert_presentable(page: Page) -> None:
    """No accessibility violation, nothing wider than the screen, nothing from outside."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    origins = page.evaluate("performance.getEntriesByType('resource').map(e => new URL(e.name).origin)")
    assert set(origins) <= {re.sub(r"(https?://[^/]+).*", r"\1", page.url)}


def test_from_signing_in_to_one_candidates_data(
    desk_page: Page, live_server: LiveServer, season: None, console: list[str]
) -> None:
    sign_in(desk_page, live_server)
    assert_presentable(desk_page)
    desk_page.get_by_role("link", name="候选人", exact=True).click()
    desk_page.get_by_text("筛选", exact=True).first.click()
    desk_page.get_by_label("失败渠道").select_option("email")
    desk_page.get_by_role("button", name="筛选").click()
    expect(desk_page.locator(".offers tbody tr")).to_have_count(1)
    assert_presentable(desk_page)
    desk_page.get_by_role("link", name="王小明").click()
    expect(desk_page.locator("#personal-data")).to_contain_text("+86138****8000")
    desk_page.get_by_role("button", name="显示").click()
    expect(desk_page.locator("#personal-data")).to_contain_text("+8613800138000")
    assert AccessRecord.objects.count() == 1
    desk_page.get_by_text("发送原文").first.click()
    assert_presentable(desk_page)


def test_the_page_updates_itself_and_leaves_open_what_is_open(
    desk_page: Page, live_server: LiveServer, season: None, offer: Offer, console: list[str]
) -> None:
    sign_in(desk_page, live_server)
    desk_page.clock.install()
    desk_page.goto(f"{live_server.url}{reverse('dashboard:offer', args=[offer.pk])}")
    desk_page.get_by_text("发送原文").first.click()
    confirmed(offer)
    desk_page.clock.fast_forward(11_000)
    expect(desk_page.locator(".way")).to_contain_text("已确认")
    expect(desk_page.locator(".timeline")).to_contain_text("已确认")
    expect(desk_page.locator("article details[open]")).to_have_count(1)


def test_the_pages_fit_a_phone(page: Page, live_server: LiveServer, season: None, console: list[str]) -> None:
    sign_in(page, live_server)
    assert_presentable(page)
    page.get_by_role("link", name="候选人", exact=True).click()
    assert_presentable(page)
    page.get_by_role("searchbox").fill("王小明")
    page.get_by_role("button", name="查找").click()
    expect(page.locator(".offers tbody tr")).to_have_count(1)
    assert_presentable(page)
    page.get_by_role("link", name="王小明").click()
    page.get_by_text("发送记录与回执").first.click()
    assert_presentable(page)
