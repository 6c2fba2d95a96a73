"""Signed results that are well formed and still do harm, on purpose or by mistake."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from candidates.models import Offer
from tests.platform import encode, result, signed

ADDRESS = "/api/v1/interview-results/ai-interview"
ENDS_OF_THE_CALENDAR = ["0001-01-01T00:00:00+00:00", "1999-12-31T09:00:00+08:00", "9999-12-31T23:59:59-12:00"]
CRAFTED_NAMES = [
    "http://evil.example/ 王",
    "www.evil.example",
    "领奖 evil.com",
    "ｗｗｗ．ｅｖｉｌ．ｅｘａｍｐｌｅ",
    "<b>王</b>",
    "【别家银行】王",
    "王@evil",
    "\u202e明小王",
    "王\u2028小明",
    "王\x85小明",
]
REAL_NAMES = [
    "王小明",
    "阿卜杜拉·买买提",
    "J.R. O'Neil-Smith",
    "St.John Smith",
    "Kumar S/O Rajan",
    "María José",
    "李(Li)华",
]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("source", "bj_cbd")]


def post(client: Client, payload: Any, *, address: str = ADDRESS) -> HttpResponse:
    body = encode(payload)
    return client.post(address, data=body, content_type="application/json", headers=signed(body))  # type: ignore[return-value]


def wrong_fields(response: HttpResponse) -> list[str]:
    return [problem["field"] for problem in json.loads(response.content)["errors"]]


@pytest.mark.parametrize("moment", ENDS_OF_THE_CALENDAR)
def test_a_first_day_at_an_end_of_the_calendar_is_refused_by_name(client: Client, moment: str) -> None:
    response = post(client, result(onboarding_at=moment))
    assert (response.status_code, wrong_fields(response)) == (422, ["data.onboarding_at"])
    assert not Offer.objects.exists()


def test_one_impossible_day_does_not_hold_up_the_rest_of_a_batch(client: Client) -> None:
    results = [
        result(interview_id="first"),
        result(interview_id="second", onboarding_at=ENDS_OF_THE_CALENDAR[0]),
        result(interview_id="third", onboarding_at=ENDS_OF_THE_CALENDAR[-1]),
        result(interview_id="fourth"),
    ]
    response = post(client, {"results": results}, address=f"{ADDRESS}/batch")
    assert [item["code"] for item in json.loads(response.content)["results"]] == [202, 422, 422, 202]


@pytest.mark.parametrize("name", CRAFTED_NAMES)
def test_a_name_cannot_make_the_bank_send_a_link_or_another_s_signature(client: Client, name: str) -> None:
    response = post(client, result(candidate__name=name))
    assert (response.status_code, wrong_fields(response)) == (422, ["data.candidate.name"])


@pytest.mark.parametrize("name", REAL_NAMES)
def test_a_name_that_people_have_is_taken(client: Client, name: str) -> None:
    assert post(client, result(candidate__name=name)).status_code == 202


def test_a_position_cannot_turn_the_direction_of_the_text_around_it(client: Client) -> None:
    response = post(client, result(position__title="柜员\u202e"))
    assert (response.status_code, wrong_fields(response)) == (422, ["data.position.title"])
