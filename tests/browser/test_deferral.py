"""Another first day in a real browser: asked for on a phone, decided at a desk, read on the phone again."""

from __future__ import annotations

import os
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from branches.models import Branch, User
from candidates.models import Deferral, DeferralPolicy, DeferralState, Offer, OfferState
from notifications.dates import moment_text
from notifications.models import ReminderRule
from tests.dashboard.story import confirmed, sent
from tests.factories import PASSWORD, OfferFactory, page_key

pytestmark = pytest.mark.django_db(transaction=True)
# Monday to Friday whatever is announced, so that the test is the same in every year.
WEEKDAYS = "weekdays"
THURSDAY, DAYS_BEFORE = 3, 4


@pytest.fixture
def offer(offer: Offer) -> Offer:
    """The first day is the Monday after next, at nine."""
    Branch.objects.update(calendar=WEEKDAYS)
    offer.branch.refresh_from_db()
    offer.onboarding_at = next_monday(offer, weeks=2)
    offer.save()
    return offer


@pytest.fixture
def policy(bj: Branch) -> DeferralPolicy:
    return DeferralPolicy.objects.create(branch=bj, latest_days=21)


@pytest.fixture
def address(offer: Offer, live_server: LiveServer) -> str:
    return f"{live_server.url}{reverse('portal:page', args=[page_key(offer)])}"


def next_monday(offer: Offer, *, weeks: int) -> datetime:
    now = timezone.now().astimezone(offer.branch.zone)
    monday = now - timedelta(days=now.weekday()) + timedelta(weeks=weeks)
    return monday.replace(hour=9, minute=0, second=0, microsecond=0)


def next_start_with_one_behind_it(offer: Offer) -> datetime:
    """At nine, on the first weekday from five days on behind which another weekday lies: eight days at most."""
    day = timezone.now().astimezone(offer.branch.zone) + timedelta(days=5)
    while day.weekday() > THURSDAY:
        day += timedelta(days=1)
    return day.replace(hour=9, minute=0, second=0, microsecond=0)


def reminded(first_day: datetime) -> datetime:
    """At ten, within the seven days for any day that next_start_with_one_behind_it finds, and the day after."""
    return first_day.replace(hour=10) - timedelta(days=DAYS_BEFORE)


def words(offer: Offer, moment: datetime) -> str:
    return moment_text(moment.astimezone(offer.branch.zone), "zh-hans")


