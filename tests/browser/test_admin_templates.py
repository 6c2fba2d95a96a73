"""Headquarters makes, checks and publishes a new version of a text in a real browser, and sees it as a candidate would.

Buttons are found by where they lead, fields by their names: both stay when words change.
"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import models
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from branches.models import Branch, User
from notifications.models import CoreVersion, LocalPaper, LocalValue, Passage, TemplateVersion
from notifications.publishing import new_core_draft, new_draft
from tests.browser.test_admin import Watch, sign_in, watch
from tests.factories import LocalValueFactory

__all__ = ["watch"]
pytestmark = pytest.mark.django_db(transaction=True)


def address(model: type[models.Model], view: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def confirm(page: Page, action: str) -> None:
    """Click the button of a page and say yes in its dialog."""
    page.locator(f"a[href='{action}']").first.click()
    page.locator("#dialog button[type=submit]").click()


def open_text(page: Page, *, channel: str, language: str) -> str:
    """Open the block of one text; the names of its fields begin with what is returned."""
    number = page.evaluate(
        """([channel, language]) => [...document.querySelectorAll("select[name^='bodies-'][name$='-channel']")]
            .map((one) => one.name.replace("-channel", ""))
            .find((prefix) => ["channel", "language"].every((name, at) =>
                document.querySelector(`[name='${prefix}-${name}']`).value === [channel, language][at]))""",
        [channel, language],
    )
    block = page.locator("#bodies-group .form-group").filter(has=page.locator(f"[name='{number}-text']"))
    block.locator("h3 strong").click()
    expect(page.locator(f"[name='{number}-text']")).to_be_visible()
    return str(number)


def write_at_the_end(page: Page, field: str, words: str) -> None:
    page.locator(f"[name='{field}']").focus()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(words)


def offer_placeholder(page: Page, name: str) -> None:
    button = page.locator("button.placeholder").filter(has_text=f"{{{{ {name} }}}}")
    page.evaluate("document.querySelectorAll('.placeholders details').forEach((one) => { one.open = true })")
    button.click()


def test_hq_writes_checks_and_publishes_a_new_version_of_the_notice(
    desk_page: Page, live_server: LiveServer, watch: Watch, pass_notice: TemplateVersion, bj_cbd: Branch
) -> None:
    page = desk_page
    page.goto(live_server.url + address(TemplateVersion, "change", pass_notice.pk))
    confirm(page, address(TemplateVersion, "new_draft", pass_notice.pk))
    page.wait_for_url(lambda url: str(pass_notice.pk) not in url)
    draft = TemplateVersion.objects.get(number=2)

    text = open_text(page, channel="sms", language="zh-hans")
    write_at_the_end(page, f"{text}-text", "\n地铁：")
    offer_placeholder(page, "metro_exit")
    write_at_the_end(page, f"{text}-text", "\n{{ for_graduates }}")
    expect(page.locator(f"[name='{text}-text']")).to_have_value(
        "恭喜{{ candidate_name }}，您已被录用。\n请确认：{{ answer_at }}\n地铁：{{ metro_exit }}\n{{ for_graduates }}"
    )

    page.locator("#passages-group .add-row a, #passages-group a.add-row").last.click()
    expect(page.locator("[name='passages-0-key']")).to_be_visible()  # a new block opens by itself
    page.fill("[name='passages-0-key']", "for_graduates")
    values = page.locator("[name='passages-0-condition-category-values']")
    expect(values.first).to_be_hidden()
    page.select_option("[name='passages-0-condition-category']", "is")
    page.check("[name='passages-0-condition-category-values'][value='campus']")
    page.fill("[name='passages-0-text']", "应届生请带三方协议。")
    page.fill("[name='passages-0-text_en']", "Graduates: bring the agreement.")
    page.locator("button[name=_continue]").click()
    page.wait_for_load_state("networkidle")
    assert draft.passages.get().condition == {"category": {"is": ["campus"]}}

    page.locator(f"a[href='{address(TemplateVersion, 'publish', draft.pk)}']").first.click()
    expect(page.locator("ins").filter(has_text="{{ metro_exit }}").first).to_be_visible()
    page.locator("button[name=publish]").click()
    page.wait_for_url("**" + address(TemplateVersion, "change", draft.pk))
    draft.refresh_from_db()
    assert draft.published_at

    page.goto(live_server.url + reverse("admin:notifications_preview"))
    page.select_option("[name=branch]", bj_cbd.code)
    bubble = page.locator(".bubble")
    expect(bubble).to_contain_text("10号线示例站D口")
    expect(bubble).to_contain_text("应届生请带三方协议。")
    page.select_option("[name=category]", "social")
    expect(bubble).not_to_contain_text("三方协议")


def test_what_stops_a_draft_leaves_no_button_to_publish_it(
    desk_page: Page, live_server: LiveServer, watch: Watch, pass_notice: TemplateVersion
) -> None:
    draft = new_draft(pass_notice.template, source=pass_notice)
    draft.bodies.filter(channel="email").update(subject="")
    desk_page.goto(live_server.url + address(TemplateVersion, "publish", draft.pk))
    expect(desk_page.locator(".check-stops li")).to_have_count(2)
    expect(desk_page.locator("button[name=publish]")).to_have_count(0)


def test_blocks_open_by_keyboard_and_new_ones_at_once(
    desk_page: Page, live_server: LiveServer, watch: Watch, pass_notice: TemplateVersion
) -> None:
    draft = new_draft(pass_notice.template, source=pass_notice)
    desk_page.goto(live_server.url + address(TemplateVersion, "change", draft.pk))
    desk_page.locator("#passages-group .add-row a, #passages-group a.add-row").last.click()
    expect(desk_page.locator("[name='passages-0-key']")).to_be_visible()
    title = desk_page.locator("#bodies-group .form-group:not(.empty-form) h3 strong").first
    expect(title).to_have_attribute("aria-expanded", "false")
    title.press("Enter")
    expect(title).to_have_attribute("aria-expanded", "true")
    expect(desk_page.locator("[name='bodies-0-text']")).to_be_visible()


@pytest.fixture
def pages(pass_notice: TemplateVersion, bj_cbd: Branch) -> list[str]:
    """All pages where headquarters edits or looks at texts."""
    draft, core = new_draft(pass_notice.template, source=pass_notice), new_core_draft()
    condition = {"category": {"is": ["campus"]}}
    Passage.objects.create(
        version=draft, key="for_graduates", condition=condition, text="应届", text_en="New"
    )
    value = LocalValueFactory.create(branch=bj_cbd, condition=condition)
    return [
        *(address(TemplateVersion, view, draft.pk) for view in ("change", "publish", "differences")),
        address(TemplateVersion, "change", pass_notice.pk),
        *(address(CoreVersion, view, core.pk) for view in ("change", "publish")),
        address(LocalValue, "change", value.pk),
        address(LocalPaper, "add"),
        reverse("admin:notifications_preview") + f"?version=template:{draft.pk}",
        *(reverse(f"admin:notifications_local_{name}") for name in ("differences", "contradictions")),
    ]


def assert_presentable(page: Page) -> None:
    # Django's own box to choose a record by typing gets no name from Django nor Unfold.
    found = Axe().run(page, context={"include": [["#content"]], "exclude": [[".select2-container"]]})
    assert not found.response["violations"], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_editing_pages_are_accessible_at_a_desk(
    desk_page: Page, live_server: LiveServer, watch: Watch, pages: list[str]
) -> None:
    for one in pages:
        desk_page.goto(live_server.url + one)
        desk_page.wait_for_load_state("networkidle")
        for heading in desk_page.locator("#content .form-group:not(.empty-form) h3 strong").all():
            heading.click()
        assert_presentable(desk_page)


def test_the_editing_pages_fit_a_phone(
    page: Page, live_server: LiveServer, hq: User, pages: list[str]
) -> None:
    sign_in(page, live_server)
    for one in pages:
        page.goto(live_server.url + one)
        assert_presentable(page)
