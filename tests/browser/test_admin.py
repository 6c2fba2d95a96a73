"""Headquarters' admin in a real browser: it works under its Content-Security-Policy and loads nothing from outside."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from branches.models import Branch, User
from candidates.models import InterviewSource, Offer
from notifications.models import TemplateVersion
from notifications.publishing import new_draft
from tests.factories import PASSWORD, MessageFactory
from tracking.models import Event, Kind
from tracking.record import record

pytestmark = pytest.mark.django_db(transaction=True)


class Watch:
    """What a page asked for outside its own server, and what it complained about."""

    def __init__(self, page: Page, home: str) -> None:
        self.complaints: list[str] = []
        self.outside: list[str] = []
        self.home = urlsplit(home).netloc
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws"} and parts.netloc != self.home:
            self.outside.append(url)


def sign_in(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/admin/")
    page.fill("input[name=username]", "hq")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{live_server.url}/admin/")


@pytest.fixture
def watch(desk_page: Page, live_server: LiveServer, hq: User) -> Iterator[Watch]:
    watching = Watch(desk_page, live_server.url)
    sign_in(desk_page, live_server)
    yield watching
    assert not watching.complaints
    assert not watching.outside


@pytest.fixture
def told(offer: Offer, pass_notice: TemplateVersion) -> Offer:
    MessageFactory.create(
        offer=offer, version=pass_notice, text="恭喜您！ http://testserver/n/abcdefghijklmnopqrst/"
    )
    record([Event(offer=offer, kind=kind, at=timezone.now()) for kind in (Kind.ACCEPTED, Kind.UNREACHABLE)])
    return offer


def addresses(offer: Offer, version: TemplateVersion) -> list[str]:
    lists = [
        "branches_branch",
        "branches_user",
        "candidates_offer",
        "notifications_message",
        "notifications_templateversion",
        "notifications_coreversion",
        "notifications_localvalue",
        "notifications_localpaper",
        "notifications_providerregistration",
    ]
    return [
        "/admin/",
        *(reverse(f"admin:{name}_changelist") for name in lists),
        reverse("admin:branches_branch_change", args=[offer.branch_id]),
        reverse("admin:candidates_offer_change", args=[offer.pk]),
        reverse("admin:notifications_templateversion_change", args=[version.pk]),
        *own_pages(version),
    ]


def own_pages(version: TemplateVersion) -> list[str]:
    """Pages of ours alone, outside of Unfold's lists and forms."""
    return [
        "/admin/",
        *(
            reverse(f"admin:notifications_{name}")
            for name in ("preview", "local_differences", "local_contradictions")
        ),
        *(
            reverse(f"admin:notifications_templateversion_{name}", args=[version.pk])
            for name in ("published_text", "differences")
        ),
    ]


def test_pages_work_without_complaints_and_nothing_comes_from_outside(
    desk_page: Page, live_server: LiveServer, watch: Watch, told: Offer, pass_notice: TemplateVersion
) -> None:
    for address in addresses(told, pass_notice):
        desk_page.goto(live_server.url + address)
        desk_page.wait_for_load_state("networkidle")
        assert not watch.complaints, address


def test_our_own_pages_are_accessible(
    desk_page: Page, live_server: LiveServer, watch: Watch, told: Offer, pass_notice: TemplateVersion
) -> None:
    draft = new_draft(pass_notice.template, source=pass_notice)
    check = reverse("admin:notifications_templateversion_publish", args=[draft.pk])
    for address in (*own_pages(pass_notice), check):
        desk_page.goto(live_server.url + address)
        found = Axe().run(desk_page, context="#content")
        assert not found.response["violations"], found.generate_report()


def test_a_new_secret_is_made_by_asking_and_shown_once(
    desk_page: Page, live_server: LiveServer, watch: Watch, source: InterviewSource
) -> None:
    address = reverse("admin:candidates_interviewsource_change", args=[source.pk])
    desk_page.goto(live_server.url + address)
    desk_page.get_by_role("link", name="更换密钥").click()
    desk_page.locator("#dialog button[type=submit]").click()
    expect(desk_page.get_by_text("whsec_")).to_be_visible()
    source.refresh_from_db()
    assert source.secret in desk_page.content()
    desk_page.reload()
    assert "whsec_" not in desk_page.content()


def test_a_branch_is_moved_by_choosing_another_parent(
    desk_page: Page, live_server: LiveServer, watch: Watch, bj_cbd: Branch, sh: Branch
) -> None:
    desk_page.goto(live_server.url + reverse("admin:branches_branch_change", args=[bj_cbd.pk]))
    desk_page.locator(".field-parent .select2-selection").click()
    desk_page.locator(".select2-search__field").last.fill("上海")
    desk_page.get_by_role("option", name="SH 上海分行").click()
    desk_page.locator("button[name=_save]").click()
    desk_page.wait_for_url("**/admin/branches/branch/**")
    expect(desk_page.locator("#result_list")).to_be_visible()
    bj_cbd.refresh_from_db()
    assert bj_cbd.path.startswith(sh.path)


def test_a_phone_can_read_the_first_page(page: Page, live_server: LiveServer, hq: User, told: Offer) -> None:
    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="各分行录用进展")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_language_can_be_changed_before_signing_in(page: Page, live_server: LiveServer, hq: User) -> None:
    page.goto(f"{live_server.url}/admin/")
    expect(page.get_by_text("欢迎登录")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_text("Welcome back to")).to_be_visible()
