"""A condition edited by choosing: for each fact "everybody", "is one of" or "is none of", and the values there are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from branches.categories import Category
from branches.models import Branch
from candidates.models import Offer
from notifications.conditions import FACT_LABELS, IS, NOT, ON_FILE, Fact, normal, value_words
from notifications.models import CorePaper, LocalPaper, LocalValue, Passage

# Positions are offered from the newest offers: a million rows are not read to fill a list.
OFFERS_LOOKED_AT = 2000
POSITIONS_OFFERED = 30
COMMA = re.compile(r"[,，、;；\n]")
# Of these a condition may also name a value that nobody has yet.
OPEN = frozenset([Fact.CITY, Fact.POSITION])


class KnownValues:
    """What can be chosen for each fact, read once for all conditions of a page, and only when one is shown."""

    @cached_property
    def by_fact(self) -> dict[Fact, list[str]]:
        return {
            Fact.CATEGORY: list(Category.values),
            Fact.CITY: list(dict.fromkeys(Branch.objects.values_list("city", flat=True))),
            Fact.POSITION: sorted({*_positions_of_offers(), *_positions_of_conditions()})[:POSITIONS_OFFERED],
            Fact.HAS: list(ON_FILE),
        }


def _positions_of_offers() -> set[str]:
    newest = Offer.objects.order_by("-id").values_list("position_title", flat=True)[:OFFERS_LOOKED_AT]
    return set(filter(None, newest))


def _positions_of_conditions() -> set[str]:
    found: set[str] = set()
    for model in (LocalValue, LocalPaper, CorePaper, Passage):
        asked = model._default_manager.filter(condition__has_key=Fact.POSITION)
        for clause in asked.values_list("condition__position", flat=True):
            found.update(value for values in clause.values() for value in values)
    return found


@dataclass(frozen=True)
class Choice:
    value: str
    words: str
    chosen: bool


@dataclass(frozen=True)
class FactChoice:
    """One fact as the page shows it. `word`: "" (everybody), "is" or "not"; `other` joins what no box is for."""

    name: str
    id: str
    label: str
    words: list[Choice]
    values: list[Choice]
    open: bool


class ConditionWidget(forms.Widget):
    """Posts `<name>-<fact>` (the word), `<name>-<fact>-values` (boxes) and `<name>-<fact>-other` (by comma)."""

    template_name = "condition.html"
    use_fieldset = True
    # Given by a page with several conditions, which would otherwise read it for each of them.
    known: KnownValues | None = None

    class Media:
        css = {"all": ["css/condition.css"]}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        condition = value if isinstance(value, dict) else {}
        known, html_id = (self.known or KnownValues()).by_fact, (attrs or {}).get("id", name)
        facts = [
            _fact_choice(fact, f"{name}-{fact}", f"{html_id}-{fact}", known[fact], condition.get(fact))
            for fact in Fact
        ]
        return {"facts": facts, "name": name, "attrs": attrs or {}}

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> dict[str, Any]:
        """As it was entered, right or wrong; a fact for everybody without values is left out."""
        clauses = {str(fact): _clause(data, f"{name}-{fact}") for fact in Fact}
        return {fact: clause for fact, clause in clauses.items() if clause != {"": []}}

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> bool:
        return all(f"{name}-{fact}" not in data for fact in Fact)

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-{Fact.CATEGORY}" if id_ else id_


def _fact_choice(
    fact: Fact, name: str, html_id: str, known: Sequence[str], clause: Mapping[str, Sequence[str]] | None
) -> FactChoice:
    ((word, chosen),) = (clause or {"": []}).items()
    return FactChoice(
        name=name,
        id=html_id,
        label=str(FACT_LABELS[fact]),
        words=[Choice(one, said, one == word) for one, said in _words(fact).items()],
        values=[
            Choice(one, value_words(fact, one), one in chosen) for one in dict.fromkeys([*known, *chosen])
        ],
        open=fact in OPEN,
    )


def _words(fact: Fact) -> dict[str, str]:
    if fact == Fact.HAS:
        return {"": gettext("everybody"), IS: gettext("who has one of"), NOT: gettext("who has none of")}
    return {"": gettext("everybody"), IS: gettext("is one of"), NOT: gettext("is none of")}


def _clause(data: Mapping[str, Any], name: str) -> dict[str, list[str]]:
    typed = COMMA.split(data.get(f"{name}-other", ""))
    values = [*_several(data, f"{name}-values"), *(one.strip() for one in typed if one.strip())]
    return {data.get(name, ""): list(dict.fromkeys(values))}


def _several(data: Mapping[str, Any], name: str) -> Sequence[str]:
    """All values of one name: of a posted form, or of a plain dict as tests and scripts give it."""
    if isinstance(data, MultiValueDict):
        return data.getlist(name)
    value = data.get(name, [])
    return [value] if isinstance(value, str) else value


class ConditionFormField(forms.Field):
    """Cleans to the normal form of a condition; `{}` for everybody."""

    widget = ConditionWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "label": capfirst(_("only for")), **kwargs})

    def clean(self, value: Any) -> dict[str, dict[str, list[str]]]:
        return normal(value or {})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or {}) != _sorted(data or {})


def _sorted(condition: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, dict[str, list[str]]]:
    return {
        fact: {word: sorted(values) for word, values in asked.items()} for fact, asked in condition.items()
    }


class ConditionalForm(forms.BaseForm):
    """A form with a `condition`. `known`: the page's values to choose from, shared by all its forms."""

    def __init__(self, *args: Any, known: KnownValues | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where a page is only read, the form has no such field.
        if "condition" in self.fields:
            widget = self.fields["condition"].widget
            if isinstance(widget, ConditionWidget):
                widget.known = known or KnownValues()
