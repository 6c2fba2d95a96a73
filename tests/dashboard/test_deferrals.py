"""Branch HR decides wishes for another first day: its own branch's only, and each once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from branches.models import Branch, CalendarDay, RefusedAttempt, Role, User
from candidates.models import Deferral, DeferralPolicy, DeferralState, Offer, OfferState
from dashboard.contact_forms import TOO_FAR
from dashboard.deferrals import of_offer, rows, to_decide
from tests.branches.people import auditor_of, member
from tests.dashboard.story import signed_in
from tests.deferrals import wish
from tests.factories import OfferFactory
from tracking.models import Kind

LIST = "/dashboard/deferrals/"


@pytest.fixture
def client(bj_cbd_hr: User) -> Client:
    return signed_in(bj_cbd_hr)


@pytest.fixture
def asked(offer: Offer) -> Deferral:
    return wish(offer, words="毕业答辩")


def address(deferral: Deferral) -> str:
    return reverse("dashboard:deferral", args=[deferral.pk])


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(strip_tags(answer.content.decode()).split())


def decided(client: Client, deferral: Deferral, **given: str) -> Any:
    """The whole form as a browser sends it; a day off was pointed out before."""
    sent = {"day": "", "reason": "", "words": "", "day_off": given.get("day", ""), **given}
    return client.post(address(deferral), sent, follow=True)


# --- The list -------------------------------------------------------------------------------------
def test_the_oldest_wish_comes_first_and_decided_ones_are_gone(
    client: Client, offer: Offer, bj_cbd: Branch
) -> None:
    older = OfferFactory.create(branch=bj_cbd, candidate__name="李小红")
    done = OfferFactory.create(branch=bj_cbd, candidate__name="张三丰")
    wish(offer)
    wish(older, asked_at=timezone.now() - timedelta(hours=30))
    wish(done, state=DeferralState.REFUSED)
    shown = text(client, LIST)
    assert shown.index("李小红") < shown.index("王小明")
    assert "张三丰" not in shown


def test_it_says_why_no_rule_grants_it_how_long_it_waits_and_how_full_the_day_is(
    client: Client, offer: Offer, bj_cbd: Branch
) -> None:
    DeferralPolicy.objects.create(branch=bj_cbd, places_a_day=2)
    asked = wish(offer, obstacles=["full", "too_often"], asked_at=timezone.now() - timedelta(hours=5))
    for state in (OfferState.OFFERED, OfferState.CONFIRMED, OfferState.DECLINED):
        OfferFactory.create(branch=bj_cbd, onboarding_at=asked.wanted, state=state)
    shown = text(client, LIST)
    assert "该日名额已满" in shown
    assert "延期次数已达上限" in shown
    assert "名额2个，已安排2人" in shown
    assert "5小时" in shown.replace("\xa0", "").replace(" ", "")


def test_a_wish_whose_time_to_answer_is_over_stands_out(client: Client, offer: Offer) -> None:
    wish(offer)
    assert "答复期限已过" not in text(client, LIST)
    Offer.objects.update(answer_by=timezone.now() - timedelta(minutes=1))
    assert "答复期限已过" in text(client, LIST)


def test_without_wishes_the_list_says_so(client: Client) -> None:
    assert "目前没有待审批的延期申请" in text(client, LIST)


def test_each_branch_sees_its_own(offer: Offer, sh_offer: Offer, bj_hr: User, sh_ljz_hr: User) -> None:
    mine, theirs = wish(offer), wish(sh_offer)
    assert list(to_decide(bj_hr)) == [mine]
    assert list(to_decide(sh_ljz_hr)) == [theirs]


def test_many_wishes_cost_no_more_queries_than_one(offer: Offer, bj_cbd: Branch, bj_hr: User) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            shown = rows(list(to_decide(bj_hr)))
        assert len(shown) == Deferral.objects.count()
        return len(queries)

    assert bj_hr.scopes()  # read once per request
    wish(offer)
    one = cost()
    for _ in range(5):
        wish(OfferFactory.create(branch=bj_cbd))
    assert cost() == one == 3


# --- Deciding -------------------------------------------------------------------------------------
def test_the_page_says_what_was_asked_and_what_stands_against_it_now(
    client: Client, asked: Deferral, bj_cbd: Branch
) -> None:
    DeferralPolicy.objects.create(branch=bj_cbd)
    CalendarDay.objects.create(branch=bj_cbd, day=asked.wanted.astimezone(bj_cbd.zone).date())
    shown = text(client, address(asked))
    assert "毕业答辩" in shown
    assert "该日非工作日" in shown
    assert "近期可安排的日期" in shown


def test_granting_the_day_moves_it_and_leads_back_to_the_list(
    client: Client, asked: Deferral, offer: Offer
) -> None:
    answer = decided(client, asked, decision="grant")
    assert answer.redirect_chain == [(LIST, 302)]
    assert "已处理" in answer.content.decode()
    offer.refresh_from_db()
    assert (offer.onboarding_at, offer.state) == (asked.wanted, OfferState.CONFIRMED)
    assert offer.events.get(kind=Kind.DEFERRED).actor == "bj-cbd"


def test_granting_another_day_needs_one_that_lies_ahead(
    client: Client, asked: Deferral, offer: Offer
) -> None:
    present = offer.onboarding_at.astimezone(offer.branch.zone).date().isoformat()
    for day, says in (
        ("", "请填写日期。"),
        ("2020-01-01", "入职时间必须晚于现在"),
        (present, "请选择不同意"),
        ("2062-03-01", str(TOO_FAR)),
        ("9999-12-31", str(TOO_FAR)),
    ):
        assert says in decided(client, asked, decision="another", day=day).content.decode()
    wanted = (asked.wanted + timedelta(days=1)).astimezone(offer.branch.zone).date()
    decided(client, asked, decision="another", day=wanted.isoformat())
    offer.refresh_from_db()
    assert offer.onboarding_at.astimezone(offer.branch.zone).date() == wanted
    assert offer.state == OfferState.OFFERED


def test_refusing_says_why_in_the_candidates_language(client: Client, english_offer: Offer) -> None:
    asked = wish(english_offer)
    assert "请填写原因" in decided(client, asked, decision="refuse").content.decode()
    decided(client, asked, decision="refuse", reason="day_off", words="Please call us.")
    asked.refresh_from_db()
    assert (asked.state, asked.answer) == (
        DeferralState.REFUSED,
        "Nobody is received on that day. Please call us.",
    )


def test_words_that_lead_out_of_the_bank_are_refused_and_nothing_typed_is_lost(
    client: Client, asked: Deferral
) -> None:
    answer = decided(client, asked, decision="refuse", words="请加 http://elsewhere.example/ 办理")
    shown = answer.content.decode()
    assert 'class="errorlist"' in shown
    assert "elsewhere.example/ 办理</textarea>" in shown
    asked.refresh_from_db()
    assert asked.state == DeferralState.PENDING


def test_words_reach_the_person_on_one_line_however_they_are_typed(client: Client, asked: Deferral) -> None:
    """A line of its own would be a heading of the mail, and blank lines would not fit."""
    decided(client, asked, decision="refuse", words=f"该日不办理报到。{chr(10) * 300}# 重要\r\n请来电")
    asked.refresh_from_db()
    assert asked.answer == "该日不办理报到。 # 重要 请来电"


def test_an_answer_is_required(client: Client, asked: Deferral) -> None:
    assert "请选择审批意见" in decided(client, asked).content.decode()


def test_what_somebody_else_decided_is_shown_and_not_decided_again(
    client: Client, asked: Deferral, bj_hr: User
) -> None:
    decided(signed_in(bj_hr), asked, decision="refuse", reason="full")
    answer = decided(client, asked, decision="grant")
    shown = " ".join(strip_tags(answer.content.decode()).split())
    assert "该申请已由他人处理" in shown
    assert "该日报到名额已满。" in shown
    assert "decision" not in answer.content.decode()
    asked.refresh_from_db()
    assert asked.state == DeferralState.REFUSED


# --- Who may --------------------------------------------------------------------------------------
def test_another_branchs_wish_is_not_found_and_the_try_is_kept(client: Client, sh_offer: Offer) -> None:
    theirs = wish(sh_offer)
    assert client.get(address(theirs)).status_code == 404
    assert not RefusedAttempt.objects.exists()
    assert client.post(address(theirs), {"decision": "grant"}).status_code == 404
    attempt = RefusedAttempt.objects.get()
    assert (attempt.what, attempt.target) == ("deferral.decide", str(theirs.pk))


def test_a_reviewer_reads_it_and_a_try_to_decide_is_refused_and_kept(asked: Deferral, bj_cbd: Branch) -> None:
    reviewer = signed_in(member(bj_cbd, Role.REVIEWER))
    shown = text(reviewer, address(asked))
    assert "您的角色不能审批申请" in shown
    assert asked.words not in shown
    assert reviewer.post(address(asked), {"decision": "grant"}).status_code == 403
    assert RefusedAttempt.objects.get().what == "deferral.decide"
    asked.refresh_from_db()
    assert asked.state == DeferralState.PENDING


def test_who_only_reads_decides_nothing(asked: Deferral, bank: Branch) -> None:
    auditor = signed_in(auditor_of(bank))
    assert auditor.get(address(asked)).status_code == 200
    assert auditor.post(address(asked), {"decision": "grant"}).status_code == 403
    asked.refresh_from_db()
    assert asked.state == DeferralState.PENDING


def test_hr_of_other_candidates_of_the_branch_does_not_find_it(asked: Deferral, bj_cbd: Branch) -> None:
    interns = signed_in(member(bj_cbd, categories=["intern"]))
    assert interns.get(address(asked)).status_code == 404
    assert "王小明" not in text(interns, LIST)


def test_one_offers_wishes_come_with_who_decided_in_one_query(asked: Deferral, offer: Offer) -> None:
    with CaptureQueriesContext(connection) as queries:
        [one] = of_offer(offer)
        assert one.decided_by is None
    assert len(queries) == 1
