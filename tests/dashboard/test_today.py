"""The first page: what waits for a person, and figures that hold what they promise."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from branches.models import Branch, User
from candidates.models import Channel, Deferral, DeferralState, Offer, OfferState
from dashboard.funnel import funnel, requests, tasks
from notifications.states import State
from tests.dashboard.story import confirmed, happened, sent, signed_in, unreachable
from tests.factories import OfferFactory
from tracking.calls import log_call
from tracking.models import CallResult, Kind

NUMBER = re.compile(r'<a id="[^"]*" href="([^"]*)" aria-label="[^"]*">(\d+)</a>')


@pytest.fixture
def season(bj_cbd: Branch, sh_ljz: Branch) -> None:
    """Eight offers in two branches, each at another point of the way."""
    waiting, by_mail, arrived, opened, said_yes, said_no, gone = (
        OfferFactory.create(branch=bj_cbd) for _ in range(7)
    )
    assert waiting
    sent(by_mail, channel=Channel.EMAIL)
    sent(arrived, state=State.DELIVERED)
    sent(opened, state=State.DELIVERED)
    happened(opened, Kind.OPENED)
    sent(said_yes, channel=Channel.EMAIL)
    confirmed(said_yes)
    sent(said_no)
    happened(said_no, Kind.DECLINED)
    sent(gone)
    happened(gone, Kind.WITHDRAWN)
    unreachable(OfferFactory.create(branch=sh_ljz))


def figures(user: User) -> dict[str, int]:
    return {step.name: step.count for step in funnel(user).steps}


def test_the_funnel_counts_how_far_each_has_come(season: None, hq: User) -> None:
    assert figures(hq) == {
        "passed": 7,
        "reached_sent": 6,
        "reached_delivered": 2,
        "reached_opened": 2,
        "confirmed": 1,
    }


def test_what_went_by_mail_only_is_called_unknowable(season: None, bj_cbd_hr: User) -> None:
    assert funnel(bj_cbd_hr).unknown == 2
    shown = signed_in(bj_cbd_hr).get(reverse("dashboard:home")).content.decode()
    assert "另有 2 人" in shown


def test_a_text_message_that_still_may_report_is_not_unknowable(offer: Offer, bj_cbd_hr: User) -> None:
    sent(offer, channel=Channel.EMAIL)
    assert funnel(bj_cbd_hr).unknown == 1
    sent(offer, channel=Channel.SMS)
    assert funnel(bj_cbd_hr).unknown == 0


def test_every_number_is_as_long_as_the_list_behind_it(season: None, hq: User) -> None:
    client = signed_in(hq)
    shown = client.get(reverse("dashboard:home")).content.decode()
    numbers = NUMBER.findall(shown)
    assert len(numbers) == 5 * 6  # the funnel, and five branches with offers at or below them
    for address, number in numbers:
        assert rows(client, unescape(address)) == int(number), address


def rows(client: Client, address: str) -> int:
    return client.get(address).content.decode().count('<th scope="row"')


def test_a_branch_counts_what_is_below_it(season: None, hq: User) -> None:
    passed = {row.branch.code: row.steps[0].count for row in funnel(hq).rows}
    assert passed == {"HQ": 7, "BJ": 6, "BJ-CBD": 6, "SH": 1, "SH-LJZ": 1}


def test_a_branch_sees_its_own_numbers_only(season: None, sh_ljz_hr: User) -> None:
    assert figures(sh_ljz_hr)["passed"] == 1
    assert funnel(sh_ljz_hr).rows == []
    assert [task.count for task in tasks(sh_ljz_hr)] == [1, 0, 0]


def test_the_deadline_is_near_within_48_hours_or_when_it_is_past(bj_cbd: Branch, bj_cbd_hr: User) -> None:
    now = timezone.now()
    late, soon = (OfferFactory.create(branch=bj_cbd, answer_by=now + timedelta(hours=h)) for h in (-1, 47))
    OfferFactory.create(branch=bj_cbd, answer_by=now + timedelta(hours=49))
    OfferFactory.create(branch=bj_cbd, answer_by=now, state=OfferState.CONFIRMED)
    near = tasks(bj_cbd_hr)[1]
    assert near.first == [late, soon]
    assert near.count == 2


def to_ask(user: User) -> list[Offer]:
    return tasks(user)[1].first


def test_whom_the_planner_handed_over_is_a_task_long_before_the_deadline(
    offer: Offer, bj_cbd_hr: User
) -> None:
    assert to_ask(bj_cbd_hr) == []
    happened(offer, Kind.HANDED_OVER)
    assert to_ask(bj_cbd_hr) == [offer]


def test_who_is_to_be_called_again_later_is_no_task_until_then(offer: Offer, bj_cbd_hr: User) -> None:
    happened(offer, Kind.HANDED_OVER)
    again = timezone.now() + timedelta(hours=3)
    log_call(offer=offer, by=bj_cbd_hr, result=CallResult.NO_ANSWER, note="", again_at=again)
    assert to_ask(bj_cbd_hr) == []
    with time_machine.travel(again + timedelta(minutes=1), tick=False):
        assert to_ask(bj_cbd_hr) == [offer]


def test_who_asks_for_another_day_is_not_asked_for_an_answer(offer: Offer, bj_cbd_hr: User) -> None:
    happened(offer, Kind.HANDED_OVER)
    wish = {"before": offer.onboarding_at, "wanted": offer.onboarding_at, "reason": "health"}
    asked = Deferral.objects.create(offer=offer, **wish)
    assert to_ask(bj_cbd_hr) == []
    asked.state = DeferralState.REFUSED
    asked.save()
    assert to_ask(bj_cbd_hr) == [offer]


def test_wishes_for_another_day_are_counted_and_lead_to_their_list(
    offer: Offer, sh_offer: Offer, bj_cbd_hr: User
) -> None:
    for one in (offer, sh_offer):
        Deferral.objects.create(
            offer=one, before=one.onboarding_at, wanted=one.onboarding_at + timedelta(days=7), reason="health"
        )
    own = offer.deferrals.get()
    assert requests(bj_cbd_hr).first == [own]
    shown = signed_in(bj_cbd_hr).get(reverse("dashboard:home")).content.decode()
    assert f'href="{reverse("dashboard:deferrals")}"' in shown
    assert f'href="{reverse("dashboard:deferral", args=[own.pk])}"' in shown


@pytest.mark.parametrize(("days", "is_task"), [(1, True), (13, True), (15, False)])
def test_who_let_the_first_day_pass_without_a_word_stays_for_a_fortnight(
    days: int, is_task: bool, offer: Offer, bj_cbd_hr: User
) -> None:
    Offer.objects.update(answer_by=offer.created_at, onboarding_at=timezone.now() - timedelta(days=days))
    assert to_ask(bj_cbd_hr) == [offer] * is_task
    shown = signed_in(bj_cbd_hr).get(f"{reverse('dashboard:offers')}?stage=unanswered").content.decode()
    assert (f'id="offer-{offer.pk}"' in shown) is is_task


def test_whoever_arrives_today_or_tomorrow_is_named(bj_cbd: Branch, bj_cbd_hr: User) -> None:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight + timedelta(days=day, hours=9) for day in (-1, 0, 1, 2)]
    offers = [OfferFactory.create(branch=bj_cbd, onboarding_at=day) for day in days]
    for offer in offers:
        confirmed(offer)
    assert tasks(bj_cbd_hr)[2].first == offers[1:3]


def test_the_page_says_so_when_nobody_needs_anything(bj_cbd_hr: User) -> None:
    shown = signed_in(bj_cbd_hr).get(reverse("dashboard:home")).content.decode()
    assert shown.count("目前没有。") == 4


def test_the_number_of_queries_does_not_grow(hq: User, bj_cbd: Branch) -> None:
    counts = []
    for _ in range(2):
        for _ in range(5):
            unreachable(OfferFactory.create(branch=bj_cbd))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            signed_in(hq).get(reverse("dashboard:home"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_nothing_new_is_answered_with_nothing(offer: Offer, bj_cbd_hr: User) -> None:
    client, headers = signed_in(bj_cbd_hr), {"HX-Request": "true"}
    part = client.get(reverse("dashboard:home"), headers=headers)
    seen = re.search(r'"X-Seen": "(\w+)"', part.content.decode())
    assert seen
    headers["X-Seen"] = seen[1]
    assert client.get(reverse("dashboard:home"), headers=headers).status_code == 204
    sent(offer)
    news = client.get(reverse("dashboard:home"), headers=headers)
    assert news.status_code == 200
    assert b"<html" not in news.content
