"""Encrypted columns: what is stored tells nothing, opens with the right key in its own column, and is found."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from candidates.encryption import (
    DecryptionError,
    FieldKeyError,
    blind_index,
    blind_indexes,
    decrypt,
    encrypt,
    parse_keys,
)
from candidates.models import Candidate, Offer
from tests.factories import CandidateFactory

OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
COLUMN = "candidates.candidate.phone"


@pytest.fixture
def keys(settings: Any) -> Any:
    settings.FIELD_KEYS = [OLD]
    return settings


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_is_encrypted_reads_back_as_it_was(text: str) -> None:
    assert decrypt(encrypt(text, context=COLUMN), context=COLUMN) == text


def test_the_same_text_is_stored_differently_each_time(keys: Any) -> None:
    assert encrypt("王小明", context=COLUMN) != encrypt("王小明", context=COLUMN)


def test_one_altered_bit_anywhere_is_noticed(keys: Any) -> None:
    stored = encrypt("+8613800138000", context=COLUMN)
    for position in range(1, len(stored)):  # the first byte is the version
        altered = bytearray(stored)
        altered[position] ^= 1
        with pytest.raises(DecryptionError):
            decrypt(bytes(altered), context=COLUMN)


def test_a_value_moved_to_another_column_does_not_open(keys: Any) -> None:
    with pytest.raises(DecryptionError, match="altered"):
        decrypt(encrypt("x", context=COLUMN), context="candidates.candidate.name")


def test_a_value_of_a_key_that_is_gone_does_not_open(keys: Any) -> None:
    stored = encrypt("x", context=COLUMN)
    keys.FIELD_KEYS = [NEW]
    with pytest.raises(DecryptionError, match="not in FIELD_KEYS"):
        decrypt(stored, context=COLUMN)


def test_the_first_key_writes_and_all_of_them_read(keys: Any) -> None:
    written_before = encrypt("x", context=COLUMN)
    keys.FIELD_KEYS = [NEW, OLD]
    assert decrypt(written_before, context=COLUMN) == "x"
    written_now = encrypt("y", context=COLUMN)
    keys.FIELD_KEYS = [NEW]
    assert decrypt(written_now, context=COLUMN) == "y"


def test_a_blind_index_depends_on_the_key_and_tells_nothing(keys: Any) -> None:
    before = blind_index("王小明")
    keys.FIELD_KEYS = [NEW, OLD]
    assert blind_index("王小明") != before
    assert blind_indexes("王小明") == [blind_index("王小明"), before]
    assert len(before) == 32
    assert (blind_index(""), blind_indexes("")) == ("", [])


@pytest.mark.parametrize("wrong", ["", "not base64!", base64.b64encode(b"too short").decode()])
def test_a_key_that_is_no_key_is_named_by_its_place(wrong: str) -> None:
    with pytest.raises(FieldKeyError, match="key 2"):
        parse_keys((OLD, wrong))


def test_no_key_at_all_is_an_error() -> None:
    with pytest.raises(FieldKeyError, match="no key"):
        parse_keys(())


@pytest.mark.django_db
def test_the_database_holds_nothing_in_the_clear() -> None:
    candidate = CandidateFactory.create(name="王小明", phone="+8613800138000", email="xm@example.com")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM candidates_candidate c")
        row = cursor.fetchone()[0]
    for text in ("王小明", "+8613800138000", "xm@example.com"):
        assert text not in row
        assert text.encode().hex() not in row
    assert Candidate.objects.get(pk=candidate.pk).name == "王小明"


@pytest.mark.django_db
def test_an_encrypted_column_refuses_to_be_searched() -> None:
    with pytest.raises(TypeError, match="blind index"):
        Candidate.objects.filter(name="王小明")


@pytest.mark.django_db
def test_a_person_is_found_while_keys_are_being_replaced(keys: Any, offer: Offer) -> None:
    Candidate.objects.get(pk=offer.candidate_id).save()  # with the old key
    keys.FIELD_KEYS = [NEW, OLD]
    assert Offer.objects.search("王小明").get() == offer
