"""For whom something is meant: what a condition may ask, and what it then says."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from branches.categories import Category
from branches.models import Branch
from candidates.models import Offer
from notifications.conditions import (
    MOST_GROUPS,
    ON_FILE,
    Condition,
    Fact,
    coverage,
    holds,
    in_words,
    meant_for,
    normal,
    profile_of,
)
from notifications.notes import GROUPS_NAMED, coverage_notes
from notifications.preview import sample_offer

CAMPUS: Condition = {"category": {"is": ["campus"]}}
SOCIAL: Condition = {"category": {"is": ["social"]}}
NOT_INTERN: Condition = {"category": {"not": ["intern"]}}


def teller(*, category: str = "campus", city: str = "北京") -> Offer:
    """An offer that is not saved."""
    offer = sample_offer(Branch(city=city, time_zone="Asia/Shanghai"), category=category)
    offer.position_code = "TELLER"
    return offer


# --- Does it hold? -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, True),
        (CAMPUS, True),
        (SOCIAL, False),
        (NOT_INTERN, True),
        ({"city": {"is": ["北京", "上海"]}}, True),
        ({"city": {"not": ["北京"]}}, False),
        ({"position": {"is": ["TELLER"]}}, True),
        ({"position": {"is": ["综合柜员"]}}, True),
        ({"position": {"not": ["综合柜员"]}}, False),
        ({"has": {"is": ["email"]}}, True),
        ({"has": {"not": ["wechat", "id_number"]}}, True),
        ({"has": {"not": ["wechat", "phone"]}}, False),
        ({**CAMPUS, "city": {"is": ["上海"]}}, False),
        ({**CAMPUS, "city": {"is": ["北京"]}}, True),
    ],
)
def test_a_condition_holds_where_all_that_it_names_does(condition: Condition, expected: bool) -> None:
    assert holds(condition, profile_of(teller())) == expected


class Row:
    def __init__(self, name: str, condition: Condition) -> None:
        self.name, self.condition = name, condition


def test_of_several_rows_the_first_that_fits_counts_and_else_the_one_for_everybody() -> None:
    rows = [Row("all", {}), Row("graduates", CAMPUS), Row("no interns", NOT_INTERN)]
    chosen = {c: meant_for(rows, profile_of(teller(category=c))) for c in Category.values}
    assert {c: row.name for c, row in chosen.items() if row} == {
        "campus": "graduates",
        "social": "no interns",
        "intern": "all",
    }
    assert meant_for(rows[1:], profile_of(teller(category="intern"))) is None


# --- Its form ------------------------------------------------------------------------------------
def test_one_condition_has_one_form() -> None:
    written = {"has": {"not": ["wechat", "email", "email"]}, "category": {"is": ["social", "campus"]}}
    assert normal(written) == {"category": {"is": ["campus", "social"]}, "has": {"not": ["email", "wechat"]}}
    assert list(normal(written)) == ["category", "has"]
    assert normal({}) == {}


@pytest.mark.parametrize(
    "nonsense",
    [
        [],
        "category",
        {"age": {"is": ["30"]}},
        {"category": ["campus"]},
        {"category": {"is": []}},
        {"category": {"is": "campus"}},
        {"category": {"is": ["nobody"]}},
        {"category": {"is": ["campus"], "not": ["intern"]}},
        {"category": {"like": ["campus"]}},
        {"has": {"is": ["money"]}},
        {"city": {"is": [""]}},
        {"city": {"is": [1]}},
        {"city": {"is": ["x" * 101]}},
        {"city": {"is": ["北京\0"]}},
        {"city": {"is": ["\ud800"]}},
        {"city": {"is": [str(n) for n in range(51)]}},
    ],
)
def test_whatever_else_is_written_is_refused(nonsense: object) -> None:
    with pytest.raises(ValidationError):
        normal(nonsense)


# --- In plain words ------------------------------------------------------------------------------
def test_a_condition_is_said_in_plain_words() -> None:
    asked = {"category": {"is": ["campus", "intern"]}, "city": {"not": ["上海"]}, "has": {"not": ["email"]}}
    with translation.override("en"):
        assert in_words(asked) == "Category: Campus or Intern · City: not 上海 · has no email"
        assert in_words({}) == ""


# --- Overlaps and gaps ---------------------------------------------------------------------------
def test_two_conditions_that_fit_one_person_overlap_and_whoever_none_fits_is_a_gap() -> None:
    found = coverage([CAMPUS, {"category": {"not": ["social"]}}])
    assert found.overlaps == [{"category": {"is": ["campus"]}}]
    assert found.gaps == [{"category": {"is": ["social"]}}]


def test_a_row_for_everybody_fills_the_gaps_and_competes_with_none() -> None:
    found = coverage([{}, CAMPUS])
    assert (found.overlaps, found.gaps) == ([], [])


def test_conditions_on_different_facts_overlap_where_both_hold() -> None:
    found = coverage([CAMPUS, {"city": {"is": ["北京"]}}])
    assert found.overlaps == [{"category": {"is": ["campus"]}, "city": {"is": ["北京"]}}]
    assert {"category": {"is": ["social"]}, "city": {"not": ["北京"]}} in found.gaps


def clauses(values: list[str]) -> st.SearchStrategy[dict[str, list[str]]]:
    chosen = st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)
    return st.builds(lambda word, some: {word: some}, st.sampled_from(["is", "not"]), chosen)


conditions = st.fixed_dictionaries(
    {},
    optional={
        "category": clauses(list(Category.values)),
        "city": clauses(["北京", "上海", "广州"]),
        "has": clauses(list(ON_FILE)),
    },
)


@given(
    asked=st.lists(conditions.map(normal), min_size=1, max_size=4),
    category=st.sampled_from(Category.values),
    city=st.sampled_from(["北京", "上海", "广州", "佛山"]),
)
def test_whoever_is_in_no_gap_is_told_something(asked: list[Condition], category: str, city: str) -> None:
    """Of the groups that are reported, each person of a bank is in as many as really concern that person."""
    one = [condition for condition in asked if "has" not in condition]
    profile = profile_of(teller(category=category, city=city))
    found = coverage(one)
    told = [condition for condition in one if holds(condition, profile)]
    assert any(holds(gap, profile) for gap in found.gaps) == (not told)
    assert any(holds(group, profile) for group in found.overlaps) == (len([c for c in told if c]) > 1)


def test_every_fact_can_be_asked_of_every_offer() -> None:
    assert set(profile_of(teller())) == set(Fact)


def test_more_groups_than_anybody_reads_are_not_all_tried() -> None:
    """Ten rows that a machine made with fifty values for two facts: a quarter of a million groups."""
    rows = [
        {fact: {"is": [f"{fact} {row} {value}" for value in range(50)]} for fact in ("city", "position")}
        for row in range(10)
    ]
    found = coverage(rows)
    assert not found.is_complete
    assert len(found.overlaps) + len(found.gaps) <= MOST_GROUPS
    assert coverage(rows[:1]).is_complete


def test_what_is_not_all_tried_is_said_in_few_words() -> None:
    rows = [
        {fact: {"is": [f"{fact} {row} {value}" for value in range(50)]} for fact in ("city", "position")}
        for row in range(10)
    ]
    with translation.override("en"):
        said = [note.words for note in coverage_notes(rows, where="")]
    assert any("too many groups" in words for words in said)
    assert max(said[0].count("City"), said[0].count("; ")) <= GROUPS_NAMED
