"""What branches state, held against the core: the lint's findings, branch by branch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from branches.models import Branch
from candidates.models import Language
from notifications.catalogue import Catalogue, Core
from notifications.grouping import grouped
from notifications.lint import Core as CoreRules
from notifications.lint import CorePaper as PaperRule
from notifications.lint import Finding, Place, contradictions
from notifications.models import CorePaper, Demand, LocalPaper, LocalValue
from notifications.notes import Note, coverage_notes
from notifications.papers import paper_words

# The core field that lists the hosts local texts may name.
ALLOWED_LINKS = "allowed_links"


@dataclass(frozen=True)
class LocalFinding:
    """A finding in a branch's text; `key` names the local field or the local paper."""

    key: str
    language: str
    text: str
    finding: Finding


def findings_of(
    branch: Branch,
    *,
    values: Iterable[LocalValue],
    papers: Iterable[LocalPaper],
    catalogue: Catalogue,
    above: Sequence[Branch],
) -> list[LocalFinding]:
    """What in these texts of `branch` contradicts the core. `above`: the nodes over it."""
    core = core_rules(catalogue.core)
    place = place_of([branch, *above])
    return [
        LocalFinding(key, language, text, finding)
        for key, language, text in _texts(values, papers)
        for finding in contradictions(text, field=key, core=core, place=place)
    ]


def _texts(values: Iterable[LocalValue], papers: Iterable[LocalPaper]) -> Iterator[tuple[str, str, str]]:
    """Key, language and text of all that is stated."""
    for value in values:
        yield value.field.key, Language.CHINESE, value.value
        yield value.field.key, Language.ENGLISH, value.value_en
    for paper in papers:
        for language in Language.values:
            words = paper_words(paper, language)
            yield paper.key, language, words if paper.demand == Demand.REQUIRED else _waived(words, language)


def _waived(words: str, language: str) -> str:
    """As a message tells that a paper is not needed: what the core asks for must not be waived so."""
    return f"{words} is not needed" if language == Language.ENGLISH else f"无需提供{words}"


def findings_by_branch(branches: Sequence[Branch]) -> dict[Branch, list[LocalFinding]]:
    """For every branch what it states itself; what it inherits is told where it is stated."""
    catalogue = Catalogue.current(branches=branches)
    by_path = {branch.path: branch for branch in branches}
    return {
        branch: findings_of(
            branch,
            values=catalogue.local[branch.path].values,
            papers=catalogue.local[branch.path].papers,
            catalogue=catalogue,
            above=[by_path[path] for path in branch.path_and_above[1:] if path in by_path],
        )
        for branch in branches
    }


def condition_notes(branches: Sequence[Branch]) -> dict[Branch, list[Note]]:
    """For every branch: values of one field, or rows of one paper, that compete for a person.

    Gaps are told of required fields alone, and only where no node above states something for everybody: whatever
    else is said to some is meant for some.
    """
    catalogue = Catalogue.current(branches=branches)
    return {branch: list(_condition_notes(branch, catalogue)) for branch in branches}


def _condition_notes(branch: Branch, catalogue: Catalogue) -> Iterator[Note]:
    content = catalogue.local[branch.path]
    required = {one.field.key for one in content.values if one.field.required}
    above = [catalogue.local[path] for path in branch.path_and_above[1:]]
    for_all = {one.field.key for node in above for one in node.values if not one.condition}
    for key, values in grouped(content.values, by=lambda one: one.field.key).items():
        conditions = [one.condition for one in values]
        yield from coverage_notes(conditions, where=key, gaps=key in required and key not in for_all)
    for key, papers in grouped(content.papers, by=lambda one: one.key).items():
        yield from coverage_notes([one.condition for one in papers], where=key, gaps=False)


def core_rules(core: Core) -> CoreRules:
    """The core as the lint reads it."""
    listed = next((one.value for one in core.values if one.field.key == ALLOWED_LINKS), "")
    hosts = {line.strip().casefold() for line in listed.splitlines() if line.strip()}
    return CoreRules(
        required=_rules(core.papers, Demand.REQUIRED),
        excluded=_rules(core.papers, Demand.FORBIDDEN),
        allowed_hosts=frozenset(hosts | {urlsplit(settings.PUBLIC_URL).hostname or ""} - {""}),
    )


def _rules(papers: Iterable[CorePaper], demand: Demand) -> tuple[PaperRule, ...]:
    return tuple(PaperRule(p.name, p.name_en, p.form) for p in papers if p.demand == demand)


def place_of(nodes: Sequence[Branch]) -> Place:
    """Addresses and phones a text of the first node may name: its own and those above it."""
    return Place(
        addresses=tuple(address for node in nodes for address in (node.address, node.address_en)),
        phones=tuple(node.phone for node in nodes),
        names=(nodes[0].name, nodes[0].name_en),
    )
