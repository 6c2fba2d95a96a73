"""Names, phones and ID numbers in every way people write them. All of them are made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candidates.identity import (
    IdentityError,
    masked_email,
    masked_id_number,
    masked_phone,
    normal_id_number,
    normal_name,
    normal_phone,
    phone_or_text,
)


@pytest.mark.parametrize("dot", list("·•‧・･⋅∙.．"))
def test_every_middle_dot_between_chinese_characters_is_one(dot: str) -> None:
    assert normal_name(f"阿卜杜拉{dot}买买提") == "阿卜杜拉\u00b7买买提"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  王小明 ", "王小明"),
        ("John  A.  Smith", "John A. Smith"),
        ("Rene\u0301e", "Ren\u00e9e"),
        ("\U00020bb7田", "\U00020bb7田"),
        ("\U00020bb7.田", "\U00020bb7\u00b7田"),
    ],
)
def test_names_are_kept_as_they_are_but_tidy(written: str, kept: str) -> None:
    assert normal_name(written) == kept


@given(st.text())
def test_a_tidy_name_stays_as_it_is(name: str) -> None:
    once = normal_name(name)
    assert normal_name(once) == once


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86 138 0013 8000",
        "+8613800138000",
        "0086 13800138000",
        "(+86)13800138000",
        "＋８６１３８００１３８０００",
        "１３８００１３８０００",
    ],
)
def test_a_mobile_number_has_one_form_however_it_is_written(written: str) -> None:
    assert normal_phone(written) == "+8613800138000"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("+852 5123 4567", "+85251234567"),
        ("+886 912 345 678", "+886912345678"),
        ("+1 500 555 0006", "+15005550006"),
        ("010-55506110", "+861055506110"),
    ],
)
def test_numbers_of_elsewhere_keep_their_country(written: str, kept: str) -> None:
    assert normal_phone(written) == kept


@pytest.mark.parametrize("written", ["", "abc", "1", "+86", "138001380001380013800", "+999 12345"])
def test_what_is_no_number_is_refused_without_repeating_it(written: str) -> None:
    with pytest.raises(IdentityError) as refused:
        normal_phone(written)
    assert not written or written not in str(refused.value)


def test_a_search_text_is_a_number_where_it_is_one() -> None:
    assert phone_or_text(" 138 0013 8000 ") == "+8613800138000"
    assert phone_or_text(" 王小明 ") == "王小明"


@pytest.mark.parametrize(
    "number",
    [
        "11010519491231002X",
        "11010519491231002x",
        " 110105 19491231 002X ",
    ],
)
def test_an_id_card_may_end_in_x_and_hold_spaces(number: str) -> None:
    assert normal_id_number(number) == "11010519491231002X"


def with_check_digit(first_17: str) -> str:
    """MOD 11-2, written out on its own, so that it is not the library that checks itself."""
    weights = [pow(2, 17 - place, 11) for place in range(17)]
    total = sum(int(digit) * weight for digit, weight in zip(first_17, weights, strict=True))
    return first_17 + "10X98765432"[total % 11]


@pytest.mark.parametrize("region", ["810000", "820000", "830000", "110105"])
def test_residence_permits_have_the_check_digit_of_an_id_card(region: str) -> None:
    number = with_check_digit(f"{region}19900101001")
    assert normal_id_number(number) == number


@pytest.mark.parametrize("digit", "0123456789")
def test_a_wrong_check_digit_is_refused(digit: str) -> None:
    with pytest.raises(IdentityError, match="check digit"):
        normal_id_number(f"11010519491231002{digit}")


@pytest.mark.parametrize("number", ["E12345678", "EA1234567", "k1234567", "G 1234 5678"])
def test_a_passport_has_no_check_digit(number: str) -> None:
    assert normal_id_number(number) == number.replace(" ", "").upper()


@pytest.mark.parametrize("number", ["", "1234", "A1B2-C3", "1101051949123100XX", "身份证号码", "1" * 19])
def test_what_is_no_id_number_is_refused_without_repeating_it(number: str) -> None:
    with pytest.raises(IdentityError) as refused:
        normal_id_number(number)
    assert not number or number not in str(refused.value)


def test_masks_leave_enough_to_recognise_and_not_enough_to_use() -> None:
    assert masked_phone("+8613800138000") == "+86138****8000"
    assert masked_email("xm@example.com") == "x***@example.com"
    assert masked_id_number("11010519491231002X") == "110***********002X"
    assert masked_phone("12345") == "****"
    assert masked_email("nonsense") == ""
    assert masked_id_number("E1234") == "****"
