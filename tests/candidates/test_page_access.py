"""Phone number and code: the right pair opens, ten wrong ones an hour close."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from candidates.encryption import blind_index
from candidates.models import Channel, CodeAttempt, Offer, PageToken
from candidates.page_access import WRONG_TRIES, EntryRefused, TooManyTries, enter, normal_code
from tests.factories import OfferFactory, page_key

PHONE, CODE, WRONG_CODE = "+8613800138000", "12345678", "87654321"


@pytest.fixture
def coded(offer: Offer) -> Offer:
    """An offer whose text message went out with a code."""
    page_key(offer, code=CODE, days=9)
    return offer


def wrong_tries(count: int, *, phone: str = PHONE) -> None:
    for _ in range(count):
        with pytest.raises(EntryRefused):
            enter(phone=phone, code=WRONG_CODE)


def test_phone_and_code_give_a_new_key_to_the_same_page(coded: Offer) -> None:
    token = enter(phone=PHONE, code=CODE)
    old, new = PageToken.objects.get(code_index=blind_index(CODE)), PageToken.objects.find(token)
    assert new is not None
    assert (new.offer, new.channel, new.expires_at) == (coded, Channel.SMS, old.expires_at)
    assert new.pk != old.pk
    assert new.code_index == ""


def test_the_new_key_is_stored_as_a_hash_only(coded: Offer) -> None:
    token = enter(phone=PHONE, code=CODE)
    assert not PageToken.objects.filter(token_hash__contains=token).exists()


def test_the_code_of_one_person_does_not_open_with_the_phone_of_another(
    coded: Offer, sh_offer: Offer
) -> None:
    with pytest.raises(EntryRefused):
        enter(phone=sh_offer.candidate.phone, code=CODE)


@pytest.mark.parametrize("change", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now()}])
def test_a_code_that_is_revoked_or_expired_opens_nothing(coded: Offer, change: dict[str, object]) -> None:
    coded.page_tokens.update(**change)
    with pytest.raises(EntryRefused):
        enter(phone=PHONE, code=CODE)


def test_a_key_that_went_out_as_a_link_is_not_opened_by_an_empty_code(offer: Offer) -> None:
    page_key(offer)
    with pytest.raises(EntryRefused):
        enter(phone=PHONE, code="")


def test_after_ten_wrong_tries_not_even_the_right_code_is_heard(coded: Offer) -> None:
    wrong_tries(WRONG_TRIES)
    with pytest.raises(TooManyTries):
        enter(phone=PHONE, code=CODE)
    assert CodeAttempt.objects.count() == WRONG_TRIES


def test_nine_wrong_tries_leave_the_tenth_to_be_right(coded: Offer) -> None:
    wrong_tries(WRONG_TRIES - 1)
    assert enter(phone=PHONE, code=CODE)


def test_right_codes_are_not_counted(coded: Offer) -> None:
    for _ in range(WRONG_TRIES + 1):
        enter(phone=PHONE, code=CODE)
    assert not CodeAttempt.objects.exists()


def test_an_hour_later_the_number_is_heard_again(coded: Offer) -> None:
    with time_machine.travel(timezone.now() - timedelta(minutes=61), tick=False):
        wrong_tries(WRONG_TRIES)
    assert enter(phone=PHONE, code=CODE)


def test_a_number_nobody_has_is_counted_like_any_other(db: None) -> None:
    wrong_tries(WRONG_TRIES, phone="+8613900000000")
    with pytest.raises(TooManyTries):
        enter(phone="+8613900000000", code=WRONG_CODE)


def test_wrong_tries_with_one_number_do_not_close_another(coded: Offer) -> None:
    wrong_tries(WRONG_TRIES, phone="+8613900000000")
    assert enter(phone=PHONE, code=CODE)


def test_a_try_is_kept_by_the_numbers_index_not_by_the_number(db: None) -> None:
    wrong_tries(1)
    assert CodeAttempt.objects.get().phone_index == blind_index(PHONE)


@pytest.mark.django_db(transaction=True)
def test_thirty_tries_at_once_are_still_ten() -> None:
    page_key(OfferFactory.create(candidate__phone=PHONE), code=CODE)

    def guess(_number: int) -> type[Exception]:
        try:
            enter(phone=PHONE, code=WRONG_CODE)
        except (EntryRefused, TooManyTries) as refusal:
            return type(refusal)
        finally:
            connection.close()
        raise AssertionError("a wrong code was let in")

    with ThreadPoolExecutor(max_workers=6) as pool:
        answers = list(pool.map(guess, range(30)))
    assert answers.count(EntryRefused) == WRONG_TRIES
    assert CodeAttempt.objects.count() == WRONG_TRIES


@pytest.mark.parametrize("typed", ["1234 5678", " 12345678\n", "1234-5678", "１２３４５６７８"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert normal_code(typed) == CODE
