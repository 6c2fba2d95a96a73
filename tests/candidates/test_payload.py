"""An interview result: every wrong field is named with its reason, and no answer repeats what was sent."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candidates.payload import InvalidResult, parse_result
from tests import platform

# As platforms write it, not yet in the form the system keeps.
GOOD = platform.result(
    candidate__phone="138 0013 8000",
    candidate__id_number="11010519491231002x",
    onboarding_at="2026-12-07T09:00:00+08:00",
)
CANARY = "CANARY-7731"
MISSING = object()


def changed(path: str, value: Any) -> str:
    """The good result with one field set, or left out."""
    body = copy.deepcopy(GOOD)
    *parents, leaf = path.split(".")
    tree = body
    for step in parents:
        tree = tree[step]
    if value is MISSING:
        tree.pop(leaf)
    else:
        tree[leaf] = value
    return json.dumps(body)


def told(body: str | bytes) -> list[tuple[str, str]]:
    """What is told about a body that may be right or wrong; anything but InvalidResult is a failure."""
    try:
        parse_result(body)
    except InvalidResult as refused:
        return [(problem.field, problem.error) for problem in refused.problems]
    return []


def problems(body: str | bytes) -> dict[str, str]:
    with pytest.raises(InvalidResult) as refused:
        parse_result(body)
    return {problem.field: problem.error for problem in refused.value.problems}


def test_a_good_result_is_read_in_the_form_the_system_keeps() -> None:
    result = parse_result(json.dumps(GOOD))
    assert result.candidate.phone == "+8613800138000"
    assert result.candidate.id_number == "11010519491231002X"
    assert result.onboarding_at.isoformat() == "2026-12-07T09:00:00+08:00"


@pytest.mark.parametrize(
    "path",
    [
        "data",
        "data.interview_id",
        "data.candidate",
        "data.candidate.name",
        "data.branch",
        "data.onboarding_at",
    ],
)
def test_a_required_field_that_is_missing_is_named(path: str) -> None:
    assert path in problems(changed(path, MISSING))


@pytest.mark.parametrize(
    "path",
    [
        "data.score",
        "data.candidate.phone",
        "data.candidate.email",
        "data.candidate.id_number",
        "data.candidate.category",
        "data.candidate.preferred_channels",
        "data.candidate.style",
        "data.candidate.language",
        "data.position",
        "data.position.code",
        "timestamp",
        "type",
    ],
)
def test_everything_else_may_be_left_out(path: str) -> None:
    parse_result(changed(path, MISSING))


WRONG: dict[str, list[Any]] = {
    "data": [5, [], "x", None],
    "data.interview_id": [5, "", " ", "x" * 101, None, "a\u0000b"],
    "data.candidate": [5, [], None],
    "data.candidate.name": [5, "", None, "王\n小明"],
    "data.candidate.phone": [13800138000, "abc", "1"],
    "data.candidate.email": [5, "abc", "a@b", f"{'x' * 250}@example.com"],
    "data.candidate.id_number": [5, "110105194912310021", "!"],
    "data.candidate.category": [5, "graduate"],
    "data.candidate.preferred_channels": ["sms", ["fax"], [5], ["sms"] * 11],
    "data.candidate.style": ["short", 1],
    "data.candidate.language": ["fr", 1],
    "data.candidate.wechat_openid": [5, ""],
    "data.branch": [5, "", None],
    "data.onboarding_at": [5.5, "tomorrow", "2026-12-07T09:00:00", "2026-12-07", None],
    "data.result": ["yes", 1],
    "data.score": ["86", -1, 1001, True],
    "data.position": [5, "Teller"],
    "data.position.title": [5, "x" * 101],
    "type": ["interview.started", 5],
}


@pytest.mark.parametrize(
    ("path", "value"), [(path, value) for path, values in WRONG.items() for value in values]
)
def test_a_field_of_a_wrong_sort_is_named(path: str, value: Any) -> None:
    named = problems(changed(path, value))
    assert any(field == path or field.startswith(f"{path}.") for field in named), named
    assert all(named.values())


def test_every_problem_is_told_at_once() -> None:
    body = copy.deepcopy(GOOD)
    body["data"]["candidate"] |= {"phone": "x", "email": "x", "category": "x"}
    del body["data"]["branch"]
    expected = {"data.candidate.phone", "data.candidate.email", "data.candidate.category", "data.branch"}
    assert set(problems(json.dumps(body))) == expected


def test_there_must_be_a_way_to_reach_the_person() -> None:
    body = copy.deepcopy(GOOD)
    for way in ("phone", "email"):
        del body["data"]["candidate"][way]
    assert "at least one" in problems(json.dumps(body))["data.candidate"]


def test_there_must_be_a_verdict_or_a_score() -> None:
    body = copy.deepcopy(GOOD)
    del body["data"]["result"], body["data"]["score"]
    assert "result" in problems(json.dumps(body))["data"]


@pytest.mark.parametrize(
    ("result", "score", "passed"),
    [
        ("passed", 10, True),
        ("failed", 99, False),
        (None, 60, True),
        (None, 59.99, False),
        (None, 60.01, True),
    ],
)
def test_the_verdict_counts_and_else_the_threshold(result: str | None, score: float, passed: bool) -> None:
    body = copy.deepcopy(GOOD)
    body["data"] |= {"result": result, "score": score}
    assert parse_result(json.dumps(body)).passed(Decimal(60)) == passed


@pytest.mark.parametrize(
    "body",
    ["", "nonsense", "[]", "5", "null", b"\xff\xfe", "{" * 5000, '{"data": "\\ud800"}', '{"data": NaN}'],
)
def test_what_is_not_a_json_object_is_an_invalid_result(body: str | bytes) -> None:
    assert problems(body)


@pytest.mark.parametrize("path", sorted(WRONG))
@pytest.mark.parametrize("value", [CANARY, [CANARY], {"x": CANARY}, f"{CANARY}\u0001", CANARY * 40])
def test_no_answer_repeats_a_value(path: str, value: Any) -> None:
    assert CANARY not in str(told(changed(path, value)))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
paths = st.sampled_from(sorted(WRONG))


@given(path=paths, value=anything)
def test_no_value_in_any_field_makes_it_fail_otherwise(path: str, value: Any) -> None:
    told(changed(path, value))


@given(body=st.binary() | st.text())
def test_no_bytes_at_all_make_it_fail_otherwise(body: bytes | str) -> None:
    with pytest.raises(InvalidResult):
        parse_result(body)
