"""A branch fills in its metro exit and sees what comes of it before it saves, at a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from notifications.models import LocalValue
from tests.browser.conftest import open_dashboard
from tests.browser.test_dashboard import assert_presentable

NEW_EXIT = "10号线金台夕照站A口，出站右转即到"


def test_a_branch_fills_in_its_metro_exit_and_sees_it_before_it_is_saved(
    screen: Page, live_server: LiveServer, sample_bank: None
) -> None:
    open_dashboard(screen, live_server, "content", "bj-cbd")
    assert_presentable(screen)
    sent = screen.locator("[data-sent=text]")
    expect(sent).to_contain_text("10号线金台夕照站D口，步行约6分钟")
    screen.locator("[name=v-metro_exit-0-value]").fill(NEW_EXIT)
    expect(sent).to_contain_text(f"地铁出行：{NEW_EXIT}")
    assert not LocalValue.objects.filter(value=NEW_EXIT).exists()
    screen.locator("[name=save]").click()
    expect(screen.locator(".notice-success")).to_be_visible()
    assert LocalValue.objects.get(branch__code="BJ-CBD", field__key="metro_exit").value == NEW_EXIT
    expect(screen.locator("[data-sent=text]")).to_contain_text(NEW_EXIT)
    assert_presentable(screen)


def test_what_contradicts_the_core_is_told_beside_it_and_can_be_saved_all_the_same(
    screen: Page, live_server: LiveServer, sample_bank: None
) -> None:
    open_dashboard(screen, live_server, "content", "bj-cbd")
    screen.locator("[name=v-metro_exit-0-value]").fill("D口，请于上午九点半到一楼大厅报到")
    told = screen.locator("#v-metro_exit-0-value-news .lint")
    expect(told.first).to_contain_text("九点半")
    assert_presentable(screen)
    screen.locator("[name=save]").click()
    expect(screen.locator(".notice-success")).to_be_visible()
    expect(screen.locator("#v-metro_exit-0-value-news .lint").first).to_contain_text("九点半")


def test_a_text_and_a_paper_for_some_candidates(
    screen: Page, live_server: LiveServer, sample_bank: None
) -> None:
    open_dashboard(screen, live_server, "content", "bj-cbd", category="intern")
    screen.locator("button[value=v-parking]").click()
    screen.locator("[name=v-parking-1-condition-category]").select_option("is")
    screen.locator("[name=v-parking-1-condition-category-values][value=intern]").check()
    screen.locator("[name=v-parking-1-value]").fill("实习生请乘地铁")
    expect(screen.locator("[data-sent=text]")).to_contain_text("停车：实习生请乘地铁")
    screen.locator("button[value=p-new]").click()
    expect(screen.locator("[name=v-parking-1-value]")).to_have_value("实习生请乘地铁")
    screen.locator("[name=p-new-0-name]").fill("在读证明")
    screen.locator("[name=p-new-0-name_en]").fill("proof of enrolment")
    screen.locator("[name=p-new-0-form]").select_option("original")
    expect(screen.locator("[data-sent=text]")).to_contain_text("在读证明原件")
    assert_presentable(screen)
    screen.locator("[name=save]").click()
    expect(screen.locator(".notice-success")).to_be_visible()
    assert LocalValue.objects.get(value="实习生请乘地铁").condition == {"category": {"is": ["intern"]}}
    expect(screen.locator("#p-proof_of_enrolment")).to_be_visible()


@pytest.mark.parametrize("channel", ["sms", "wechat", "push"])
def test_every_channel_has_its_preview(
    channel: str, screen: Page, live_server: LiveServer, sample_bank: None
) -> None:
    open_dashboard(screen, live_server, "content", "bj-cbd")
    screen.locator("[name=channel]").select_option(channel)
    expect(screen.locator(f".phone-{channel}")).to_be_visible()
    if channel == "sms":
        expect(screen.locator(".sms-count")).to_contain_text("3")
    assert_presentable(screen)


def test_the_phone_shows_the_line_that_changes(
    desk_page: Page, live_server: LiveServer, sample_bank: None
) -> None:
    open_dashboard(desk_page, live_server, "content", "bj-cbd")
    desk_page.locator("#v-benefits summary").click()
    desk_page.locator("[name=v-benefits-0-value]").fill("五险一金\n工会活动")
    expect(desk_page.locator(".line", has_text="工会活动")).to_be_in_viewport()


def test_headquarters_opens_another_node(screen: Page, live_server: LiveServer, sample_bank: None) -> None:
    open_dashboard(screen, live_server, "content", "hq")
    screen.locator("#node").select_option("SH-LJZ")
    screen.locator(".node-choice button").click()
    expect(screen.locator("[data-sent=text]")).to_contain_text("2号线陆家嘴站6号口")
    assert_presentable(screen)


def test_it_works_without_javascript(
    page_without_javascript: Page, live_server: LiveServer, sample_bank: None
) -> None:
    page = page_without_javascript
    open_dashboard(page, live_server, "content", "bj-cbd")
    page.locator("[name=v-metro_exit-0-value]").fill(NEW_EXIT)
    page.locator("[name=show]").click()
    expect(page.locator("[data-sent=text]")).to_contain_text(NEW_EXIT)
    expect(page.locator("[name=v-metro_exit-0-value]")).to_have_value(NEW_EXIT)
    assert not LocalValue.objects.filter(value=NEW_EXIT).exists()
    page.locator("[name=save]").click()
    assert LocalValue.objects.filter(value=NEW_EXIT).exists()
