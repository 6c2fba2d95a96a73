"""One candidate's page: masked until asked for, exact words, no key, errors in plain words."""

from datetime import time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from branches.models import AccessRecord, Branch, Membership, RefusedAttempt, Role, User
from candidates.models import Channel, Offer
from dashboard.words import error_words
from notifications.models import Message, ReminderRule, TemplateVersion
from notifications.states import State
from tests.branches.people import auditor_of, member
from tests.dashboard.story import TOKEN, confirmed, happened, sent, signed_in, unreachable
from tracking.models import Kind

PERSONAL = ["13800138000", "xm@example.com", "11010519491231002X", "oOpenidOfWang"]


@pytest.fixture
def person(offer: Offer) -> Offer:
    offer.candidate.id_number, offer.candidate.wechat_openid = PERSONAL[2:]
    offer.candidate.save()
    return offer


@pytest.fixture
def client(bj_cbd_hr: User) -> Client:
    return signed_in(bj_cbd_hr)


def address_of(offer: Offer) -> str:
    return reverse("dashboard:offer", args=[offer.pk])


def page(client: Client, offer: Offer) -> str:
    return client.get(reverse("dashboard:offer", args=[offer.pk])).content.decode()


def test_personal_data_is_masked_until_asked_for(client: Client, person: Offer) -> None:
    shown = page(client, person)
    assert not [value for value in PERSONAL if value in shown]
    assert "+86138****8000" in shown
    assert not AccessRecord.objects.exists()


@pytest.mark.parametrize("htmx", [True, False])
def test_whoever_looks_is_on_record(client: Client, person: Offer, bj_cbd_hr: User, htmx: bool) -> None:
    headers = {"HX-Request": "true"} if htmx else {}
    answer = client.post(reverse("dashboard:reveal", args=[person.pk]), headers=headers)
    shown = answer.content.decode()
    assert [value for value in PERSONAL if value in shown] == PERSONAL
    assert ("<html" in shown) is not htmx
    record = AccessRecord.objects.get()
    assert (record.user, record.subject_id) == (bj_cbd_hr, person.candidate_id)
    assert record.from_address == "127.0.0.1"


def refused(user: User, offer: Offer, **headers: str) -> str:
    """What a person gets who may not see the data in full; nothing of it, and the try is on record."""
    answer = signed_in(user).post(reverse("dashboard:reveal", args=[offer.pk]), headers=headers)
    shown = answer.content.decode()
    assert answer.status_code == 403
    assert not [value for value in PERSONAL if value in shown]
    assert not AccessRecord.objects.exists()
    attempt = RefusedAttempt.objects.get()
    assert (attempt.user, attempt.what, attempt.target) == (user, "personal_data.show", str(offer.pk))
    assert attempt.from_address == "127.0.0.1"
    return shown


def test_without_the_right_there_is_no_button_and_a_try_is_refused_and_kept(
    person: Offer, bj_cbd: Branch
) -> None:
    reader = member(bj_cbd, may_unmask=False)
    assert reverse("dashboard:reveal", args=[person.pk]) not in page(signed_in(reader), person)
    shown = refused(reader, person)
    assert "+86138****8000" in shown
    assert 'role="alert"' in shown
    assert f'action="{reverse("dashboard:reveal", args=[person.pk])}"' not in shown


def test_an_auditor_sees_personal_data_masked_only(person: Offer, bank: Branch) -> None:
    auditor = auditor_of(bank)
    assert reverse("dashboard:reveal", args=[person.pk]) not in page(signed_in(auditor), person)
    refused(auditor, person)


def test_the_right_must_come_with_a_membership_that_covers_this_very_candidate(
    person: Offer, bj: Branch, bj_cbd: Branch
) -> None:
    """One that covers the person without the right, and one with the right for others."""
    reader = member(bj, may_unmask=False)
    Membership.objects.create(user=reader, branch=bj_cbd, role=Role.REVIEWER, categories=["intern"])
    refused(reader, person)


