"""Asking for another first day on the page, what the page says of it, and the entry of the person's calendar."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext
from icalendar import Calendar

from branches.models import Branch, User
from candidates.models import DeclineReason, Deferral, DeferralPolicy, Offer, OfferState
from notifications.deferrals import decide
from notifications.moves import move_by_hr
from tests.factories import page_key
from tracking import answers
from tracking.models import Kind

MONDAY = datetime(2026, 3, 2, 2, tzinfo=UTC)  # 10:00 in Beijing
WISH, SATURDAY = "2026-03-23", "2026-03-21"


@pytest.fixture(autouse=True)
def _early_in_march() -> Any:
    with time_machine.travel(MONDAY):
        yield


@pytest.fixture
def offer(offer: Offer) -> Offer:
    """First day on Monday, 16 March at nine; an answer until the 5th."""
    offer.onboarding_at = datetime(2026, 3, 16, 1, tzinfo=UTC)
    offer.answer_by = datetime(2026, 3, 5, 10, tzinfo=UTC)
    offer.save()
    return offer


@pytest.fixture
def policy(bj: Branch) -> DeferralPolicy:
    return DeferralPolicy.objects.create(branch=bj)


def chosen(**changed: str) -> dict[str, str]:
    return {"day": WISH, "another": "", "reason": "graduation", "words": "", **changed}


def ask(client: Client, address: str, *, day: str = WISH, words: str = "") -> str:
    """Read once more and sent: what the page then says."""
    given = {"wanted": day, "reason": "graduation", "words": words, "sure": "1"}
    answer = client.post(f"{address}defer/", given, follow=True)
    return text_of(answer.content)


def text_of(content: bytes) -> str:
    return " ".join(strip_tags(content.decode()).split())


def text(client: Client, address: str) -> str:
    return text_of(client.get(address).content)


# --- Choosing -------------------------------------------------------------------------------------
def test_the_days_settled_at_once_are_offered_and_any_other_may_be_entered(
    client: Client, address: str, policy: DeferralPolicy
) -> None:
    page = client.get(f"{address}defer/").content.decode()
    assert page.count('name="day"') == 11
    assert 'value="2026-03-17"' in page
    assert SATURDAY not in page
    assert 'min="2026-03-17"' in page
    assert 'max="2027-03-17"' in page


def test_without_a_policy_only_another_day_is_asked_for(client: Client, address: str) -> None:
    page = client.get(f"{address}defer/").content.decode()
    assert page.count('name="day"') == 1
    assert "申请由人力资源审批" in page


def test_what_it_means_is_read_before_it_counts(
    client: Client, offer: Offer, address: str, policy: DeferralPolicy
) -> None:
    answer = client.post(f"{address}defer/", chosen(words="毕业答辩\n在二十日"))
    page = text_of(answer.content)
    assert "点击按钮即表示您确认于2026年3月23日（周一）09:00入职" in page
    assert "毕业答辩" in page
    assert not Deferral.objects.exists()


def test_the_way_back_keeps_what_was_chosen(client: Client, address: str, policy: DeferralPolicy) -> None:
    page = client.post(f"{address}defer/", {**chosen(words="毕业答辩"), "change": "1"}).content.decode()
    assert re.search(rf'<input[^>]*value="{WISH}"[^>]*checked', page)
    assert "毕业答辩</textarea>" in page


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"day": ""}, "请选择日期。"),
        ({"day": SATURDAY}, "该日期已不可选，请另选一天。"),
        ({"day": "another"}, "请填写日期。"),
        ({"day": "another", "another": "soon"}, "请按此格式填写日期"),
        ({"day": "another", "another": "2026-03-16"}, "请选择晚于现定日期、一年以内的日期。"),
        ({"reason": "because"}, 'role="alert"'),
        ({"reason": ""}, "请选择一项原因。"),
        ({"words": "长" * 201}, "请不要超过200个字符。"),
    ],
)
def test_a_slip_is_pointed_out_at_its_field_and_nothing_is_lost(
    client: Client, address: str, policy: DeferralPolicy, wrong: dict[str, str], says: str
) -> None:
    page = client.post(f"{address}defer/", chosen(**wrong)).content.decode()
    assert 'role="alert"' in page
    assert says in page
    assert not Deferral.objects.exists()


def test_a_date_that_was_entered_says_enough_without_its_button(
    client: Client, address: str, policy: DeferralPolicy
) -> None:
    page = text_of(client.post(f"{address}defer/", chosen(day="", another=SATURDAY)).content)
    assert "该日期由人力资源审批，结果将通过短信通知您" in page


# --- The answer at once ---------------------------------------------------------------------------
def test_a_day_a_rule_grants_is_answered_at_once_with_the_new_day_and_a_calendar(
    client: Client, offer: Offer, address: str, policy: DeferralPolicy
) -> None:
    page = ask(client, address)
    assert "您的入职时间改为2026年3月23日（周一）09:00，并已为您确认入职" in page
    assert "同意延期" in page
    assert "加入日历" in page
    offer.refresh_from_db()
    assert offer.state == OfferState.CONFIRMED


def test_a_second_tap_is_the_same_request(
    client: Client, offer: Offer, address: str, policy: DeferralPolicy
) -> None:
    for _ in range(2):
        assert "并已为您确认入职" in ask(client, address)
    assert offer.events.filter(kind=Kind.DEFER_ASKED).count() == 1


def test_any_other_day_is_with_hr_and_the_page_says_so_until_it_is_taken_back(
    client: Client, offer: Offer, address: str, policy: DeferralPolicy
) -> None:
    page = ask(client, address, day=SATURDAY)
    assert "您的申请已提交，由人力资源处理" in page
    assert "您的延期申请正在处理" in page
    assert "2026年3月21日（周六）09:00" in page
    assert "入职时间仍为2026年3月16日（周一）09:00" in page
    assert "处理结果将通过短信通知您" in page
    assert "延期申请处理中" in page
    assert client.get(address).content.decode().count('aria-current="step"') == 1
    assert "您的延期申请将同时撤回" in text(client, f"{address}confirm/")
    back = client.post(f"{address}defer/back/", follow=True)
    assert "申请已撤回" in text_of(back.content)
    assert "您的延期申请正在处理" not in text(client, address)


def test_a_day_filled_meanwhile_goes_to_hr_and_the_person_is_told_why(
    client: Client, address: str, policy: DeferralPolicy, offer: Offer
) -> None:
    DeferralPolicy.objects.update(places_a_day=0)
    assert "该日名额已满" in ask(client, address)


# --- The answer by HR -----------------------------------------------------------------------------
@pytest.fixture
def pending(client: Client, address: str, policy: DeferralPolicy) -> Deferral:
    ask(client, address, day=SATURDAY)
    return Deferral.objects.get()


def test_a_refusal_says_why_and_asks_for_an_answer_to_the_day_that_stands(
    client: Client, address: str, pending: Deferral, bj_cbd_hr: User
) -> None:
    decide(deferral=pending, by=bj_cbd_hr, grant=False, answer="该日不办理报到。")
    page = text(client, address)
    assert "您的延期申请未获同意" in page
    assert "答复说明： 该日不办理报到。" in page
    assert "确认入职" in page


def test_another_day_of_hrs_is_shown_beside_the_wish_and_to_be_confirmed(
    client: Client, offer: Offer, address: str, pending: Deferral, bj_cbd_hr: User
) -> None:
    decide(deferral=pending, by=bj_cbd_hr, grant=True, day=date(2026, 3, 24))
    page = text(client, address)
    assert "为您另定了入职日期" in page
    assert "2026年3月21日（周六）09:00" in page
    assert "2026年3月24日（周二）09:00" in page
    assert "请在下方确认" in page
    client.post(f"{address}confirm/")
    assert "为您另定了入职日期" not in text(client, address)


def test_after_the_deadline_nobody_is_sent_to_a_button_that_is_gone(
    client: Client, offer: Offer, address: str, pending: Deferral, bj_cbd_hr: User
) -> None:
    decide(deferral=pending, by=bj_cbd_hr, grant=True, day=date(2026, 3, 24))
    Offer.objects.filter(pk=offer.pk).update(answer_by=timezone.now() - timedelta(minutes=1))
    page = text(client, address)
    assert "为您另定了入职日期" in page
    assert "请在下方确认" not in page


def test_what_hr_moved_since_is_no_longer_the_answer_to_a_wish(
    client: Client, offer: Offer, address: str, pending: Deferral, bj_cbd_hr: User
) -> None:
    decide(deferral=pending, by=bj_cbd_hr, grant=False)
    move_by_hr(
        offer=offer, onboarding_at=datetime(2026, 4, 1, 1, tzinfo=UTC), branch=offer.branch, by=bj_cbd_hr
    )
    assert "未获同意" not in text(client, address)


# --- Who may ask ----------------------------------------------------------------------------------
def test_after_the_deadline_the_page_names_whom_to_call(
    client: Client, offer: Offer, address: str, policy: DeferralPolicy
) -> None:
    with time_machine.travel(offer.answer_by + timedelta(minutes=1)):
        for answer in (client.get(f"{address}defer/"), client.post(f"{address}defer/", chosen())):
            assert answer.status_code == 409
            assert 'href="tel:01055506110"' in answer.content.decode()
        assert f"{address}defer/" not in client.get(address).content.decode()
        assert "请致电" in ask(client, address)
    assert not Deferral.objects.exists()


def test_who_has_declined_is_led_back_to_the_page(client: Client, offer: Offer, address: str) -> None:
    answers.decline(offer=offer, channel="sms", reason=DeclineReason.PAY)
    answer = client.get(f"{address}defer/")
    assert (answer.status_code, answer.headers["Location"]) == (302, address)


def test_a_get_asks_for_nothing(client: Client, address: str, policy: DeferralPolicy) -> None:
    client.get(f"{address}defer/?wanted={WISH}&reason=graduation&sure=1")
    assert client.get(f"{address}defer/back/").status_code == 405
    assert not Deferral.objects.exists()


def test_who_asks_again_and_again_is_asked_to_call(client: Client, offer: Offer, address: str) -> None:
    for number in range(10):
        ask(client, address, words=str(number))
    said = gettext("You have asked for many days today. Please call us instead.")
    assert said in ask(client, address, words="again")
    assert Deferral.objects.count() == 10


# --- The calendar ---------------------------------------------------------------------------------
def entry(client: Client, address: str) -> Any:
    answer = client.get(f"{address}calendar.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    return event


def test_the_entry_says_when_where_and_whom_to_call_and_reminds_twice(
    client: Client, offer: Offer, address: str
) -> None:
    event = entry(client, address)
    assert event["DTSTART"].dt == offer.onboarding_at
    assert str(event["SUMMARY"]) == "海岳银行入职报到（北京CBD支行）"
    assert "北京市朝阳区示例路18号3层" in event["LOCATION"]
    assert "010-5550 6110" in event["DESCRIPTION"]
    assert (event["STATUS"], event["CLASS"]) == ("TENTATIVE", "PRIVATE")
    alarms = [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")]
    assert alarms == [timedelta(days=-1), timedelta(hours=-2)]


def test_the_entry_moves_along_and_stays_the_same_one(
    client: Client, offer: Offer, address: str, policy: DeferralPolicy
) -> None:
    before = entry(client, address)
    ask(client, address)
    after = entry(client, address)
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after["DTSTART"].dt - before["DTSTART"].dt == timedelta(days=7)
    assert after["STATUS"] == "CONFIRMED"


@pytest.mark.parametrize("state", [OfferState.DECLINED, OfferState.WITHDRAWN])
def test_who_does_not_join_has_it_cancelled_and_is_not_reminded(
    client: Client, offer: Offer, address: str, state: str
) -> None:
    Offer.objects.update(state=state)
    event = entry(client, address)
    assert event["STATUS"] == "CANCELLED"
    assert not event.walk("VALARM")


def test_a_calendar_that_is_shared_gives_neither_the_person_nor_the_page_away(
    client: Client, offer: Offer, address: str, token: str
) -> None:
    content = client.get(f"{address}calendar.ics").content.decode()
    for private in (offer.candidate.name, offer.candidate.phone, token, offer.interview_id):
        assert private not in content


def test_no_text_of_a_branch_adds_lines_to_the_calendar(
    client: Client, offer: Offer, address: str, bj_cbd: Branch
) -> None:
    lines = "支行\r\nEND:VEVENT\r\nATTACH:http://elsewhere.example/,;\\n"
    Branch.objects.filter(pk=bj_cbd.pk).update(name=lines, address=lines, contact=lines)
    event = entry(client, address)
    assert "ATTACH" not in event
    assert str(event["LOCATION"]).count("ATTACH:http://elsewhere.example/,;") == 2
    assert event.walk("VALARM")


def test_the_entry_speaks_the_candidates_language(client: Client, english_offer: Offer) -> None:
    event = entry(client, f"/n/{page_key(english_offer)}/")
    assert str(event["SUMMARY"]) == "First day at Haiyue Bank, CBD Sub-branch"


def test_a_calendar_that_fetches_the_entry_has_opened_nothing(
    client: Client, offer: Offer, address: str
) -> None:
    entry(client, address)
    assert not offer.events.filter(kind=Kind.OPENED).exists()


def test_who_has_confirmed_may_add_the_day_or_subscribe_to_it(
    client: Client, offer: Offer, address: str
) -> None:
    assert "calendar.ics" not in client.get(address).content.decode()
    answers.confirm(offer=offer, channel="sms")
    page = client.get(address).content.decode()
    assert f'href="{address}calendar.ics"' in page
    host = settings.PUBLIC_URL.partition("://")[2]
    assert re.search(rf'href="webcal://{host}/n/[-0-9a-f]+/calendar.ics"', page)


def test_what_a_calendar_keeps_opens_the_entry_and_nothing_else(
    client: Client, offer: Offer, address: str, token: str
) -> None:
    answers.confirm(offer=offer, channel="sms")
    [kept] = re.findall(r"/n/([-0-9a-f]+)/calendar.ics", client.get(address).content.decode())
    assert token not in kept
    assert entry(client, f"/n/{kept}/")["STATUS"] == "CONFIRMED"
    for end in ("", "confirm/", "decline/", "defer/", "preferences/", "wechat/"):
        assert client.get(f"/n/{kept}/{end}").status_code == 404
    forged = kept[:-1] + ("0" if kept[-1] != "0" else "1")
    for wrong in (forged, kept.partition("-")[0], "-", f"x-{kept.partition('-')[2]}"):
        assert client.get(f"/n/{wrong}/calendar.ics").status_code == 404
    offer.page_tokens.update(revoked_at=MONDAY)
    assert client.get(f"/n/{kept}/calendar.ics").status_code == 404


def test_wechats_browser_which_opens_no_calendar_says_how(client: Client, offer: Offer, address: str) -> None:
    answers.confirm(offer=offer, channel="sms")
    inside = client.get(address, headers={"User-Agent": "Mozilla/5.0 MicroMessenger/8.0"})
    assert "微信内无法打开日历" in inside.content.decode()
    assert "微信内无法打开日历" not in client.get(address).content.decode()


def test_a_revoked_key_opens_no_calendar(client: Client, offer: Offer, address: str) -> None:
    offer.page_tokens.update(revoked_at=MONDAY)
    assert client.get(f"{address}calendar.ics").status_code == 404
