"""The fixed address that a text message without a link names."""

import pytest
from django.test import Client

from candidates.models import CodeAttempt, Offer
from candidates.page_access import WRONG_TRIES
from tests.factories import page_key

CODE = "12345678"


@pytest.fixture
def coded(offer: Offer) -> Offer:
    page_key(offer, code=CODE)
    return offer


def test_phone_and_code_lead_to_the_page(client: Client, coded: Offer) -> None:
    page = client.post("/n/", {"phone": "138 0013 8000", "code": "1234 5678"}, follow=True)
    assert page.status_code == 200
    assert "王小明" in page.content.decode()
    (address, _status) = page.redirect_chain[0]
    assert "13800138000" not in address
    assert CODE not in address


def test_an_unknown_phone_and_a_wrong_code_get_the_same_answer(client: Client, coded: Offer) -> None:
    unknown = client.post("/n/", {"phone": "13900000000", "code": CODE})
    wrong = client.post("/n/", {"phone": "13800138000", "code": "00000000"})
    assert unknown.status_code == wrong.status_code == 200
    message = "手机号码与验证码不匹配，或验证码已失效"
    assert message in unknown.content.decode()
    assert message in wrong.content.decode()


@pytest.mark.parametrize("phone", ["13800138000", "13900000000"])
def test_too_many_wrong_tries_are_told_clearly_whether_the_phone_is_known_or_not(
    client: Client, coded: Offer, phone: str
) -> None:
    for _ in range(WRONG_TRIES):
        client.post("/n/", {"phone": phone, "code": "00000000"})
    blocked = client.post("/n/", {"phone": phone, "code": CODE})
    assert blocked.status_code == 429
    assert "请一小时后再试" in blocked.content.decode()


@pytest.mark.parametrize(
    ("phone", "code", "error"),
    [
        ("", CODE, "请输入手机号码。"),
        ("13800138000", "", "请输入短信中的验证码。"),
        ("12", CODE, "手机号码格式有误"),
        ("13800138000", "1234", "验证码为8位数字"),
        ("13800138000", "abcdefgh", "验证码为8位数字"),
    ],
)
def test_a_slip_of_the_finger_is_pointed_out_and_is_no_wrong_try(
    client: Client, coded: Offer, phone: str, code: str, error: str
) -> None:
    page = client.post("/n/", {"phone": phone, "code": code}).content.decode()
    assert error in page
    assert 'aria-invalid="true"' in page
    assert not CodeAttempt.objects.exists()


def test_the_address_takes_nothing_from_its_query(client: Client, coded: Offer) -> None:
    page = client.get("/n/", {"phone": "13800138000", "code": CODE})
    assert page.status_code == 200
    assert "13800138000" not in page.content.decode().replace("/n/?phone=13800138000", "")
