"""Which papers one candidate is asked for: the core's, and what the branch and those above it add. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from candidates.models import Language
from notifications.conditions import Profile, meant_for
from notifications.grouping import grouped
from notifications.models import CorePaper, Demand, Form, LocalPaper, Paper

P = TypeVar("P", bound=Paper)

FORM_WORDS = {
    Language.CHINESE: {Form.ORIGINAL: "原件", Form.COPY: "复印件", Form.BOTH: "原件及复印件"},
    Language.ENGLISH: {Form.ORIGINAL: "original", Form.COPY: "copy", Form.BOTH: "original and copy"},
}


@dataclass(frozen=True)
class Papers:
    """`core` and `local`: to be brought, in their order. `not_needed`: what others bring and this person need not."""

    core: list[CorePaper]
    local: list[LocalPaper]
    not_needed: list[Paper]

    @property
    def all(self) -> list[Paper]:
        return [*self.core, *self.local]


def papers_for(
    profile: Profile, *, core: Sequence[CorePaper], local: Sequence[Sequence[LocalPaper]]
) -> Papers:
    """`local`: a sequence for each node of the tree, the nearest first; of papers with one key the nearest counts.

    No local paper takes the place of a core one: where both have a key, the core's counts.
    """
    of_core = dict(_by_key(core, profile))
    of_branches: dict[str, LocalPaper] = {}
    for papers in reversed(local):
        of_branches |= dict(_by_key(papers, profile))
    own = [paper for key, paper in of_branches.items() if key not in {one.key for one in core}]
    return Papers(
        core=_demanded(of_core.values(), Demand.REQUIRED),
        local=_demanded(own, Demand.REQUIRED),
        not_needed=_demanded([*of_core.values(), *own], Demand.NOT_NEEDED),
    )


def _by_key(papers: Iterable[P], profile: Profile) -> list[tuple[str, P]]:
    """For each key the row that is meant for this person, if any is."""
    rows = grouped(papers, by=lambda paper: paper.key)
    chosen = ((key, meant_for(same, profile)) for key, same in rows.items())
    return [(key, paper) for key, paper in chosen if paper]


def _demanded(papers: Iterable[P], demand: Demand) -> list[P]:
    return sorted((one for one in papers if one.demand == demand), key=lambda one: one.position)


def paper_words(paper: Paper, language: str) -> str:
    """Such as 体检报告原件（3个月内）or "health report (original, at most 3 months old)"."""
    form = FORM_WORDS[Language(language)].get(Form(paper.form), "") if paper.form else ""
    if language == Language.ENGLISH:
        age = f"at most {paper.valid_months} months old" if paper.valid_months else ""
        notes = ", ".join(filter(None, [form, age]))
        return f"{paper.name_en} ({notes})" if notes else paper.name_en
    age = f"（{paper.valid_months}个月内）" if paper.valid_months else ""
    return f"{paper.name}{form}{age}"
