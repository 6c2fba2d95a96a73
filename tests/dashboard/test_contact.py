"""HR's own steps with one candidate: written, logged, recorded, and refused to whoever may not."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from branches.audit_pages import ATTEMPTS
from branches.models import Branch, CalendarDay, RefusedAttempt, Role, User
from candidates.models import Channel, DeclineReason, DeferralReason, Extension, Language, Offer, OfferState
from notifications.deferrals import request_deferral
from notifications.models import ApprovedWording, Message, Purpose
from tests.branches.people import auditor_of, member
from tests.dashboard.story import signed_in
from tests.factories import OfferFactory, hr_contact_texts
from tracking.calls import log_call
from tracking.models import Call, CallResult, Kind, Progress

STEPS = ("write", "call", "answer", "more_time", "move")
WORDS = "您来电询问的停车问题已问清：报到当天可停在大厦地下二层。"


@pytest.fixture
def client(bj_cbd_hr: User) -> Client:
    return signed_in(bj_cbd_hr)


@pytest.fixture
def wording(bank: Branch) -> ApprovedWording:
    hr_contact_texts()
    return ApprovedWording.objects.create(
        title="请尽快答复",
        title_en="Please answer",
        text="请您尽快在页面上答复。",
        text_en="Please answer soon.",
    )


def address(step: str, offer: Offer) -> str:
    return reverse(f"dashboard:{step}", args=[offer.pk])


def posted(client: Client, step: str, offer: Offer, **data: Any) -> Any:
    """The whole form as a browser sends it, with what `data` says otherwise; a day off was pointed out before."""
    day_off = data.get("onboarding_at", "")[:10]
    return client.post(address(step, offer), {"number": str(uuid4()), "day_off": day_off, **data})


def typed(moment: datetime, offer: Offer) -> str:
    return moment.astimezone(offer.branch.zone).strftime("%Y-%m-%dT%H:%M")


def in_days(days: float) -> datetime:
    return (timezone.now() + timedelta(days=days)).replace(second=0, microsecond=0)


def page(client: Client, offer: Offer) -> str:
    return client.get(reverse("dashboard:offer", args=[offer.pk])).content.decode()


# --- Numbers ---
@pytest.mark.parametrize(
    ("step", "data"),
    [("call", {"result": CallResult.NO_ANSWER}), ("more_time", {"until": "", "reason": "出差"})],
)
def test_a_number_from_another_persons_form_is_a_number_of_its_own(
    step: str, data: dict[str, str], client: Client, offer: Offer, english_offer: Offer
) -> None:
    if "until" in data:
        data = {**data, "until": typed(in_days(6), offer)}
    number = str(uuid4())
    for one in (offer, english_offer, offer):
        assert posted(client, step, one, number=number, **data).status_code == 302
    assert Call.objects.count() + Extension.objects.count() == 2


# --- Who may -------------------------------------------------------------------------------------
@pytest.mark.parametrize("step", STEPS)
def test_another_branchs_candidate_is_not_found_and_the_try_is_kept(
    step: str, client: Client, sh_offer: Offer
) -> None:
    assert client.get(address(step, sh_offer)).status_code == 404
    assert posted(client, step, sh_offer).status_code == 404
    assert [one.what for one in RefusedAttempt.objects.all()] == ["offer.contact"]
    assert "offer.contact" in ATTEMPTS  # which has the words for it


@pytest.mark.parametrize("step", STEPS)
def test_who_only_reads_finds_no_form_and_is_refused(step: str, bank: Branch, offer: Offer) -> None:
    auditor = signed_in(auditor_of(bank))
    assert 'id="contact"' not in page(auditor, offer)
    assert auditor.get(address(step, offer)).headers["Location"] == reverse(
        "dashboard:offer", args=[offer.pk]
    )
    assert posted(auditor, step, offer).status_code == 403


def test_what_people_say_of_themselves_is_read_by_who_acts_for_them_and_nobody_else(
    bank: Branch, bj_cbd: Branch, bj_cbd_hr: User, client: Client, offer: Offer
) -> None:
    log_call(offer=offer, by=bj_cbd_hr, result=CallResult.UNDECIDED, note="正在住院", again_at=None)
    day = offer.onboarding_at.date() + timedelta(days=9)
    request_deferral(offer=offer, wanted=day, reason=DeferralReason.HEALTH, words="下周手术")
    others = [signed_in(auditor_of(bank)), signed_in(member(bj_cbd, Role.REVIEWER))]
    for words in ("正在住院", "下周手术"):
        assert [words in page(one, offer) for one in (client, *others)] == [True, False, False]


@pytest.mark.parametrize("step", STEPS)
def test_a_reviewer_sees_the_person_and_does_not_act(step: str, bj_cbd: Branch, offer: Offer) -> None:
    reviewer = signed_in(member(bj_cbd, Role.REVIEWER))
    assert 'id="contact"' not in page(reviewer, offer)
    assert posted(reviewer, step, offer).status_code == 403
    assert RefusedAttempt.objects.get().target == str(offer.pk)


@pytest.mark.parametrize("step", STEPS)
def test_another_categorys_candidate_is_not_found(step: str, bj_cbd: Branch, offer: Offer) -> None:
    of_interns = signed_in(member(bj_cbd, categories=["intern"]))
    assert posted(of_interns, step, offer).status_code == 404


@pytest.mark.parametrize("step", STEPS)
def test_every_step_opens_on_the_page_and_alone(
    step: str, client: Client, offer: Offer, wording: ApprovedWording
) -> None:
    whole = client.get(address(step, offer)).content.decode()
    alone = client.get(address(step, offer), headers={"HX-Request": "true"}).content.decode()
    assert "<html" in whole
    assert "<html" not in alone
    for shown in (whole, alone):
        assert f'id="tab-{step}"' in shown
        assert f'action="{address(step, offer)}#contact"' in shown


# --- Writing -------------------------------------------------------------------------------------
def written(client: Client, offer: Offer, wording: ApprovedWording, **data: Any) -> Any:
    form = {"send": "1", "channel": "sms", "wording": str(wording.pk), "text": WORDS, **data}
    return posted(client, "write", offer, **form)


def test_words_go_out_by_the_channel_that_was_chosen(
    client: Client, offer: Offer, wording: ApprovedWording
) -> None:
    assert written(client, offer, wording, channel="email").status_code == 302
    message = Message.objects.get()
    assert (message.channel, message.purpose) == (Channel.EMAIL, Purpose.HR_CONTACT)
    event = offer.events.get(kind=Kind.WRITTEN)
    assert (event.actor, event.message_id, event.channel) == ("bj-cbd", message.pk, "email")
    assert WORDS in page(client, offer)


def test_a_double_click_sends_once(client: Client, offer: Offer, wording: ApprovedWording) -> None:
    number = str(uuid4())
    for _ in range(2):
        assert written(client, offer, wording, number=number).status_code == 302
    assert Message.objects.count() == offer.events.filter(kind=Kind.WRITTEN).count() == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Write what the person is to read."),
        ("请" * 201, "201"),
        ("请看 https://evil.example/a", "https://evil.example/a"),
        ("请致电13912345678", "13912345678"),
        ("请于12月20日上午九点到岗报到", "12月20日"),
        ("身份证带复印件即可", "复印件"),
        ("您好{{ candidate_name }}", "laceholder"),
    ],
)
def test_what_may_not_be_sent_is_refused_at_the_field_and_nothing_typed_is_lost(
    text: str, said: str, client: Client, offer: Offer, wording: ApprovedWording
) -> None:
    english = signed_in_english(client)
    answer = written(english, offer, wording, text=text, channel="email")
    shown = answer.content.decode()
    assert answer.status_code == 422
    errors = re.search(r'<ul class="errorlist" id="contact-text_error">(.*?)</ul>', shown, re.DOTALL)
    assert errors
    assert said in errors[1]
    assert text.replace("'", "&#x27;") in shown
    assert re.search(r'value="email"[^>]*checked', shown)
    assert str(wording.pk) in shown
    assert not Message.objects.exists()


def signed_in_english(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_what_was_typed_stays_when_the_last_channel_is_gone_or_the_offer_was_withdrawn(
    client: Client, offer: Offer, wording: ApprovedWording
) -> None:
    offer.candidate.unusable_channels = {"sms": "30005", "email": "550"}
    offer.candidate.save()
    gone = written(client, offer, wording)
    assert (gone.status_code, WORDS in gone.content.decode()) == (422, True)
    Offer.objects.update(state=OfferState.WITHDRAWN)
    withdrawn = written(client, offer, wording)
    assert (withdrawn.status_code, WORDS in withdrawn.content.decode()) == (422, True)
    assert not Message.objects.exists()


def test_the_branchs_own_number_may_stand_in_it(
    client: Client, offer: Offer, wording: ApprovedWording
) -> None:
    assert written(client, offer, wording, text=f"请致电{offer.branch.phone}").status_code == 302


def test_without_an_approved_wording_nothing_is_sent(
    client: Client, offer: Offer, wording: ApprovedWording
) -> None:
    assert posted(client, "write", offer, send="1", channel="sms", text=WORDS).status_code == 422
    wording.active = False
    wording.save()
    assert written(client, offer, wording).status_code == 422
    assert not Message.objects.exists()


def test_a_wording_comes_in_the_language_of_the_person(
    client: Client, english_offer: Offer, wording: ApprovedWording
) -> None:
    shown = posted(client, "write", english_offer, use=str(wording.pk), text="").content.decode()
    assert english_offer.candidate.language == Language.ENGLISH
    assert re.search(r"<textarea[^>]*>\s*Please answer soon.</textarea>", shown)


def test_a_wording_takes_the_place_of_another_and_not_of_what_was_typed(
    client: Client, offer: Offer, wording: ApprovedWording
) -> None:
    other = ApprovedWording.objects.create(title="停车", title_en="Parking", text="可停车。", text_en="Park.")
    for before, after in ((wording.text, "可停车。"), ("您好。", "您好。 可停车。")):
        shown = posted(client, "write", offer, use=str(other.pk), text=before).content.decode()
        assert re.search(rf"<textarea[^>]*>\s*{after}</textarea>", shown)


def test_the_preview_is_the_message_as_it_is_sent(
    client: Client, offer: Offer, wording: ApprovedWording
) -> None:
    answer = client.post(
        address("write", offer),
        {"channel": "sms", "text": "请带好材料", "wording": str(wording.pk)},
        headers={"HX-Request": "true"},
    )
    shown = answer.content.decode()
    assert "<html" not in shown
    assert "【海岳银行】请带好材料。" in shown
    assert not Message.objects.exists()


def test_the_preview_says_what_would_be_refused(
    client: Client, offer: Offer, wording: ApprovedWording
) -> None:
    data = {"channel": "sms", "text": "请致电13912345678"}
    shown = client.post(address("write", offer), data, headers={"HX-Request": "true"}).content.decode()
    assert "13912345678" in shown
    assert "notice-warning" in shown


# --- Calls ---------------------------------------------------------------------------------------
def test_a_call_stands_in_the_timeline_with_result_note_and_next_date(client: Client, offer: Offer) -> None:
    again = in_days(1)
    data = {"result": CallResult.UNDECIDED, "note": "想先和家人商量", "again_at": typed(again, offer)}
    assert posted(client, "call", offer, **data).status_code == 302
    call = Call.objects.get()
    assert (call.result, call.again_at, call.by.username) == ("undecided", again, "bj-cbd")
    assert Progress.objects.get(pk=offer.pk).ask_again_at == again
    User.objects.filter(pk=call.by_id).update(display_name="国贸支行人事岗")
    shown = page(client, offer)
    for said in ("想先和家人商量", "国贸支行人事岗", f"{again.astimezone(offer.branch.zone):%H:%M}"):
        assert said in shown.partition('class="timeline"')[2]


def test_the_next_date_is_by_the_clocks_at_the_branch(client: Client, offer: Offer) -> None:
    Branch.objects.filter(pk=offer.branch_id).update(time_zone="Europe/London")
    offer = Offer.objects.get(pk=offer.pk)
    again = in_days(2)
    posted(client, "call", offer, result=CallResult.NO_ANSWER, again_at=typed(again, offer))
    assert Call.objects.get().again_at == again


def test_a_next_date_in_the_past_is_refused(client: Client, offer: Offer) -> None:
    data = {"result": CallResult.NO_ANSWER, "note": "无人接听", "again_at": typed(in_days(-1), offer)}
    answer = posted(client, "call", offer, **data)
    assert answer.status_code == 422
    assert "无人接听" in answer.content.decode()
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    ("result", "answer"),
    [(CallResult.CONFIRMS, OfferState.CONFIRMED), (CallResult.DECLINES, OfferState.DECLINED)],
)
def test_who_says_yes_or_no_on_the_telephone_has_the_answer_offered_for_recording(
    result: str, answer: str, client: Client, offer: Offer
) -> None:
    led_to = posted(client, "call", offer, result=result).headers["Location"]
    assert led_to == f"{address('answer', offer)}?answer={answer}#contact"
    shown = client.get(led_to).content.decode()
    assert re.search(rf'value="{answer}"[^>]*checked', shown)
    assert Offer.objects.get(pk=offer.pk).state == OfferState.OFFERED


# --- The answer ----------------------------------------------------------------------------------
def test_an_answer_is_recorded_in_hrs_name_also_after_the_deadline(client: Client, offer: Offer) -> None:
    Offer.objects.update(answer_by=in_days(-1))
    assert posted(client, "answer", offer, answer="confirmed").status_code == 302
    assert Offer.objects.get(pk=offer.pk).state == OfferState.CONFIRMED
    assert offer.events.get(kind=Kind.CONFIRMED).actor == "bj-cbd"


def test_a_no_needs_its_reason(client: Client, offer: Offer) -> None:
    assert posted(client, "answer", offer, answer="declined").status_code == 422
    posted(client, "answer", offer, answer="declined", reason=DeclineReason.PAY)
    assert Offer.objects.get(pk=offer.pk).decline_reason == DeclineReason.PAY


def test_a_reason_beside_a_yes_is_left_out(client: Client, offer: Offer) -> None:
    posted(client, "answer", offer, answer="confirmed", reason=DeclineReason.PAY)
    assert Offer.objects.get(pk=offer.pk).decline_reason == ""


def test_when_the_first_day_is_over_the_tab_says_why_there_is_no_form(client: Client, offer: Offer) -> None:
    Offer.objects.update(onboarding_at=in_days(-2))
    assert 'id="tab-answer"' not in page(client, offer)
    assert '<form class="contact-form"' not in client.get(address("answer", offer)).content.decode()
    assert posted(client, "answer", offer, answer="confirmed").status_code == 302
    assert Offer.objects.get(pk=offer.pk).state == OfferState.OFFERED


# --- More time, another day ----------------------------------------------------------------------
def test_more_time_is_given_with_a_reason_that_the_timeline_shows(client: Client, offer: Offer) -> None:
    until = in_days(5)
    data = {"until": typed(until, offer), "reason": "等毕业答辩"}
    assert posted(client, "more_time", offer, **data).status_code == 302
    assert Offer.objects.get(pk=offer.pk).answer_by == until
    assert "等毕业答辩" in page(client, offer).partition('class="timeline"')[2]


def test_a_double_click_gives_more_time_once(client: Client, offer: Offer) -> None:
    data = {"number": str(uuid4()), "until": typed(in_days(5), offer), "reason": "等毕业答辩"}
    assert [posted(client, "more_time", offer, **data).status_code for _ in range(2)] == [302, 302]
    assert Extension.objects.count() == 1


@pytest.mark.parametrize("days", [-1, 1, 15])
def test_what_is_no_later_deadline_is_refused_at_the_field(days: int, client: Client, offer: Offer) -> None:
    data = {"until": typed(in_days(days), offer), "reason": "等毕业答辩"}
    answer = posted(client, "more_time", offer, **data)
    assert answer.status_code == 422
    assert 'id="contact-until_error"' in answer.content.decode()
    assert not Extension.objects.exists()


def test_hr_moves_the_first_day(client: Client, offer: Offer) -> None:
    first = in_days(20)
    data = {"onboarding_at": typed(first, offer), "branch": "BJ-CBD"}
    assert posted(client, "move", offer, **data).status_code == 302
    assert Offer.objects.get(pk=offer.pk).onboarding_at == first


def test_a_new_day_is_by_the_clocks_of_the_new_branch(hq: User, offer: Offer, sh_ljz: Branch) -> None:
    Branch.objects.filter(pk=sh_ljz.pk).update(time_zone="Asia/Urumqi")
    data = {"onboarding_at": typed(in_days(20), offer), "branch": "SH-LJZ"}
    posted(signed_in(hq), "move", offer, **data)
    moved = Offer.objects.select_related("branch").get(pk=offer.pk)
    assert moved.branch == sh_ljz
    assert typed(moved.onboarding_at, moved) == data["onboarding_at"]


def test_a_form_in_which_nothing_was_changed_moves_nothing_and_says_so(client: Client, offer: Offer) -> None:
    first = typed(offer.onboarding_at, offer)
    shown = {"initial-onboarding_at": first, "initial-branch": offer.branch.code}
    answer = posted(client, "move", offer, onboarding_at=first, branch=offer.branch.code, **shown)
    assert answer.status_code == 422
    assert 'name="initial-onboarding_at"' in answer.content.decode()
    assert not offer.events.filter(kind=Kind.CHANGED).exists()


def test_the_second_of_two_clicks_on_a_move_is_as_good_as_the_first(client: Client, offer: Offer) -> None:
    later = typed(offer.onboarding_at + timedelta(days=1), offer)
    shown = {"initial-onboarding_at": typed(offer.onboarding_at, offer), "initial-branch": offer.branch.code}
    for _click in range(2):
        answer = posted(client, "move", offer, onboarding_at=later, branch=offer.branch.code, **shown)
        assert answer.status_code == 302
    assert offer.events.filter(kind=Kind.CHANGED).count() == 1


def test_a_day_off_is_pointed_out_once_and_taken_when_it_is_sent_again(client: Client, offer: Offer) -> None:
    ahead = in_days(20)
    saturday = ahead + timedelta(days=(5 - ahead.astimezone(offer.branch.zone).weekday()) % 7)
    CalendarDay.objects.create(branch=offer.branch, day=saturday.astimezone(offer.branch.zone).date())
    data = {"onboarding_at": typed(saturday, offer), "branch": "BJ-CBD"}
    answer = posted(client, "move", offer, **data, day_off="")
    assert answer.status_code == 422
    shown = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.content.decode()))
    assert shown["onboarding_at"] == data["onboarding_at"]
    assert posted(client, "move", offer, **{**shown, "branch": "BJ-CBD"}).status_code == 302
    assert Offer.objects.get(pk=offer.pk).onboarding_at == saturday


def test_a_branch_moves_nobody_to_a_branch_that_is_not_its_own(
    client: Client, offer: Offer, sh_ljz: Branch
) -> None:
    data = {"onboarding_at": typed(in_days(20), offer), "branch": "SH-LJZ"}
    assert posted(client, "move", offer, **data).status_code == 422
    assert Offer.objects.get(pk=offer.pk).branch == offer.branch
    assert RefusedAttempt.objects.get().target == f"{offer.pk}/SH-LJZ"
    posted(client, "move", offer, **{**data, "branch": "NOWHERE"})
    assert RefusedAttempt.objects.count() == 1


def test_a_day_that_is_over_is_refused(client: Client, offer: Offer) -> None:
    data = {"onboarding_at": typed(in_days(-1), offer), "branch": "BJ-CBD"}
    assert posted(client, "move", offer, **data).status_code == 422


@pytest.mark.parametrize("moment", ["9999-12-31T23:59", "0001-01-01T00:00", "2026-02-30T10:00", "soon"])
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_a_moment_that_nobody_means_is_refused_at_its_field(
    moment: str, zone: str, client: Client, offer: Offer
) -> None:
    Branch.objects.filter(pk=offer.branch_id).update(time_zone=zone)
    for step, name in (("call", "again_at"), ("more_time", "until"), ("move", "onboarding_at")):
        data = {"result": "no_answer", "reason": "等毕业答辩", "branch": "BJ-CBD", name: moment}
        answer = posted(client, step, offer, **data)
        assert answer.status_code == 422, step
        assert f'id="contact-{name}_error"' in answer.content.decode()


def test_only_what_can_be_done_has_a_tab(client: Client, bj_cbd: Branch) -> None:
    declined = OfferFactory.create(branch=bj_cbd, state=OfferState.DECLINED)
    shown = re.findall(r'id="tab-(\w+)"', page(client, declined))
    assert shown == ["write", "call", "answer"]
