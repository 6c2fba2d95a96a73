"""When and by which way is sent: headquarters states it, a branch narrows it, and both see what goes out when."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from branches.models import Branch, CalendarDay
from candidates.models import Offer
from notifications.models import BranchChannels, ChannelStrategy, ReminderRule, SendWindow
from tests.browser.conftest import PASSWORD, open_dashboard
from tests.browser.test_dashboard import assert_presentable
from tests.dashboard.story import confirmed, sent
from tests.factories import OfferFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told(sample_bank: None) -> Offer:
    """王小明 was told, has confirmed, and starts at BJ-CBD in four days at nine."""
    offer: Offer = OfferFactory.create(branch=Branch.objects.get(code="BJ-CBD"))
    first_day = timezone.localdate() + timedelta(days=4)
    offer.onboarding_at = timezone.make_aware(datetime.combine(first_day, time(9)))
    offer.save()
    sent(offer)
    confirmed(offer)
    return offer


def open_admin(page: Page, live_server: LiveServer, address: str) -> None:
    page.goto(f"{live_server.url}/admin/")
    if page.locator("input[name=username]").count():
        page.fill("input[name=username]", "hq")
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(f"{live_server.url}/admin/")
    page.goto(f"{live_server.url}{address}")


def admin_page(model: str, view: str, *args: object) -> str:
    return reverse(f"admin:{model}_{view}", args=args)


def is_accessible(page: Page) -> None:
    found = Axe().run(page, context="#content")
    assert not found.response["violations"], found.generate_report()


def eve_row(page: Page, offer: Offer) -> str:
    """What the list says of the reminder of the day before."""
    rows = page.locator(".sending-list tbody tr").filter(has_text="入职前一天")
    expect(rows).to_have_count(1)
    return rows.inner_text()


# --- A branch -----------------------------------------------------------------------------------
def test_a_branch_states_its_own_hours_and_the_week_moves_with_them(
    screen: Page, live_server: LiveServer, told: Offer
) -> None:
    open_dashboard(screen, live_server, "sending", "bj-cbd")
    assert_presentable(screen)
    expect(screen.locator("#window")).to_contain_text("08:00–21:00")
    assert "10:00" in eve_row(screen, told)
    screen.locator("#window a.button").click()
    screen.locator("[name=opens_at]").fill("13:30")
    screen.locator("[name=closes_at]").fill("17:00")
    assert_presentable(screen)
    screen.locator("#window [name=save]").click()
    expect(screen.locator(".notice-success")).to_be_visible()
    assert SendWindow.objects.get(branch__code="BJ-CBD").opens_at == time(13, 30)
    assert "13:30" in eve_row(screen, told)
    assert_presentable(screen)
    screen.locator("#window [name=withdraw]").click()
    expect(screen.locator("#window")).to_contain_text("08:00–21:00")
    assert "10:00" in eve_row(screen, told)


def test_hours_beyond_headquarters_are_told_at_the_field(
    page: Page, live_server: LiveServer, told: Offer
) -> None:
    open_dashboard(page, live_server, "sending", "bj-cbd", own="window")
    page.locator("[name=opens_at]").fill("06:00")
    page.locator("#window [name=save]").click()
    expect(page.locator(".field").filter(has=page.locator("[name=opens_at]"))).to_contain_text("08:00")
    expect(page.locator("[name=opens_at]")).to_have_value("06:00")
    assert_presentable(page)
    assert not SendWindow.objects.filter(branch__code="BJ-CBD").exists()


def test_a_branch_chooses_its_channels_and_opens_one_day(
    screen: Page, live_server: LiveServer, told: Offer
) -> None:
    open_dashboard(screen, live_server, "sending", "bj-cbd", own="channels")
    for place, channel in enumerate(("email", "sms", "", "")):
        screen.locator(f"[name=channels_{place}]").select_option(channel)
    assert_presentable(screen)
    screen.locator("#channels [name=save]").click()
    expect(screen.locator(".notice-success")).to_be_visible()
    assert BranchChannels.objects.get(branch__code="BJ-CBD").channels == ["email", "sms"]
    screen.locator(".week .number a").last.click()
    expect(screen.locator(".week .is-chosen")).to_have_count(1)
    assert_presentable(screen)


def test_who_only_reads_finds_no_button(desk_page: Page, live_server: LiveServer, told: Offer) -> None:
    open_dashboard(desk_page, live_server, "sending", "audit", branch="BJ-CBD")
    expect(desk_page.locator("#window")).to_contain_text("08:00–21:00")
    expect(desk_page.locator("#window .button, #channels .button")).to_have_count(0)
    assert_presentable(desk_page)


# --- Headquarters -------------------------------------------------------------------------------
def test_headquarters_changes_a_rule_and_the_banks_hours(
    desk_page: Page, live_server: LiveServer, told: Offer
) -> None:
    rule = ReminderRule.objects.get(kind="one_day")
    open_admin(desk_page, live_server, admin_page("notifications_reminderrule", "changelist"))
    is_accessible(desk_page)
    desk_page.goto(live_server.url + admin_page("notifications_reminderrule", "change", rule.pk))
    is_accessible(desk_page)
    desk_page.fill("input[name=amount]", "2")
    desk_page.locator("button[name=_save], input[name=_save]").first.click()
    desk_page.wait_for_url("**/reminderrule/")
    window = SendWindow.objects.get(branch__code="HQ")
    desk_page.goto(live_server.url + admin_page("notifications_sendwindow", "change", window.pk))
    is_accessible(desk_page)
    desk_page.fill("input[name=opens_at]", "11:00")
    desk_page.locator("button[name=_save], input[name=_save]").first.click()
    desk_page.wait_for_url("**/sendwindow/")
    # Branches that still open earlier are named.
    expect(desk_page.locator("body")).to_contain_text("GD-TH")
    rule.refresh_from_db()
    assert rule.amount == 2
    desk_page.goto(f"{live_server.url}{reverse('dashboard:sending')}?branch=BJ-CBD")
    two_days_before = timezone.localdate() + timedelta(days=2)
    words = eve_row(desk_page, told)
    assert f"{two_days_before.month}月{two_days_before.day}日" in words
    assert "11:00" in words


def test_headquarters_orders_the_channels_of_a_purpose(
    desk_page: Page, live_server: LiveServer, sample_bank: None
) -> None:
    row = ChannelStrategy.objects.get(purpose="pass_notice")
    open_admin(desk_page, live_server, admin_page("notifications_channelstrategy", "change", row.pk))
    is_accessible(desk_page)
    for place, channel in enumerate(("sms", "wechat", "email", "")):
        desk_page.locator(f"[name=channels_{place}]").select_option(channel)
    desk_page.fill("[name=unopened_minutes_0]", "3")
    desk_page.locator("button[name=_save], input[name=_save]").first.click()
    desk_page.wait_for_url("**/channelstrategy/")
    row.refresh_from_db()
    assert (row.channels, row.unopened_minutes) == (["sms", "wechat", "email"], 180)


def test_headquarters_enters_a_holiday_in_one_go(
    desk_page: Page, live_server: LiveServer, sample_bank: None
) -> None:
    open_admin(desk_page, live_server, admin_page("branches_calendarday", "add"))
    is_accessible(desk_page)
    first = timezone.localdate() + timedelta(days=20)
    desk_page.fill("input[name=day]", f"{first:%Y-%m-%d}")
    desk_page.fill("input[name=last]", f"{first + timedelta(days=6):%Y-%m-%d}")
    desk_page.fill("input[name=note]", "春节")
    desk_page.locator("button[name=_save], input[name=_save]").first.click()
    desk_page.wait_for_url("**/calendarday/")
    is_accessible(desk_page)
    assert CalendarDay.objects.filter(note="春节", branch__code="HQ", is_working=False).count() == 7
    desk_page.goto(f"{live_server.url}{reverse('dashboard:sending')}?branch=BJ-CBD")
    expect(desk_page.locator(".special-days")).to_contain_text("春节")


@pytest.mark.parametrize(
    "address",
    [
        *[
            admin_page(f"notifications_{model}", view)
            for model in ("channelstrategy", "sendwindow", "branchchannels", "reminderrule")
            for view in ("changelist", "add")
        ],
        *[admin_page("candidates_deferralpolicy", view) for view in ("changelist", "add")],
        admin_page("branches_calendarday", "changelist"),
        admin_page("candidates_deferral", "changelist"),
        admin_page("candidates_extension", "changelist"),
        reverse("admin:index"),
    ],
)
def test_headquarters_pages_can_be_read_by_everybody(
    address: str, desk_page: Page, live_server: LiveServer, sample_bank: None
) -> None:
    open_admin(desk_page, live_server, address)
    is_accessible(desk_page)
