"""Signals in, exactly as the interface says: what is answered, and what is left behind."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from branches.models import Branch
from candidates.models import Candidate, DeclineReason, InterviewSource, Offer, OfferState, PageToken, Signal
from notifications.models import Message, Purpose
from notifications.states import State
from tests.factories import page_key
from tests.platform import RESULT, encode, result, signed, without
from tracking.answers import confirm, decline
from tracking.models import Event, Progress, Stage

ADDRESS = "/api/v1/interview-results/ai-interview"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("source", "bj_cbd")]


def post(client: Client, payload: Any = RESULT, *, address: str = ADDRESS, **signature: Any) -> HttpResponse:
    body = payload if isinstance(payload, bytes) else encode(payload)
    return send(client, body, signed(body, **signature), address=address)


def send(client: Client, body: bytes, headers: dict[str, str], *, address: str = ADDRESS) -> HttpResponse:
    return client.post(address, data=body, content_type="application/json", headers=headers)  # type: ignore[return-value]


def answer(response: HttpResponse) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(response.content)
    return content


def wrong_fields(response: HttpResponse) -> set[str]:
    return {problem["field"] for problem in answer(response)["errors"]}


def nothing_was_kept() -> bool:
    return not any(model.objects.exists() for model in (Signal, Candidate, Offer, Message, Event, Progress))


# --- Taken ---------------------------------------------------------------------------------------
def test_a_pass_makes_an_offer_and_plans_one_notice_on_the_first_usable_channel(client: Client) -> None:
    response = post(client)
    assert response.status_code == 202
    assert answer(response)["status"] == "accepted"
    offer = Offer.objects.get(pk=answer(response)["offer_id"])
    assert offer.candidate.name == "王小明"
    assert offer.branch.code == "BJ-CBD"
    assert Signal.objects.get().pk.hex == answer(response)["signal_id"].replace("-", "")
    # WeChat is preferred, but there is no openid.
    message = Message.objects.get()
    assert (message.channel, message.purpose, message.state) == ("sms", Purpose.PASS_NOTICE, State.PLANNED)


def test_a_source_s_threshold_decides_when_there_is_a_score_and_no_verdict(client: Client) -> None:
    assert answer(post(client, result(result=None, score=60)))["status"] == "accepted"
    low = result(result=None, score=59.99, interview_id="AI-2")
    assert answer(post(client, low))["status"] == "not_passed"


def test_a_verdict_beats_the_score(client: Client) -> None:
    assert answer(post(client, result(result="failed", score=99)))["status"] == "not_passed"


def test_of_somebody_who_did_not_pass_only_the_fact_is_kept(client: Client) -> None:
    taken = answer(post(client, result(result="failed")))
    assert taken["offer_id"] is None
    assert not Candidate.objects.exists()
    assert Signal.objects.get().body == ""


@pytest.mark.parametrize("field", ["score", "position", "candidate.id_number", "candidate.style"])
def test_what_is_not_required_may_be_missing(client: Client, field: str) -> None:
    assert post(client, without(field)).status_code == 202


def test_one_way_to_reach_the_person_is_enough(client: Client) -> None:
    assert post(client, result(candidate__email=None)).status_code == 202


# --- Repeats and changes -------------------------------------------------------------------------
def test_the_same_delivery_again_is_a_duplicate_with_the_same_ids(client: Client) -> None:
    first, second = post(client, delivery="msg_1"), post(client, delivery="msg_1")
    assert (first.status_code, second.status_code) == (202, 200)
    assert answer(second) == {**answer(first), "status": "duplicate"}
    assert (Offer.objects.count(), Message.objects.count(), Signal.objects.count()) == (1, 1, 1)


def test_the_same_content_under_another_delivery_is_a_duplicate_too(client: Client) -> None:
    first, second = post(client), post(client)
    assert (second.status_code, answer(second)["offer_id"]) == (200, answer(first)["offer_id"])
    assert Message.objects.count() == 1


def test_new_facts_before_anything_went_out_just_replace_the_old(client: Client) -> None:
    post(client)
    response = post(client, result(onboarding_at="2027-03-08T09:00:00+08:00"))
    assert (response.status_code, answer(response)["status"]) == (202, "updated")
    assert Offer.objects.get().onboarding_at.isoformat() == "2027-03-08T01:00:00+00:00"
    assert [message.purpose for message in Message.objects.all()] == [Purpose.PASS_NOTICE]


def test_new_facts_after_the_notice_went_out_are_told_old_and_new(client: Client) -> None:
    post(client)
    Message.objects.update(state=State.ACCEPTED)
    post(client, result(onboarding_at="2027-03-08T09:00:00+08:00"))
    change = Message.objects.get(purpose=Purpose.CHANGE_OF_FACTS)
    told = json.loads(change.facts)["changes"][0]
    assert told["old"]["zh-hans"] == "2027年3月1日（周一）09:00"
    assert told["new"]["zh-hans"] == "2027年3月8日（周一）09:00"


def test_a_corrected_address_takes_the_page_from_whoever_had_it_and_gives_it_to_the_right_person(
    client: Client,
) -> None:
    post(client)
    offer, key = Offer.objects.get(), page_key(Offer.objects.get())
    Message.objects.update(state=State.DELIVERED)
    decline(offer=offer, channel="sms", reason=DeclineReason.PAY)
    post(client, result(candidate__name="王晓明", candidate__phone="+8613800138222"))
    assert PageToken.objects.find(key) is None
    assert (Offer.objects.get().state, Progress.objects.get().stage) == (OfferState.OFFERED, Stage.WAITING)
    assert [m.state for m in Message.objects.order_by("created_at")] == [State.DELIVERED, State.PLANNED]


def test_a_way_to_reach_the_person_that_is_only_added_changes_nothing_else(client: Client) -> None:
    post(client)
    key = page_key(Offer.objects.get())
    Message.objects.update(state=State.DELIVERED)
    post(client, result(candidate__wechat_openid="oHAIYUE0001test"))
    assert PageToken.objects.find(key) is not None
    assert Message.objects.count() == 1


def test_new_facts_after_a_confirmation_are_a_conflict_and_change_nothing(client: Client) -> None:
    post(client)
    confirm(offer=Offer.objects.get(), channel="sms")
    response = post(client, result(onboarding_at="2027-03-08T09:00:00+08:00"))
    assert (response.status_code, wrong_fields(response)) == (409, {"data.interview_id"})
    assert Offer.objects.get().onboarding_at.isoformat() == "2027-03-01T01:00:00+00:00"
    assert Signal.objects.count() == 1


def test_a_pass_taken_back_withdraws_the_offer(client: Client) -> None:
    post(client)
    Message.objects.update(state=State.ACCEPTED)
    assert answer(post(client, result(result="failed")))["status"] == "updated"
    assert Offer.objects.get().state == OfferState.WITHDRAWN
    assert Progress.objects.get().stage == Stage.WITHDRAWN
    assert Message.objects.filter(purpose=Purpose.WITHDRAWAL).exists()


# --- Refused -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("field", "payload"),
    [
        (field, without(field))
        for field in ("interview_id", "candidate", "candidate.name", "branch", "onboarding_at")
    ],
)
def test_a_missing_field_is_named(client: Client, field: str, payload: dict[str, Any]) -> None:
    response = post(client, payload)
    assert (response.status_code, wrong_fields(response)) == (422, {f"data.{field}"})
    assert nothing_was_kept()


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("data.score", {"score": "high"}),
        ("data.score", {"score": True}),
        ("data.result", {"result": "maybe"}),
        ("data.interview_id", {"interview_id": 7}),
        ("data.interview_id", {"interview_id": "a\u0000b"}),
        ("data.onboarding_at", {"onboarding_at": "2027-03-01T09:00:00"}),
        ("data.onboarding_at", {"onboarding_at": 1234567890}),
        ("data.candidate.phone", {"candidate__phone": "12"}),
        ("data.candidate.phone", {"candidate__phone": 13800138000}),
        ("data.candidate.email", {"candidate__email": "xm.example.com"}),
        ("data.candidate.id_number", {"candidate__id_number": "110105194912310021"}),
        ("data.candidate.category", {"candidate__category": "alumni"}),
        ("data.candidate.preferred_channels.0", {"candidate__preferred_channels": ["fax"]}),
        ("data.candidate", {"candidate": "王小明"}),
        ("data.candidate", {"candidate__phone": None, "candidate__email": None}),
        ("data", {"result": None, "score": None}),
        ("data.branch", {"branch": "XX-NOWHERE"}),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(client: Client, field: str, changes: dict[str, Any]) -> None:
    response = post(client, result(**changes))
    assert (response.status_code, wrong_fields(response)) == (422, {field})
    assert nothing_was_kept()
    assert not any(secret in response.content.decode() for secret in ("王小明", "13800138000", "xm@example"))


def test_every_wrong_field_is_named_at_once(client: Client) -> None:
    response = post(client, result(score="high", candidate__phone="12", onboarding_at="soon"))
    assert wrong_fields(response) == {"data.score", "data.candidate.phone", "data.onboarding_at"}


@pytest.mark.parametrize("body", [b"not json", b"", b'{"data": ', b"[" * 100_000])
def test_what_is_not_json_is_refused(client: Client, body: bytes) -> None:
    body = body[: settings.SIGNAL_MAX_BYTES]
    response = post(client, body)
    assert (response.status_code, wrong_fields(response)) == (400, {"body"})
    assert nothing_was_kept()


def test_invalid_utf_8_is_refused(client: Client) -> None:
    response = post(client, encode(RESULT).replace("王".encode(), b"\xff\xfe"))
    assert (response.status_code, wrong_fields(response)) == (400, {"body"})
    assert nothing_was_kept()


def test_a_10_mb_body_is_refused_unread(client: Client) -> None:
    response = post(client, encode({**RESULT, "padding": "x" * 10_000_000}))
    assert (response.status_code, wrong_fields(response)) == (413, {"body"})
    assert nothing_was_kept()


@pytest.mark.parametrize(
    "spoil",
    [
        {"webhook-signature": None, "webhook-id": None, "webhook-timestamp": None},
        {"webhook-signature": None},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "nonsense"},
        {"webhook-signature": "v1,not base64!"},
        {"webhook-timestamp": "yesterday"},
        {"webhook-id": "another"},
    ],
)
def test_a_missing_or_wrong_signature_is_refused(client: Client, spoil: dict[str, str | None]) -> None:
    headers = {name: value for name, value in (signed(encode(RESULT)) | spoil).items() if value is not None}
    must_be_refused(send(client, encode(RESULT), headers))


@pytest.mark.parametrize("age", [310, -310])
def test_a_signature_that_is_too_old_or_from_the_future_is_refused(client: Client, age: int) -> None:
    must_be_refused(post(client, age=age))


def test_a_signature_of_another_body_or_with_another_secret_is_refused(client: Client) -> None:
    must_be_refused(send(client, encode(RESULT), signed(b"another body")))
    must_be_refused(post(client, secret="whsec_YW5vdGhlciBzZWNyZXQgYWx0b2dldGhlcg=="))


def must_be_refused(response: HttpResponse) -> None:
    assert (response.status_code, wrong_fields(response)) == (401, {"signature"})
    assert nothing_was_kept()


def test_a_signature_just_under_five_minutes_old_is_taken(client: Client) -> None:
    assert post(client, age=290).status_code == 202


def test_an_unknown_or_switched_off_source_is_not_found(client: Client, source: InterviewSource) -> None:
    assert post(client, address="/api/v1/interview-results/somebody").status_code == 404
    InterviewSource.objects.update(active=False)
    assert post(client).status_code == 404
    assert nothing_was_kept()


def test_too_many_requests_a_minute_are_told_when_to_come_again(client: Client) -> None:
    cache.clear()
    InterviewSource.objects.update(requests_per_minute=2)
    codes = [post(client, delivery="msg_1").status_code for _ in range(2)]
    response = post(client, result(interview_id="AI-3"))
    assert codes == [202, 200]
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 60
    assert Offer.objects.count() == 1


# --- Batches -------------------------------------------------------------------------------------
def test_each_result_of_a_batch_is_answered_in_its_place(client: Client, sh_ljz: Branch) -> None:
    items = [
        result(interview_id="A"),
        result(interview_id="B", candidate__phone="12"),
        result(interview_id="C", branch="SH-LJZ"),
        result(interview_id="D", result="failed"),
        "not an object",
    ]
    response = post(client, {"results": items}, address=f"{ADDRESS}/batch")
    answers = answer(response)["results"]
    assert response.status_code == 202
    assert [(one["code"], one["status"]) for one in answers] == [
        (202, "accepted"),
        (422, "refused"),
        (202, "accepted"),
        (202, "not_passed"),
        (422, "refused"),
    ]
    assert answers[1]["errors"][0]["field"] == "results.1.data.candidate.phone"
    assert Offer.objects.count() == 2


def test_a_repeated_batch_makes_nothing_twice(client: Client) -> None:
    batch = {"results": [result(interview_id=f"A{number}") for number in range(3)]}
    post(client, batch, address=f"{ADDRESS}/batch", delivery="msg_b")
    again = answer(post(client, batch, address=f"{ADDRESS}/batch", delivery="msg_b"))["results"]
    assert {one["status"] for one in again} == {"duplicate"}
    assert (Offer.objects.count(), Message.objects.count()) == (3, 3)


@pytest.mark.parametrize("payload", [{}, {"results": {}}, [], {"results": [{}] * 1001}])
def test_a_batch_of_the_wrong_shape_is_refused(client: Client, payload: Any) -> None:
    response = post(client, payload, address=f"{ADDRESS}/batch")
    assert (response.status_code, wrong_fields(response)) == (422, {"results"})
    assert nothing_was_kept()
