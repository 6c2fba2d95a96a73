"""The list: filters, search, pages, and the same number of queries whatever its length."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from branches.categories import Category
from branches.models import Branch, User
from candidates.models import Channel, Offer
from notifications.states import State
from tests.dashboard.story import sent, signed_in, unreachable
from tests.factories import OfferFactory

ROW = re.compile(r'<a id="offer-([0-9a-f-]{36})"')
LIST = "dashboard:offers"


def listed(client: Client, **asked: str) -> list[str]:
    """The offers of the first page, in order."""
    return ROW.findall(client.get(f"{reverse(LIST)}?{urlencode(asked)}").content.decode())


def ids(*offers: Offer) -> list[str]:
    return [str(offer.pk) for offer in offers]


def test_a_branch_sees_its_own_candidates_the_newest_first(
    bj_cbd_hr: User, offer: Offer, english_offer: Offer, sh_offer: Offer
) -> None:
    assert listed(signed_in(bj_cbd_hr)) == ids(english_offer, offer)


def test_a_row_shows_channel_and_stage_and_no_full_phone(bj_cbd_hr: User, offer: Offer) -> None:
    sent(offer, channel=Channel.EMAIL)
    shown = signed_in(bj_cbd_hr).get(reverse(LIST)).content.decode()
    assert "王小明" in shown
    assert "+86138****8000" in shown
    assert "13800138000" not in shown
    assert "无法获知是否送达" in shown


def test_the_list_narrows_by_branch_with_those_below(hq: User, offer: Offer, sh_offer: Offer) -> None:
    client = signed_in(hq)
    assert listed(client, branch="BJ") == ids(offer)
    assert listed(client, branch="SH-LJZ") == ids(sh_offer)
    assert listed(client, branch="HQ") == ids(sh_offer, offer)


def test_the_conditions_stand_in_words_above_the_list(bj_hr: User, offer: Offer) -> None:
    asked = {
        "branch": "BJ-CBD",
        "stage": "confirmed",
        "failed": "email",
        "start": "2026-12-01",
        "end": "no day",
    }
    client = signed_in(bj_hr)
    wrong = client.get(reverse(LIST), asked).content.decode()
    assert "失败渠道：邮件" not in wrong
    assert '<details class="filters card" open>' in wrong
    right = client.get(reverse(LIST), asked | {"end": ""}).content.decode()
    for words in ("机构（含下级）：BJ-CBD", "进展：已确认", "失败渠道：邮件", "入职日期起：2026-12-01"):
        assert words in right, words
    assert '<details class="filters card">' in right


def test_another_branch_is_no_choice(bj_hr: User, offer: Offer, sh_offer: Offer) -> None:
    client = signed_in(bj_hr)
    assert listed(client, branch="SH-LJZ") == []
    assert "SH-LJZ" not in client.get(reverse(LIST)).content.decode()


def test_the_list_narrows_by_stage_category_and_failed_channel(
    bj_cbd_hr: User, offer: Offer, english_offer: Offer, bj_cbd: Branch
) -> None:
    client = signed_in(bj_cbd_hr)
    unreachable(offer)
    intern = OfferFactory.create(branch=bj_cbd, candidate__category=Category.INTERN)
    sent(english_offer, channel=Channel.EMAIL, state=State.BOUNCED, code="550")
    assert listed(client, stage="unreachable") == ids(offer)
    assert listed(client, stage="waiting") == ids(intern)
    assert listed(client, category="intern") == ids(intern)
    assert listed(client, failed="sms") == ids(offer)
    assert listed(client, failed="email") == ids(english_offer)
    assert listed(client, failed="sms", category="intern") == []


def test_the_list_narrows_by_the_first_day(bj_cbd_hr: User, bj_cbd: Branch) -> None:
    noon = timezone.localtime().replace(hour=12) + timedelta(days=30)
    before, first, last, after = (
        OfferFactory.create(branch=bj_cbd, onboarding_at=noon + timedelta(days=day)) for day in range(4)
    )
    client = signed_in(bj_cbd_hr)
    start, end = (f"{noon + timedelta(days=day):%Y-%m-%d}" for day in (1, 2))
    assert listed(client, start=start, end=end) == ids(last, first)
    assert listed(client, start=start) == ids(after, last, first)
    assert listed(client, end=end) == ids(last, first, before)


def test_days_in_the_wrong_order_are_explained(bj_cbd_hr: User, offer: Offer) -> None:
    address = f"{reverse(LIST)}?start=2026-12-02&end=2026-12-01"
    assert "截止日期早于起始日期" in signed_in(bj_cbd_hr).get(address).content.decode()


def test_this_week_is_one_tap_and_keeps_the_other_conditions(bj_cbd_hr: User, offer: Offer) -> None:
    shown = signed_in(bj_cbd_hr).get(f"{reverse(LIST)}?category=campus").content.decode()
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    assert f"?category=campus&amp;start={monday}&amp;end={monday + timedelta(days=6)}" in shown


@pytest.mark.parametrize("text", ["王小明", "13800138000", "+86 138 0013 8000", "XM@example.com"])
def test_one_person_is_found_however_it_is_written(text: str, bj_cbd_hr: User, offer: Offer) -> None:
    answer = signed_in(bj_cbd_hr).post(reverse("dashboard:search"), {"q": text})
    assert ROW.findall(answer.content.decode()) == ids(offer)


def test_a_search_stays_out_of_every_address(bj_cbd_hr: User, offer: Offer) -> None:
    client = signed_in(bj_cbd_hr)
    shown = client.post(reverse("dashboard:search"), {"q": "13800138000"}).content.decode()
    assert not re.search(r'(?:href|action|hx-get|name="next" value)="[^"]*13800138000', shown)
    # A reload, or a change of language, starts over.
    assert client.get(reverse("dashboard:search")).headers["Location"] == reverse(LIST)


def test_a_search_does_not_reach_into_another_branch(bj_cbd_hr: User, sh_offer: Offer) -> None:
    answer = signed_in(bj_cbd_hr).post(reverse("dashboard:search"), {"q": "李小红"})
    assert ROW.findall(answer.content.decode()) == []
    assert "未找到该候选人" in answer.content.decode()


def test_pages_follow_each_other_without_gaps(
    bj_cbd_hr: User, bj_cbd: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.offer_list.PER_PAGE", 2)
    offers = [OfferFactory.create(branch=bj_cbd) for _ in range(5)]
    client, address, seen = signed_in(bj_cbd_hr), f"{reverse(LIST)}?category=campus", []
    while address:
        shown = client.get(address).content.decode()
        seen += ROW.findall(shown)
        # Somebody new meanwhile does not push anybody onto two pages.
        OfferFactory.create(branch=bj_cbd)
        older = re.search(r'rel="next" href="(\?category=campus&amp;after=[^"]*)"', shown)
        address = reverse(LIST) + older[1].replace("&amp;", "&") if older else ""
    assert seen == ids(*reversed(offers))


def test_nonsense_in_the_address_does_no_harm(bj_cbd_hr: User, offer: Offer) -> None:
    client = signed_in(bj_cbd_hr)
    assert listed(client, after="nonsense") == ids(offer)
    assert listed(client, stage="nonsense") == []
    assert listed(client, start="nonsense") == []


def test_fifty_rows_take_as_many_queries_as_five(bj_cbd_hr: User, bj_cbd: Branch) -> None:
    counts = []
    for more in (5, 45):
        for _ in range(more):
            offer = OfferFactory.create(branch=bj_cbd)
            sent(offer, state=State.UNDELIVERED)
            sent(offer, channel=Channel.EMAIL)
        client = signed_in(bj_cbd_hr)
        with CaptureQueriesContext(connection) as queries:
            assert len(listed(client)) == (5 if more == 5 else 50)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 7
    assert not any("COUNT(" in query["sql"] for query in queries.captured_queries)


def test_an_empty_list_says_what_will_fill_it(bj_cbd_hr: User) -> None:
    client = signed_in(bj_cbd_hr)
    assert "面试平台推送结果后" in client.get(reverse(LIST)).content.decode()
    assert "没有符合条件的候选人" in client.get(f"{reverse(LIST)}?stage=sent").content.decode()
