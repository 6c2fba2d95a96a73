"""The page of sending times: what counts at a branch and from where, who may change it, and the seven days ahead."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from branches.calendar_days import last_known_year
from branches.models import Branch, CalendarDay, RefusedAttempt, Role, User
from candidates.models import Offer
from dashboard import sending_week
from notifications.local_sending import digest
from notifications.models import BranchChannels, ChannelStrategy, ReminderRule, SendWindow, TemplateVersion
from tests.branches.people import auditor_of, member
from tests.dashboard.story import confirmed, sent, signed_in
from tests.factories import OfferFactory

pytestmark = pytest.mark.django_db
PAGE = "dashboard:sending"
HOURS = {"opens_at": "13:00", "closes_at": "18:00", "off_days": "later", "messages_a_day": "3"}


@pytest.fixture
def bank_window(bank: Branch) -> SendWindow:
    return SendWindow.objects.create(branch=bank, opens_at=time(8), closes_at=time(21), messages_a_day=4)


def page_of(user: User, **asked: str) -> str:
    answer = signed_in(user).get(reverse(PAGE), asked)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def post(user: User, branch: Branch, **facts: Any) -> Any:
    return signed_in(user).post(reverse(PAGE), {"branch": branch.code, **facts})


def state_hours(user: User, branch: Branch, **changes: str) -> Any:
    own = SendWindow.objects.filter(branch=branch).first()
    return post(user, branch, what="window", save="1", basis=digest(own), **{**HOURS, **changes})


def has_field(page: str, name: str) -> bool:
    return bool(re.search(rf' name="{name}"', page))


# --- What counts, and stating it ----------------------------------------------------------------
@pytest.mark.usefixtures("bank_window")
def test_inherited_hours_are_shown_with_where_they_come_from(bj_cbd_hr: User) -> None:
    shown = page_of(bj_cbd_hr)
    assert "08:00–21:00" in shown
    assert "总行" in shown.partition('id="window"')[2].partition('id="channels"')[0]
    assert not has_field(shown, "opens_at")
    assert "own=window#window" in shown
    opened = page_of(bj_cbd_hr, own="window")
    assert 'name="opens_at" value="08:00"' in opened


@pytest.mark.parametrize("who", ["bj_hr", "bj_cbd_hr"])
def test_hours_that_were_narrowed_above_are_shown_as_they_count(
    who: str, bank_window: SendWindow, bj: Branch, request: pytest.FixtureRequest
) -> None:
    SendWindow.objects.create(branch=bj, opens_at=time(8), closes_at=time(21))
    person: User = request.getfixturevalue(who)
    told = re.compile('notice-warning">[^<]*08:00–20:00')
    assert not told.search(page_of(person))
    bank_window.closes_at = time(20)
    bank_window.save()
    assert told.search(page_of(person))


@pytest.mark.usefixtures("bank_window")
def test_a_branch_states_its_own_hours_and_takes_them_back(bj_cbd: Branch, bj_cbd_hr: User) -> None:
    assert state_hours(bj_cbd_hr, bj_cbd).status_code == 302
    own = SendWindow.objects.get(branch=bj_cbd)
    assert (own.opens_at, own.closes_at, own.off_days) == (time(13), time(18), "later")
    assert 'value="13:00"' in page_of(bj_cbd_hr)
    assert post(bj_cbd_hr, bj_cbd, withdraw="window", basis=digest(own)).status_code == 302
    assert not SendWindow.objects.filter(branch=bj_cbd).exists()


@pytest.mark.usefixtures("bank_window")
def test_hours_beyond_those_above_are_refused_at_the_field_and_nothing_typed_is_lost(
    bj_cbd: Branch, bj_cbd_hr: User
) -> None:
    answer = state_hours(bj_cbd_hr, bj_cbd, opens_at="07:00", closes_at="17:30")
    assert answer.status_code == 422
    form = answer.context["page"].window.form
    assert set(form.errors) == {"opens_at"}
    shown = html.unescape(answer.content.decode())
    assert 'value="07:00"' in shown
    assert 'value="17:30"' in shown
    assert not SendWindow.objects.filter(branch=bj_cbd).exists()


def test_channels_are_chosen_in_order_among_those_allowed(bj_cbd: Branch, bj_cbd_hr: User) -> None:
    ChannelStrategy.objects.create(channels=["wechat", "sms"])
    opened = page_of(bj_cbd_hr, own="channels")
    assert opened.count('<option value="wechat"') == 2
    assert '<option value="push"' not in opened
    answer = post(bj_cbd_hr, bj_cbd, what="channels", channels_0="sms", channels_1="wechat")
    assert answer.status_code == 302
    assert BranchChannels.objects.get().channels == ["sms", "wechat"]
    assert not RefusedAttempt.objects.exists()


def test_a_channel_that_is_not_offered_is_refused_and_kept_on_record(bj_cbd: Branch, bj_cbd_hr: User) -> None:
    ChannelStrategy.objects.create(channels=["wechat", "sms"])
    answer = post(bj_cbd_hr, bj_cbd, what="channels", channels_0="push", channels_1="")
    assert answer.status_code == 422
    assert not BranchChannels.objects.exists()
    kept = RefusedAttempt.objects.get()
    assert (kept.what, kept.target) == ("sending.not_allowed", "BJ-CBD/push")


@pytest.mark.usefixtures("bank_window")
def test_who_saves_over_what_another_has_stated_meanwhile_is_asked_first(
    bj_cbd: Branch, bj_cbd_hr: User
) -> None:
    state_hours(bj_cbd_hr, bj_cbd)
    late = post(bj_cbd_hr, bj_cbd, what="window", save="1", basis="", **{**HOURS, "opens_at": "10:00"})
    assert late.status_code == 409
    assert 'value="10:00"' in late.content.decode()
    assert SendWindow.objects.get(branch=bj_cbd).opens_at == time(13)
    basis = late.context["page"].window.form["basis"].value()
    again = post(bj_cbd_hr, bj_cbd, what="window", save="1", basis=basis, **{**HOURS, "opens_at": "10:00"})
    assert again.status_code == 302
    assert SendWindow.objects.get(branch=bj_cbd).opens_at == time(10)


# --- Who may ------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["auditor", "reviewer"])
def test_who_only_reads_sees_it_without_a_form_and_is_refused(who: str, bank: Branch, bj_cbd: Branch) -> None:
    user = auditor_of(bank) if who == "auditor" else member(bj_cbd, Role.REVIEWER)
    shown = page_of(user, branch="BJ-CBD", own="window")
    assert not has_field(shown, "opens_at")
    assert "own=window#window" not in shown
    # Whether what was posted would be right makes no difference.
    assert state_hours(user, bj_cbd).status_code == 403
    assert state_hours(user, bj_cbd, opens_at="soon").status_code == 403
    assert not SendWindow.objects.exists()
    kept = set(RefusedAttempt.objects.values_list("what", flat=True))
    assert kept == {"dashboard.change" if who == "auditor" else "sending.not_yours"}


def test_another_branch_is_not_found_and_the_try_is_kept(bj_cbd: Branch, sh_ljz_hr: User) -> None:
    assert signed_in(sh_ljz_hr).get(reverse(PAGE), {"branch": "BJ-CBD"}).status_code == 404
    assert state_hours(sh_ljz_hr, bj_cbd).status_code == 404
    assert not SendWindow.objects.exists()
    assert set(RefusedAttempt.objects.values_list("what", "target")) == {("sending.not_yours", "BJ-CBD")}


def test_the_branch_above_may_and_headquarters_too(bj: Branch, bj_cbd: Branch, bj_hr: User, hq: User) -> None:
    for user in (bj_hr, hq):
        assert state_hours(user, bj_cbd).status_code == 302
    assert state_hours(hq, bj).status_code == 302


@pytest.mark.parametrize("code", ["NO-SUCH", "💥", "a\u200bb"])
def test_a_branch_that_does_not_exist_is_not_found(code: str, bj_cbd_hr: User) -> None:
    assert signed_in(bj_cbd_hr).get(reverse(PAGE), {"branch": code}).status_code == 404


# --- Days ---------------------------------------------------------------------------------------
def test_a_year_without_a_calendar_is_warned_of_with_what_to_do(
    bank: Branch, bj_cbd: Branch, bj_cbd_hr: User, hq: User
) -> None:
    year = last_known_year() + 1
    enter = reverse("admin:branches_calendarday_add")
    # The first moment of a year that nobody knows; sessions are made at that moment.
    with time_machine.travel(datetime(year, 1, 1, tzinfo=UTC), tick=False):
        shown = page_of(bj_cbd_hr)
        assert f"{year}" in warning_of(shown)
        assert enter not in shown
        assert enter in page_of(hq, branch="BJ-CBD")
        CalendarDay.objects.create(branch=bank, day=date(year, 2, 8))
        assert warning_of(page_of(bj_cbd_hr)) == ""


def warning_of(page: str) -> str:
    found = re.search(r'<p class="notice notice-warning" role="status">(.*?)</p>', page, re.DOTALL)
    return found[1] if found else ""


def test_a_stated_holiday_is_listed(bj_cbd: Branch, bj_cbd_hr: User) -> None:
    wednesday = timezone.localdate() + timedelta(days=(2 - timezone.localdate().weekday()) % 7 + 7)
    CalendarDay.objects.create(branch=bj_cbd, day=wednesday, note="行庆")
    shown = page_of(bj_cbd_hr)
    assert f"{wednesday:%Y-%m-%d}" in shown.partition("special-days")[2]
    assert "行庆" in shown


# --- The week -----------------------------------------------------------------------------------
@pytest.fixture
def day_before(bank: Branch) -> ReminderRule:
    return ReminderRule.objects.create(kind="one_day", anchor="first_day", amount=1, at=time(10))


def starts_in(offer: Offer, days: int, version: TemplateVersion | None = None) -> date:
    """The offer is told and confirmed, and its first day is so many days ahead; returned is the day before it."""
    first_day = timezone.localdate() + timedelta(days=days)
    offer.onboarding_at = timezone.make_aware(datetime.combine(first_day, time(9)))
    offer.save()
    sent(offer, version=version)
    confirmed(offer)
    return first_day - timedelta(days=1)


def test_the_week_shows_who_gets_what_when_by_which_channel_and_why(
    bj_cbd_hr: User, offer: Offer, day_before: ReminderRule
) -> None:
    eve = starts_in(offer, 3)
    shown = page_of(bj_cbd_hr)
    row = shown.partition('class="list sending-list"')[2]
    for words in ("王小明", f"{eve:%Y}年{eve.month}月{eve.day}日", "10:00", "短信", "一天"):
        assert words in row
    answer = signed_in(bj_cbd_hr).get(reverse(PAGE), {"day": eve.isoformat()})
    week = answer.context["week"]
    assert [(one.day, one.messages, one.percent) for one in week.days if one.messages] == [(eve, 1, 100)]
    assert [line.day for line in week.lines] == [eve]


def test_the_week_moves_with_the_hours_of_the_branch(
    bj_cbd: Branch, bj_cbd_hr: User, offer: Offer, day_before: ReminderRule
) -> None:
    starts_in(offer, 3)
    assert "10:00" in page_of(bj_cbd_hr).partition('class="list sending-list"')[2]
    state_hours(bj_cbd_hr, bj_cbd)
    moved = page_of(bj_cbd_hr).partition('class="list sending-list"')[2]
    assert "13:00" in moved
    assert "10:00" not in moved


def test_nobody_sees_the_week_of_another_branch_or_of_other_candidates(
    bj: Branch, bj_cbd_hr: User, offer: Offer, sh_offer: Offer, day_before: ReminderRule
) -> None:
    for one in (offer, sh_offer):
        starts_in(one, 3)
    assert "李小红" not in page_of(bj_cbd_hr)
    interns = member(bj, username="interns", categories=["intern"])
    assert "王小明" not in page_of(interns, branch="BJ-CBD")


def test_headquarters_sees_the_week_of_the_branch_it_opened_and_of_all_below(
    hq: User, offer: Offer, sh_offer: Offer, day_before: ReminderRule
) -> None:
    for one in (offer, sh_offer):
        starts_in(one, 3)
    beijing, bank = page_of(hq, branch="BJ"), page_of(hq, branch="HQ")
    assert ("王小明" in beijing, "李小红" in beijing) == (True, False)
    assert ("王小明" in bank, "李小红" in bank) == (True, True)


def test_a_day_that_is_not_in_the_week_is_taken_as_all_of_them(
    bj_cbd_hr: User, offer: Offer, day_before: ReminderRule
) -> None:
    starts_in(offer, 3)
    for nonsense in ("2020-01-01", "2026-13-45", "soon"):
        assert "王小明" in page_of(bj_cbd_hr, day=nonsense, page="soon")


def test_more_than_a_page_is_paged_and_more_than_is_worked_out_is_said(
    bj_cbd: Branch, bj_cbd_hr: User, day_before: ReminderRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        starts_in(OfferFactory.create(branch=bj_cbd), 3)
    monkeypatch.setattr(sending_week, "PER_PAGE", 3)
    first = signed_in(bj_cbd_hr).get(reverse(PAGE))
    assert len(first.context["week"].lines) == 3
    assert first.context["week"].is_all
    assert len(signed_in(bj_cbd_hr).get(reverse(PAGE), {"page": "2"}).context["week"].lines) == 1
    monkeypatch.setattr(sending_week, "MOST_OFFERS", 2)
    cut = signed_in(bj_cbd_hr).get(reverse(PAGE)).context["week"]
    assert (cut.looked_at, cut.candidates, cut.is_all) == (2, 4, False)


def test_the_page_takes_as_many_queries_for_many_as_for_few(
    bj_cbd: Branch, bj_cbd_hr: User, day_before: ReminderRule
) -> None:
    counts = []
    for number in (1, 5):
        for _ in range(number):
            starts_in(OfferFactory.create(branch=bj_cbd), 3)
        client = signed_in(bj_cbd_hr)
        client.get(reverse(PAGE))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(PAGE))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 30


# --- The same on the command line ---------------------------------------------------------------
def test_the_command_prints_the_week_without_a_name(
    offer: Offer, day_before: ReminderRule, capsys: pytest.CaptureFixture[str]
) -> None:
    eve = starts_in(offer, 3)
    call_command("upcoming", "--branch=BJ")
    printed = capsys.readouterr().out
    assert f"{eve} 10:00  BJ-CBD  {offer.interview_id}" in printed
    assert "王小明" not in printed
    call_command("upcoming", "--branch=BJ", "--days=1")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("wrong", [["--branch=NO-SUCH"], ["--branch=BJ", "--days=0"]])
@pytest.mark.usefixtures("bj")
def test_the_command_names_what_is_wrong(wrong: list[str]) -> None:
    with pytest.raises(CommandError, match=wrong[-1].partition("=")[0]):
        call_command("upcoming", *wrong)
