"""The audit's pages in a real browser: readable by everybody who may read them, and nothing from outside."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from branches.audit import note_refused
from branches.models import Branch, User
from tests.browser.test_admin import Watch, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_headquarters_finds_what_it_changed_and_what_was_refused(
    desk_page: Page, live_server: LiveServer, hq: User, bj_cbd: Branch, bj_cbd_hr: User
) -> None:
    note_refused(by=bj_cbd_hr, what="content.core_field", target="papers BJ-CBD", from_address="10.1.2.3")
    watch = Watch(desk_page, live_server.url)
    sign_in(desk_page, live_server)
    desk_page.goto(live_server.url + reverse("admin:branches_branch_change", args=[bj_cbd.pk]))
    desk_page.fill("[name=phone]", "010-5550 7777")
    desk_page.locator("button[name=_save]").click()
    desk_page.wait_for_load_state("networkidle")
    desk_page.goto(live_server.url + reverse("admin:audit_changes"))
    newest = desk_page.locator(".audit-table tbody tr").first
    expect(newest).to_contain_text("010-5550 6110 → 010-5550 7777")
    expect(newest).to_contain_text("hq")
    assert not Axe().run(desk_page, context="#content").response["violations"]
    desk_page.goto(live_server.url + reverse("admin:audit_refused"))
    expect(desk_page.locator(".audit-table tbody tr")).to_contain_text("papers BJ-CBD")
    assert not Axe().run(desk_page, context="#content").response["violations"]
    assert not watch.complaints
    assert not watch.outside
