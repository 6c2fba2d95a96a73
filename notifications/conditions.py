"""For whom a paragraph, a paper or a local value is meant: chosen facts, never a program. Pure.

A condition names for some facts of an offer either values of which one must apply ("is") or values of which none
may ("not"); all that it names must hold. An empty one holds for everybody. As JSON:

    {"category": {"is": ["campus"]}, "city": {"not": ["上海"]}, "has": {"not": ["email"]}}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, product
from typing import Any, Protocol, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from branches.categories import Category
from candidates.models import Offer


class Fact(StrEnum):
    """What a condition may ask. A city is named as its branch names it in Chinese."""

    CATEGORY = "category"
    CITY = "city"
    POSITION = "position"
    HAS = "has"


FACT_LABELS = {
    Fact.CATEGORY: _("Category"),
    Fact.CITY: _("City"),
    Fact.POSITION: _("Position"),
    Fact.HAS: _("On file"),
}
IS, NOT = "is", "not"
NOTHING: frozenset[str] = frozenset()
MOST_VALUES, LONGEST_VALUE = 50, 100
# Groups of people tried for overlaps and gaps. They multiply: ten rows that name fifty cities and fifty positions
# each tell a quarter of a million apart.
MOST_GROUPS = 5_000

# What may be on file of a person, or missing.
ON_FILE = {"phone": _("phone"), "email": _("email"), "wechat": _("WeChat"), "id_number": _("ID number")}

Condition = Mapping[str, Mapping[str, Sequence[str]]]
Profile = Mapping[str, frozenset[str]]


class Conditional(Protocol):
    """Something with a condition; its table is one of ours."""

    condition: Any


Meant = TypeVar("Meant", bound=Conditional)
Node = TypeVar("Node")


# --- Does it hold? ------------------------------------------------------------------------------
class OfferProfile(Mapping[str, frozenset[str]]):
    """What conditions are asked of: the offer's facts, each as a set of values and read only when it is asked for."""

    __slots__ = ("offer",)

    def __init__(self, offer: Offer) -> None:
        self.offer = offer

    def __getitem__(self, fact: str) -> frozenset[str]:
        return READ[fact](self.offer)

    def __iter__(self) -> Iterator[str]:
        return iter(READ)

    def __len__(self) -> int:
        return len(READ)


def profile_of(offer: Offer) -> Profile:
    return OfferProfile(offer)


def _positions(offer: Offer) -> frozenset[str]:
    return frozenset(filter(None, [offer.position_code, offer.position_title]))


def _on_file(offer: Offer) -> frozenset[str]:
    candidate = offer.candidate
    on_file = {
        "phone": candidate.phone,
        "email": candidate.email,
        "wechat": candidate.wechat_openid,
        "id_number": candidate.id_number,
    }
    return frozenset(name for name, value in on_file.items() if value)


READ: dict[str, Callable[[Offer], frozenset[str]]] = {
    Fact.CATEGORY: lambda offer: frozenset([str(offer.candidate.category)]),
    Fact.CITY: lambda offer: frozenset([offer.branch.city]),
    Fact.POSITION: _positions,
    Fact.HAS: _on_file,
}


def asked_by(conditions: Iterable[Condition]) -> Profile:
    """The values that conditions ask about, by fact."""
    asked: dict[str, set[str]] = {fact: set() for fact in Fact}
    for condition in conditions:
        for fact, clause in condition.items():
            asked[fact].update(*clause.values())
    return {fact: frozenset(values) for fact, values in asked.items()}


def narrowed(profile: Profile, asked: Profile) -> tuple[frozenset[str], ...]:
    """What of a profile such conditions can tell apart: people who are alike in it are told the same."""
    # Many conditions ask for one fact or none, and this is asked by the thousand.
    return tuple([profile[fact] & values if values else NOTHING for fact, values in asked.items()])


def holds(condition: Condition, profile: Profile) -> bool:
    return all(
        bool(profile[fact].intersection(values)) == (word == IS)
        for fact, asked in condition.items()
        for word, values in asked.items()
    )


def meant_for(rows: Iterable[Meant], profile: Profile) -> Meant | None:
    """The row that counts: the first with a condition that holds, else the one for everybody, else None."""
    fitting = [row for row in rows if holds(row.condition, profile)]
    return next((row for row in fitting if row.condition), fitting[0] if fitting else None)


def counting_upwards(
    nodes: Iterable[tuple[Node, Sequence[Meant]]], *, thing: Callable[[Meant], object]
) -> Iterator[tuple[Node, Meant]]:
    """Of what each node states, the nearest first, the rows that count for somebody, each with its node.

    `thing` says what a row is of: a farther row of the same thing counts for nobody where a nearer one has the same
    condition, or is for everybody.
    """
    told: list[tuple[object, Condition]] = []
    for node, rows in nodes:
        yield from ((node, row) for row in rows if not _covered(thing(row), row.condition, told))
        told += [(thing(row), row.condition) for row in rows]


def _covered(of: object, condition: Condition, told: Sequence[tuple[object, Condition]]) -> bool:
    return (of, condition) in told or (of, {}) in told


