"""Headquarters holds a channel back and says a message once more, in a real browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from candidates.models import Offer
from notifications.models import Message
from notifications.pauses import pauses
from notifications.states import State
from tests.browser.test_admin import Watch, watch
from tests.factories import MessageFactory

__all__ = ["watch"]
pytestmark = pytest.mark.django_db(transaction=True)


def is_accessible(page: Page) -> None:
    found = Axe().run(page, context="#content")
    assert not found.response["violations"], found.generate_report()


def test_a_channel_is_paused_and_resumed_from_the_front_page(
    desk_page: Page, live_server: LiveServer, watch: Watch, offer: Offer
) -> None:
    MessageFactory.create(offer=offer, due_at=timezone.now() - timedelta(minutes=20))
    desk_page.goto(f"{live_server.url}/admin/")
    desk_page.locator("a[href='/admin/channels/sms/pause/']").click()
    is_accessible(desk_page)
    desk_page.fill("input[name=reason]", "通道重复计费")
    desk_page.locator("#content form button[type=submit]").click()
    desk_page.wait_for_url(f"{live_server.url}/admin/")
    assert pauses()["sms"].reason == "通道重复计费"
    is_accessible(desk_page)
    desk_page.locator("a[href='/admin/channels/sms/resume/']").click()
    is_accessible(desk_page)
    desk_page.locator("#content form button[type=submit]").click()
    desk_page.wait_for_url(f"{live_server.url}/admin/")
    assert pauses() == {}


def test_what_reached_nobody_is_tried_again_by_asking(
    desk_page: Page, live_server: LiveServer, watch: Watch, offer: Offer
) -> None:
    dead = MessageFactory.create(offer=offer, state=State.REJECTED, error_code="21211")
    desk_page.goto(live_server.url + reverse("admin:notifications_deadletter_changelist"))
    expect(desk_page.locator("#result_list tbody tr")).to_have_count(1)
    desk_page.goto(live_server.url + reverse("admin:notifications_deadletter_change", args=[dead.pk]))
    desk_page.get_by_role("link", name="重试").click()
    desk_page.locator("#dialog button[type=submit]").click()
    desk_page.wait_for_url("**/notifications/message/*/change/")
    assert Message.objects.get(state=State.PLANNED).occurrence == "1~r1"