def test_a_page_left_open_reloads_when_the_right_is_gone(bj_cbd_hr: User, person: Offer) -> None:
    client, address = signed_in(bj_cbd_hr), reverse("dashboard:reveal", args=[person.pk])
    assert address in page(client, person)
    bj_cbd_hr.memberships.update(may_unmask=False)
    answer = client.post(address, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (403, "true")
    assert RefusedAttempt.objects.count() == 1
    reloaded = page(client, person)
    assert 'class="notice notice-error"' in reloaded
    assert address not in reloaded


def test_a_try_at_another_branchs_candidate_is_kept_too(bj_cbd_hr: User, sh_offer: Offer) -> None:
    answer = signed_in(bj_cbd_hr).post(reverse("dashboard:reveal", args=[sh_offer.pk]))
    assert answer.status_code == 404
    assert RefusedAttempt.objects.get().target == str(sh_offer.pk)


def test_a_get_reveals_nothing(client: Client, person: Offer) -> None:
    answer = client.get(reverse("dashboard:reveal", args=[person.pk]))
    assert answer.headers["Location"] == reverse("dashboard:offer", args=[person.pk])
    assert not AccessRecord.objects.exists()


def test_a_page_with_clear_data_updates_itself_from_the_masked_one(client: Client, person: Offer) -> None:
    shown = client.post(reverse("dashboard:reveal", args=[person.pk])).content.decode()
    assert f'hx-get="{reverse("dashboard:offer", args=[person.pk])}"' in shown


def test_the_text_stands_as_sent_without_the_candidates_key(
    client: Client, offer: Offer, pass_notice: TemplateVersion
) -> None:
    sent(offer, version=pass_notice)
    shown = page(client, offer)
    assert "【海岳银行】恭喜您被录用。" in shown
    assert TOKEN not in shown
    assert "/n/••••••/" in shown
    assert "第 1 版" in shown


def test_an_error_is_told_in_words_with_the_carriers_own_beside_it(client: Client, offer: Offer) -> None:
    unreachable(offer)
    shown = page(client, offer)
    assert "号码已停用或为空号。" in shown
    assert "<code>undelivered</code>" in shown
    assert "30005" not in shown


def test_mail_says_that_delivery_cannot_be_known(client: Client, offer: Offer) -> None:
    sent(offer, channel=Channel.EMAIL)
    assert "无法获知是否送达。" in page(client, offer)


def test_a_missing_receipt_is_told_with_its_age_on_the_page_and_in_the_list(
    client: Client, offer: Offer
) -> None:
    message = sent(offer)
    assert "no receipt" not in page(client, offer)
    Message.objects.filter(pk=message.pk).update(accepted_at=timezone.now() - timedelta(hours=3, minutes=5))
    with translation.override("en"):
        listed = client.get(reverse("dashboard:offers"), headers={"Accept-Language": "en"}).content.decode()
        shown = client.get(
            reverse("dashboard:offer", args=[offer.pk]), headers={"Accept-Language": "en"}
        ).content.decode()
    assert "no receipt for 3&nbsp;hours" in listed.replace("\xa0", "&nbsp;")
    assert shown.replace("\xa0", " ").count("o receipt for 3 hours") == 2


def test_a_delivered_message_leaves_no_doubt(client: Client, offer: Offer) -> None:
    sent(offer, state=State.DELIVERED)
    assert "无法获知是否送达" not in page(client, offer)


def test_the_timeline_names_the_candidates_answer(client: Client, offer: Offer) -> None:
    confirmed(offer)
    shown = page(client, offer)
    assert shown.count("已确认") >= 2
    assert "候选人本人" in shown


def test_a_message_says_why_it_went_by_this_channel(client: Client, offer: Offer) -> None:
    message = sent(offer)
    message.reasons = ["preferred", "window"]
    message.save()
    shown = client.get(address_of(offer), headers={"Accept-Language": "en"}).content.decode()
    assert "preferred by the candidate · moved into the sending hours" in shown


def test_what_comes_next_is_told_with_its_moment_and_reason(client: Client, offer: Offer) -> None:
    day_before = {"kind": "one_day", "anchor": "first_day", "amount": 1, "at": time(10)}
    ReminderRule.objects.create(**day_before)
    sent(offer)
    confirmed(offer)
    shown = client.get(address_of(offer), headers={"Accept-Language": "en"}).content.decode()
    coming = shown.partition('id="coming-title"')[2].partition("</section>")[0]
    before = timezone.localtime(offer.onboarding_at) - timedelta(days=1)
    assert f"{before:%Y-%m-%d} 10:00" in coming
    assert "One day before" in coming
    assert "1 day before the first day" in coming


def test_nothing_comes_next_for_whom_the_offer_was_withdrawn(client: Client, offer: Offer) -> None:
    Offer.objects.update(state="withdrawn")
    assert 'id="coming-title"' not in page(client, offer)


def test_a_handover_and_a_wish_for_another_day_are_told_in_words(client: Client, offer: Offer) -> None:
    happened(offer, Kind.HANDED_OVER, detail="deadline:12")
    happened(offer, Kind.DEFER_ASKED, detail="2026-12-07")
    shown = client.get(address_of(offer), headers={"Accept-Language": "en"}).content.decode()
    assert "12 hours before the deadline" in shown
    assert "Mon 7 Dec 2026" in shown


def test_without_any_message_the_page_says_what_to_do(client: Client, offer: Offer) -> None:
    assert "请电话联系候选人" in page(client, offer)


def test_markup_in_a_text_stays_text(client: Client, offer: Offer) -> None:
    message = sent(offer)
    message.text = "<script>alert(1)</script>"
    message.save()
    shown = page(client, offer)
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


@pytest.mark.parametrize(
    ("channel", "code", "words"),
    [
        (Channel.SMS, "21211", "The phone number does not exist."),
        (Channel.EMAIL, "550", "The mailbox does not exist or refuses our mail."),
        (Channel.WECHAT, "43004", "The person does not follow the official account."),
        (Channel.EMAIL, "TimeoutError", "The carrier did not answer in time."),
        (Channel.SMS, "550", "code 550"),
        (Channel.SMS, "", ""),
    ],
)
def test_codes_have_words_where_they_are_known(channel: str, code: str, words: str) -> None:
    with translation.override("en"):
        assert error_words(channel, code) == words
