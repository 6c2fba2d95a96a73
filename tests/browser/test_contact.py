"""HR writes to a candidate, logs a call and records the answer, at a desk and on a phone."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from branches.models import User
from candidates.models import Offer, OfferState
from notifications.dates import date_text
from notifications.models import ApprovedWording, Message, TemplateVersion
from notifications.sample.load import read
from tests.browser.test_dashboard import assert_presentable, sign_in
from tests.dashboard.story import sent
from tests.factories import hr_contact_texts
from tracking.models import Call

# A folder to leave pictures in, for whoever wants to look.
PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture
def person(offer: Offer, bj_cbd_hr: User, pass_notice: TemplateVersion) -> Offer:
    """王小明, who has the notice and has not answered."""
    hr_contact_texts()
    for position, row in enumerate(read("wordings.toml")["wording"]):
        ApprovedWording.objects.create(position=position, **row)
    sent(offer, version=pass_notice)
    return offer


def open_person(page: Page, live_server: LiveServer, offer: Offer) -> None:
    sign_in(page, live_server)
    page.goto(f"{live_server.url}{reverse('dashboard:offer', args=[offer.pk])}")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)


def test_hr_writes_and_calls_and_both_stand_in_the_timeline(
    screen: Page, live_server: LiveServer, person: Offer
) -> None:
    open_person(screen, live_server, person)
    picture(screen, "1-closed")
    screen.locator("#tab-write").click()
    screen.locator(".wording").nth(2).click()
    text = screen.locator("[name=text]")
    expect(text).to_have_value("您来电询问的事情，我们已经问清：")
    text.fill("您来电询问的事情，我们已经问清：报到当天可停在大厦地下二层")
    expect(screen.locator("[data-sent=text]")).to_contain_text("地下二层。")
    picture(screen, "2-write")
    assert_presentable(screen)
    screen.locator("[name=send]").click()
    expect(screen.locator(".notice-success")).to_be_visible()
    expect(screen.locator(".timeline")).to_contain_text("地下二层。")
    assert Message.objects.filter(purpose="hr_contact").count() == 1

    again = timezone.localtime() + timedelta(days=3)
    screen.locator("#tab-call").click()
    screen.locator("[name=result][value=undecided]").check()
    screen.locator("[name=note]").fill("想先和家人商量")
    screen.locator("[name=again_at]").fill(f"{again:%Y-%m-%d}T10:30")
    picture(screen, "3-call")
    assert_presentable(screen)
    screen.locator(".contact-form .button-primary").click()
    expect(screen.locator(".timeline")).to_contain_text("想先和家人商量")
    expect(screen.locator(".timeline")).to_contain_text(f"{date_text(again, 'zh-hans')}10:30")
    assert Call.objects.count() == 1
    picture(screen, "4-timeline")
    assert_presentable(screen)


def test_what_may_not_be_sent_is_told_while_it_is_typed_and_refused_at_the_field(
    screen: Page, live_server: LiveServer, person: Offer
) -> None:
    open_person(screen, live_server, person)
    screen.locator("#tab-write").click()
    screen.locator(".wording").first.click()
    expect(screen.locator("[name=text]")).not_to_have_value("")
    screen.locator("[name=text]").fill("请致电13912345678")
    expect(screen.locator("#contact-preview .notice-warning")).to_contain_text("13912345678")
    screen.locator("[name=send]").click()
    expect(screen.locator("#contact-text_error")).to_contain_text("13912345678")
    expect(screen.locator("[name=text]")).to_have_value("请致电13912345678")
    picture(screen, "5-refused")
    assert_presentable(screen)
    assert not Message.objects.filter(purpose="hr_contact").exists()


def test_a_yes_on_the_telephone_becomes_the_answer(
    screen: Page, live_server: LiveServer, person: Offer
) -> None:
    open_person(screen, live_server, person)
    screen.locator("#tab-call").click()
    screen.locator("[name=result][value=confirms]").check()
    screen.locator(".contact-form .button-primary").click()
    expect(screen.locator("[name=answer][value=confirmed]")).to_be_checked()
    picture(screen, "6-answer")
    assert_presentable(screen)
    screen.locator(".contact-form .button-primary").click()
    expect(screen.locator(".way")).to_contain_text("已确认")
    assert Offer.objects.get(pk=person.pk).state == OfferState.CONFIRMED


@pytest.mark.parametrize("step", ["more_time", "move"])
def test_the_other_steps_are_presentable_too(
    step: str, screen: Page, live_server: LiveServer, person: Offer
) -> None:
    open_person(screen, live_server, person)
    screen.locator(f"#tab-{step}").click()
    expect(screen.locator(".contact-form")).to_be_visible()
    picture(screen, f"7-{step}")
    assert_presentable(screen)


def test_it_works_without_javascript(
    page_without_javascript: Page, live_server: LiveServer, person: Offer
) -> None:
    page = page_without_javascript
    open_person(page, live_server, person)
    page.locator("#tab-write").click()
    page.locator(".wording").first.click()
    page.locator("[name=show]").click()
    expect(page.locator("[data-sent=text]")).to_contain_text("您的录用通知还在等待答复")
    page.locator("[name=send]").click()
    expect(page.locator(".notice-success")).to_be_visible()
    assert Message.objects.filter(purpose="hr_contact").count() == 1
