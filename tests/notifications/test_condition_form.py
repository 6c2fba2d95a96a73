"""Conditions are chosen, not programmed: what is posted becomes the stored form, and comes back as it was chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.http import QueryDict

from branches.models import Branch
from candidates.models import Offer
from notifications.condition_form import ConditionalForm, ConditionFormField, KnownValues
from notifications.conditions import Fact
from tests.factories import LocalValueFactory


class Rule(forms.Form):
    condition = ConditionFormField()


class Several(ConditionalForm, forms.Form):
    condition = ConditionFormField()


def posted(text: str) -> Rule:
    return Rule(QueryDict(text.replace("fact-", "condition-")))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("", {}),
        ("fact-category=&fact-city=&fact-position=&fact-has=", {}),
        (
            "fact-category=is&fact-category-values=social&fact-category-values=campus",
            {"category": {"is": ["campus", "social"]}},
        ),
        ("fact-city=not&fact-city-values=上海&fact-city-other=", {"city": {"not": ["上海"]}}),
        (
            "fact-position=is&fact-position-values=柜员&fact-position-other=风控岗，信贷, 柜员",
            {"position": {"is": ["信贷", "柜员", "风控岗"]}},
        ),
        ("fact-has=not&fact-has-values=email&fact-city=", {"has": {"not": ["email"]}}),
    ],
)
def test_what_was_chosen_is_the_stored_form(db: None, text: str, condition: dict[str, Any]) -> None:
    form = posted(text)
    assert form.is_valid()
    assert form.cleaned_data["condition"] == condition


@pytest.mark.parametrize(
    "text",
    [
        "fact-category=is",  # no value
        "fact-category=&fact-category-values=campus",  # a value, and neither "is" nor "is not"
        "fact-category=is&fact-category-values=pensioner",
        "fact-has=is&fact-has-values=password",
        "fact-city=like&fact-city-values=北京",
        "fact-city=is&fact-city-other=" + "长" * 101,
    ],
)
def test_what_means_nothing_is_refused_and_kept_in_the_form(bj: Branch, text: str) -> None:
    form = posted(text)
    assert not form.is_valid()
    chosen = form["condition"].value()
    assert chosen
    assert all(
        word in str(form) for clause in chosen.values() for values in clause.values() for word in values
    )


def test_a_stored_condition_is_shown_as_chosen(bj: Branch, sh: Branch, offer: Offer) -> None:
    form = Rule(initial={"condition": {"city": {"not": ["上海"]}, "position": {"is": ["风控岗"]}}})
    shown = str(form["condition"])
    assert '<option value="not" selected>' in shown
    assert 'value="上海" checked' in shown
    assert 'value="北京">' in shown
    assert 'value="风控岗" checked' in shown
    assert offer.position_title in shown


def test_a_form_left_as_it_was_has_not_changed(bj: Branch) -> None:
    initial = {"condition": {"category": {"is": ["campus", "social"]}}}
    same = "condition-category=is&condition-category-values=social&condition-category-values=campus"
    assert not Rule(QueryDict(same), initial=initial).has_changed()
    assert Rule(QueryDict("condition-category="), initial=initial).has_changed()


def test_known_values_come_from_the_tree_the_offers_and_other_conditions(
    bj: Branch, sh: Branch, offer: Offer, django_assert_num_queries: Callable[[int], Any]
) -> None:
    LocalValueFactory.create(branch=sh, condition={"position": {"is": ["风控岗"]}})
    with django_assert_num_queries(6):
        known = KnownValues().by_fact
    assert known[Fact.CITY] == ["北京", "上海"]
    assert known[Fact.POSITION] == sorted(["风控岗", offer.position_title])


def test_a_page_of_many_conditions_reads_the_values_once(
    bj: Branch, django_assert_num_queries: Callable[[int], Any]
) -> None:
    known = KnownValues()
    with django_assert_num_queries(6):
        for _ in range(3):
            str(Several(known=known))


def test_two_requests_do_not_share_what_can_be_chosen(bj: Branch, sh: Branch) -> None:
    assert "广州" not in str(Rule())
    Branch.objects.filter(pk=sh.pk).update(city="广州")
    assert "广州" in str(Rule())
