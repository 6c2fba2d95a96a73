"""All that the content page shows of one node: headquarters' text, what the node states and inherits, the preview."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import get_language, gettext

from branches.models import Branch
from candidates.models import Language
from dashboard.content_choice import Choice
from dashboard.content_preview import Shown, shown
from dashboard.content_rows import PaperRow, Row, ValueRow
from dashboard.content_shelves import Shelf, Shelves, ValueShelf, node_label
from dashboard.content_template import Locked, locked
from notifications.catalogue import Catalogue, LocalContent, NoTemplate
from notifications.condition_form import KnownValues
from notifications.conditions import Profile, holds, in_words, profile_of
from notifications.lint import explanation
from notifications.local_content import digest
from notifications.local_text import LocalFinding, findings_of
from notifications.models import LocalField, LocalPaper, LocalValue, Paper

LANGUAGE_OF = {"value": Language.CHINESE, "value_en": Language.ENGLISH}


# --- What the page is made of -------------------------------------------------------------------
@dataclass(frozen=True)
class Written:
    """A text in one language as the form shows it; `left`: characters that still fit."""

    bound: BoundField
    left: int
    warnings: list[str]


@dataclass(frozen=True)
class RowView:
    """A row with what the lint says of it. `is_elsewhere`: the candidate of the preview does not read it."""

    row: Row
    who: str
    is_elsewhere: bool
    texts: list[Written]
    warnings: list[str]


@dataclass(frozen=True)
class WrongPlace:
    prefix: str
    title: str


@dataclass
class ContentPage:
    node: Branch
    above: list[Branch]
    choice: Choice
    values: list[ValueShelf]
    papers: list[Shelf]
    new_paper: Shelf
    core_papers: list[Paper]
    template: Locked | None
    shown: Shown | None
    findings: list[LocalFinding]
    saved: LocalContent
    is_typed: bool = False

    @property
    def shelves(self) -> list[Shelf]:
        return [*self.values, *self.papers, self.new_paper]

    @property
    def rows(self) -> list[Row]:
        return [row for shelf in self.shelves for row in shelf.rows]

    @property
    def wrong(self) -> list[WrongPlace]:
        """Where something typed cannot be saved as it is."""
        return [
            WrongPlace(row.prefix, shelf.title)
            for shelf in self.shelves
            for row in shelf.rows
            if row.is_wrong
        ]

    @property
    def parent(self) -> str:
        return node_label(self.above[0]) if self.above else ""

    def views(self, shelf: Shelf) -> list[RowView]:
        return [self._view(row) for row in shelf.rows]

    def _view(self, row: Row) -> RowView:
        who, is_elsewhere = in_words(row.condition), not holds(row.condition, self._profile)
        if isinstance(row, PaperRow):
            return RowView(row, who, is_elsewhere, [], self._warnings(row.paper_key, None, ""))
        texts = list(self._texts(row)) if isinstance(row, ValueRow) else []
        return RowView(row, who, is_elsewhere, texts, [])

    @cached_property
    def _profile(self) -> Profile:
        return profile_of(self.choice.offer())

    def _texts(self, row: ValueRow) -> Iterator[Written]:
        stated = row.stated(self.node)
        for name, language in LANGUAGE_OF.items():
            text = getattr(stated, name)
            left = row.field.max_length - len(text)
            warnings = self._warnings(row.key, language, text)
            if language == Language.ENGLISH and self._is_left_behind(row, stated):
                words = gettext("The Chinese text has changed; see whether this one still says the same.")
                warnings = [words, *warnings]
            yield Written(row.form[name], left, warnings)

    def _is_left_behind(self, row: ValueRow, stated: LocalValue) -> bool:
        """Whether only the Chinese text was changed, and there is an English one."""
        was = row.asked("was")
        before = next(
            (one for one in self.saved.values if one.field_id == row.field.pk and one.condition == was), None
        )
        return (
            before is not None
            and bool(before.value_en)
            and (before.value != stated.value and before.value_en == stated.value_en)
        )

    def _warnings(self, key: str, language: str | None, text: str) -> list[str]:
        """What the lint found in this text; with no language, in whatever is said of a paper."""
        found = [
            one
            for one in self.findings
            if one.key == key and (language is None or (one.language, one.text) == (language, text))
        ]
        return list(dict.fromkeys(explanation(one.finding) for one in found))


# --- Making it ----------------------------------------------------------------------------------
def content_page(
    node: Branch, choice: Choice, *, catalogue: Catalogue, data: QueryDict | None = None, adding: str = ""
) -> ContentPage:
    """`data`: what was typed, if anything was; `adding`: the field or paper that gets one more row (`v-parking`)."""
    above = node.nodes_above()
    make = Shelves(node, above, catalogue, data, adding, KnownValues())
    values, papers, new_paper = list(make.of_values()), list(make.of_papers()), make.of_new_paper()
    content = _typed(node, values, [*papers, new_paper], catalogue.local[node.path])
    template = _template(choice, catalogue.with_local(node, content), make.fields)
    for shelf in values:
        shelf.is_used = template is not None and shelf.key in template.uses
    chosen = choice.chosen
    return ContentPage(
        node=node,
        above=above,
        choice=choice,
        values=values,
        papers=papers,
        new_paper=new_paper,
        core_papers=list(catalogue.core.papers),
        template=template,
        shown=shown(
            choice.offer(),
            purpose=chosen["purpose"],
            channel=chosen["channel"],
            catalogue=catalogue,
            node=node,
            content=content,
        ),
        findings=findings_of(
            node,
            # What is too long is not saved, and to read it for contradictions may take long.
            values=[value for value in content.values if _fits(value)],
            papers=content.papers,
            catalogue=catalogue,
            above=above,
        ),
        saved=catalogue.local[node.path],
        is_typed=data is not None,
    )


def _fits(value: LocalValue) -> bool:
    return max(len(value.value), len(value.value_en)) <= value.field.max_length


def _typed(
    node: Branch, values: Iterable[Shelf], papers: Iterable[Shelf], saved: LocalContent
) -> LocalContent:
    """What the node would state if all that is typed were saved; papers in the order they would have then."""
    places = {digest(paper): paper.position for paper in saved.papers}
    last = max(places.values(), default=-1)
    stated = [one for row in _counting(values) if isinstance(one := row.stated(node), LocalValue)]
    asked = []
    for number, row in enumerate(_counting(papers), start=last + 1):
        if isinstance(paper := row.stated(node), LocalPaper):
            paper.position = places.get(str(row.form["basis"].value()), number)
            asked.append(paper)
    return LocalContent(stated, sorted(asked, key=lambda paper: paper.position))


def _counting(shelves: Iterable[Shelf]) -> Iterator[Row]:
    return (row for shelf in shelves for row in shelf.rows if row.counts())


def _template(choice: Choice, catalogue: Catalogue, fields: dict[str, LocalField]) -> Locked | None:
    chosen, offer = choice.chosen, choice.offer()
    try:
        body = catalogue.body(
            purpose=chosen["purpose"],
            channel=chosen["channel"],
            style=offer.candidate.style,
            language=offer.candidate.language,
        )
    except NoTemplate:
        return None
    return locked(body, offer, catalogue=catalogue, fields=fields, language=get_language() or "")