def presentable(page: Page, name: str) -> None:
    """No accessibility violation, and nothing sticks out sideways."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def sign_in(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}{reverse('dashboard:deferrals')}")
    page.get_by_label("用户名").fill("bj-cbd")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("延期申请")


def ask_for(page: Page, day: datetime, *, reason: str = "毕业或考试") -> None:
    """From the choices to the last question; `day` is entered where it is not among them."""
    page.get_by_label("其他日期").first.check()
    page.locator("input[type=date]").fill(f"{day:%Y-%m-%d}")
    page.get_by_label(reason).check()
    page.get_by_role("button", name="下一步").click()


def test_a_candidate_asks_for_another_day_on_a_phone_and_sees_the_answer(
    page: Page, address: str, offer: Offer, policy: DeferralPolicy
) -> None:
    new = offer.onboarding_at + timedelta(days=1)
    page.goto(address)
    presentable(page, "phone-notice")
    page.locator(".answer").get_by_role("link", name="申请延期").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("申请延期入职")
    presentable(page, "phone-choose")
    page.get_by_label(words(offer, new)).check()
    page.get_by_label("毕业或考试").check()
    page.get_by_label("补充说明").fill("毕业答辩安排在原定入职日当天。")
    page.get_by_role("button", name="下一步").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("确定将入职时间改到这一天吗？")
    presentable(page, "phone-sure")
    page.get_by_role("button", name="确定改期").tap()

    expect(page.get_by_role("status")).to_contain_text(f"您的入职时间改为{words(offer, new)}")
    expect(page.get_by_role("link", name="加入日历")).to_be_visible()
    presentable(page, "phone-granted")
    offer.refresh_from_db()
    assert (offer.onboarding_at, offer.state) == (new, OfferState.CONFIRMED)


def test_the_same_without_javascript(
    page_without_javascript: Page, address: str, offer: Offer, policy: DeferralPolicy
) -> None:
    page = page_without_javascript
    page.goto(address)
    page.locator(".answer").get_by_role("link", name="申请延期").click()
    ask_for(page, offer.onboarding_at + timedelta(days=2))
    page.get_by_role("button", name="返回修改").click()
    expect(page.get_by_label("毕业或考试")).to_be_checked()
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="确定改期").click()
    expect(page.get_by_role("status")).to_contain_text("已同意延期")


def test_hr_decides_by_hand_and_the_candidates_page_shows_it(
    page: Page,
    desk_page: Page,
    address: str,
    live_server: LiveServer,
    offer: Offer,
    policy: DeferralPolicy,
    bj_cbd_hr: User,
) -> None:
    saturday, monday = (offer.onboarding_at + timedelta(days=days) for days in (5, 7))
    page.goto(f"{address}defer/")
    ask_for(page, saturday)
    expect(page.get_by_role("heading", level=1)).to_have_text("确定提交延期申请吗？")
    presentable(page, "phone-sure-hr")
    page.get_by_role("button", name="提交申请").tap()
    expect(page.get_by_role("heading", name="您的延期申请正在处理")).to_be_visible()
    presentable(page, "phone-pending")

    other = OfferFactory.create(branch=offer.branch, candidate__name="李小红", onboarding_at=saturday)
    sign_in(desk_page, live_server)
    presentable(desk_page, "desk-list")
    desk_page.get_by_role("link", name="王小明").click()
    expect(desk_page.get_by_role("heading", name="答复候选人")).to_be_visible()
    presentable(desk_page, "desk-decide")
    desk_page.get_by_label("改为其他日期").check()
    presentable(desk_page, "desk-another")
    desk_page.get_by_label("其他日期", exact=True).fill(f"{monday.astimezone(offer.branch.zone):%Y-%m-%d}")
    desk_page.get_by_label("给候选人的说明").fill("当日不办理报到，为您另行安排。")
    desk_page.get_by_role("button", name="提交并通知候选人").click()
    expect(desk_page.get_by_role("status").first).to_contain_text("已处理")
    expect(desk_page.get_by_text("目前没有待审批的延期申请")).to_be_visible()
    assert other.deferrals.count() == 0

    page.reload()
    expect(page.get_by_role("heading", name="为您另定了入职日期")).to_be_visible()
    expect(page.get_by_text("当日不办理报到，为您另行安排。")).to_be_visible()
    presentable(page, "phone-another")
    page.get_by_role("link", name="确认入职").tap()
    page.get_by_role("button", name="是的，确认入职").tap()
    expect(page.get_by_role("status")).to_contain_text("您已确认入职")
    offer.refresh_from_db()
    assert (offer.onboarding_at, offer.state) == (monday, OfferState.CONFIRMED)


def test_a_request_is_taken_back_on_the_phone(
    page: Page, address: str, offer: Offer, policy: DeferralPolicy
) -> None:
    page.goto(f"{address}defer/")
    ask_for(page, offer.onboarding_at + timedelta(days=5))
    page.get_by_role("button", name="提交申请").tap()
    page.get_by_role("button", name="撤回申请").tap()
    expect(page.get_by_role("status")).to_contain_text("申请已撤回")
    assert Deferral.objects.get().state == DeferralState.DROPPED


def test_a_branch_without_a_policy_and_a_refusal_are_fit_to_be_seen(
    page: Page, desk_page: Page, address: str, live_server: LiveServer, offer: Offer, bj_cbd_hr: User
) -> None:
    page.goto(f"{address}defer/")
    presentable(page, "phone-choose-hr")
    page.get_by_role("button", name="下一步").tap()
    expect(page.get_by_role("alert").first).to_contain_text("请填写日期")
    presentable(page, "phone-slip")
    page.locator("input[type=date]").fill(f"{offer.onboarding_at + timedelta(days=3):%Y-%m-%d}")
    page.get_by_label("搬家").check()
    page.get_by_role("button", name="下一步").tap()
    page.get_by_role("button", name="提交申请").tap()
    sign_in(desk_page, live_server)
    desk_page.set_viewport_size({"width": 390, "height": 844})
    presentable(desk_page, "phone-desk-list")
    desk_page.get_by_role("link", name="王小明").click()
    desk_page.get_by_role("button", name="提交并通知候选人").click()
    expect(desk_page.get_by_text("请选择审批意见。")).to_be_visible()
    presentable(desk_page, "desk-slip")
    desk_page.get_by_label("不同意，原定日期不变").check()
    desk_page.get_by_label("不同意的原因").select_option(label="入职培训于原定日期开始。")
    desk_page.get_by_role("button", name="提交并通知候选人").click()
    expect(desk_page.get_by_role("status").first).to_contain_text("已处理")
    decided = reverse("dashboard:deferral", args=[Deferral.objects.get().pk])
    desk_page.goto(f"{live_server.url}{decided}")
    expect(desk_page.get_by_text("已拒绝").first).to_be_visible()
    presentable(desk_page, "phone-desk-decided")
    page.reload()
    expect(page.get_by_role("heading", name="您的延期申请未获同意")).to_be_visible()
    expect(page.get_by_text("入职培训于原定日期开始。")).to_be_visible()
    presentable(page, "phone-refused")


def test_what_goes_out_in_the_next_seven_days_moves_with_the_first_day(
    page: Page,
    desk_page: Page,
    address: str,
    live_server: LiveServer,
    offer: Offer,
    policy: DeferralPolicy,
    bj_cbd_hr: User,
) -> None:
    ReminderRule.objects.create(kind="three_days", anchor="first_day", amount=DAYS_BEFORE, at=time(10))
    offer.onboarding_at = next_start_with_one_behind_it(offer)
    offer.save()
    sent(offer)
    confirmed(offer)
    new = offer.onboarding_at + timedelta(days=1)
    sign_in(desk_page, live_server)
    week = f"{live_server.url}{reverse('dashboard:sending')}"
    desk_page.goto(week)
    row = desk_page.locator(".sending-list tbody tr").filter(has_text="入职前三天")
    expect(row).to_contain_text(words(offer, reminded(offer.onboarding_at)))

    page.goto(f"{address}defer/")
    ask_for(page, new)
    page.get_by_role("button", name="确定改期").tap()
    expect(page.get_by_role("status")).to_contain_text("已同意延期")
    desk_page.goto(week)
    expect(row).to_have_count(1)
    expect(row).to_contain_text(words(offer, reminded(new)))