# --- Its form -----------------------------------------------------------------------------------
def normal(condition: Any) -> dict[str, dict[str, list[str]]]:
    """The one form that is stored: known facts in their order, values sorted. Raises ValidationError."""
    if not isinstance(condition, dict):
        raise ValidationError(_("A condition is chosen fact by fact."))
    if unknown := set(condition) - set(Fact):
        raise ValidationError(
            _("A condition cannot ask for “%(fact)s”."), params={"fact": min(map(str, unknown))}
        )
    return {str(fact): _normal_clause(fact, condition[fact]) for fact in Fact if fact in condition}


def _normal_clause(fact: Fact, clause: Any) -> dict[str, list[str]]:
    label = FACT_LABELS[fact]
    if not isinstance(clause, dict) or len(clause) != 1 or not {IS, NOT}.issuperset(clause):
        raise ValidationError(_("%(fact)s: say either “is one of” or “is none of”."), params={"fact": label})
    ((word, values),) = clause.items()
    if not isinstance(values, list) or not 0 < len(values) <= MOST_VALUES:
        raise ValidationError(_("%(fact)s: choose at least one value."), params={"fact": label})
    known = {Fact.CATEGORY: set(Category.values), Fact.HAS: set(ON_FILE)}.get(fact)
    for value in values:
        if not _is_value(value) or (known and value not in known):
            raise ValidationError(_("%(fact)s: one of the values does not exist."), params={"fact": label})
    return {word: sorted(set(values))}


def _is_value(value: Any) -> bool:
    """A word that a page can show and a column can hold."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_VALUE and value.isprintable()


# --- In plain words -----------------------------------------------------------------------------
def in_words(condition: Condition) -> str:
    """Such as “校招 · 城市：北京”; "" for everybody."""
    return " · ".join(
        _clause_words(Fact(fact), word, values)
        for fact, asked in condition.items()
        for word, values in asked.items()
    )


def for_whom(condition: Condition) -> str:
    """The same, and "everybody" where it says nothing."""
    return in_words(condition) or gettext("everybody")


def _clause_words(fact: Fact, word: str, values: Sequence[str]) -> str:
    named = gettext(" or ").join(value_words(fact, value) for value in values)
    if fact == Fact.HAS:
        words = gettext("has %(values)s") if word == IS else gettext("has no %(values)s")
    else:
        words = gettext("%(fact)s: %(values)s") if word == IS else gettext("%(fact)s: not %(values)s")
    return words % {"fact": FACT_LABELS[fact], "values": named}


def value_words(fact: Fact, value: str) -> str:
    if fact == Fact.CATEGORY and value in Category.values:
        return str(Category(value).label)
    return str(ON_FILE.get(value, value)) if fact == Fact.HAS else value


# --- Overlaps and gaps --------------------------------------------------------------------------
@dataclass(frozen=True)
class Coverage:
    """Of several rows that stand for one thing: for whom two of them compete, and for whom there is none.

    Each entry is a condition that describes one such group of people. `is_complete` is False where there are more
    groups than MOST_GROUPS, and only the first were tried.
    """

    overlaps: list[Condition]
    gaps: list[Condition]
    is_complete: bool = True


def coverage(conditions: Sequence[Condition]) -> Coverage:
    """Try all groups of people whom these conditions tell apart.

    A row for everybody is what the others fall back on: it neither overlaps nor leaves a gap.
    """
    chosen = [condition for condition in conditions if condition]
    for_all = len(chosen) < len(conditions)
    groups = list(islice(_groups(chosen), MOST_GROUPS + 1))
    overlaps, gaps = [], []
    for words, profile in groups[:MOST_GROUPS]:
        fitting = sum(holds(one, profile) for one in chosen)
        overlaps += [words] if fitting > 1 else []
        gaps += [words] if not (fitting or for_all) else []
    return Coverage(overlaps, gaps, is_complete=len(groups) <= MOST_GROUPS)


def _groups(conditions: Sequence[Condition]) -> Iterator[tuple[Condition, Profile]]:
    """Each group as a condition that describes it, and the profile of somebody in it."""
    asked = [fact for fact in Fact if any(fact in condition for condition in conditions)]
    for answers in product(*(_answers(fact, conditions) for fact in asked)):
        words: Condition = {str(fact): clause for fact, (clause, _) in zip(asked, answers, strict=True)}
        profile: Profile = {str(fact): values for fact, (_, values) in zip(asked, answers, strict=True)}
        yield words, profile


def _answers(
    fact: Fact, conditions: Sequence[Condition]
) -> list[tuple[dict[str, list[str]], frozenset[str]]]:
    """The values named anywhere, one by one, and "none of them"; a category is always one of those there are."""
    named = sorted({v for one in conditions for values in one.get(fact, {}).values() for v in values})
    values = Category.values if fact == Fact.CATEGORY else named
    found = [({IS: [value]}, frozenset([value])) for value in values]
    return found if fact == Fact.CATEGORY else [*found, ({NOT: named}, frozenset())]
