"""All that the content page shows of one node: headquarters' text, what the node states and inherits, the preview."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import get_language, gettext

from branches.models import Branch
from candidates.models import Language
from dashboard.content_choice import Choice
from dashboard.content_preview import Shown, shown
from dashboard.content_rows import (
    NEW,
    PaperRow,
    Row,
    ValueRow,
    paper_rows,
    posted_rows,
    value_rows,
)
from dashboard.content_template import Locked, locked
from notifications.catalogue import Catalogue, LocalContent, NoTemplate
from notifications.condition_form import KnownValues
from notifications.conditions import Condition, in_words
from notifications.lint import explanation
from notifications.local_content import digest
from notifications.local_text import LocalFinding, findings_of
from notifications.models import LocalField, LocalPaper, LocalValue, Paper
from notifications.notes import coverage_notes

NOTES_SHOWN = 4
LANGUAGE_OF = {"value": Language.CHINESE, "value_en": Language.ENGLISH}


# --- What the page is made of -------------------------------------------------------------------
@dataclass(frozen=True)
class Inherited:
    """What a node above states; `who` for whom, "" for everybody."""

    node: str
    who: str
    stated: LocalValue | LocalPaper


@dataclass(frozen=True)
class Written:
    """A text in one language as the form shows it; `left`: characters that still fit."""

    bound: BoundField
    left: int
    warnings: list[str]


@dataclass
class Shelf:
    """All rows of one field or one paper."""

    key: str
    title: str
    rows: Sequence[Row]
    inherited: list[Inherited]
    notes: list[str] = field(default_factory=list)

    @property
    def states(self) -> bool:
        """Whether the node says something itself, saved or only typed."""
        return any(row.counts() for row in self.rows)


@dataclass
class ValueShelf(Shelf):
    field: LocalField = field(default_factory=LocalField)
    is_used: bool = False

    @property
    def hint(self) -> str:
        return self.field.hint_en if get_language() == Language.ENGLISH else self.field.hint

    @property
    def is_missing(self) -> bool:
        return self.field.required and not self.states and not self.inherited


@dataclass(frozen=True)
class RowView:
    """A row with what the lint says of it."""

    row: Row
    who: str
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
    is_typed: bool = False

    @property
    def rows(self) -> list[Row]:
        return [row for shelf in [*self.values, *self.papers, self.new_paper] for row in shelf.rows]

    @property
    def wrong(self) -> list[WrongPlace]:
        """Where something typed cannot be saved as it is."""
        shelves = [*self.values, *self.papers, self.new_paper]
        return [
            WrongPlace(row.prefix, shelf.title) for shelf in shelves for row in shelf.rows if row.is_wrong
        ]

    @property
    def parent(self) -> str:
        return _label(self.above[0]) if self.above else ""

    def views(self, shelf: Shelf) -> list[RowView]:
        return [self._view(row) for row in shelf.rows]

    def _view(self, row: Row) -> RowView:
        who = in_words(row.condition)
        if isinstance(row, PaperRow):
            return RowView(row, who, [], self._warnings(row.paper_key, None, ""))
        return RowView(row, who, list(self._texts(row)) if isinstance(row, ValueRow) else [], [])

    def _texts(self, row: ValueRow) -> Iterator[Written]:
        stated = row.stated(self.node)
        for name, language in LANGUAGE_OF.items():
            text = getattr(stated, name)
            left = row.field.max_length - len(text)
            yield Written(row.form[name], left, self._warnings(row.key, language, text))

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
    make = _Shelves(node, above, catalogue, data, adding, KnownValues())
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


def _label(node: Branch) -> str:
    return node.label(get_language() or "")


@dataclass
class _Shelves:
    """Puts what is stated, inherited and typed together, field by field and paper by paper."""

    node: Branch
    above: list[Branch]
    catalogue: Catalogue
    data: QueryDict | None
    adding: str
    known: KnownValues

    def __post_init__(self) -> None:
        self.fields = {one.key: one for one in LocalField.objects.order_by("id")}
        self.own = self.catalogue.local[self.node.path]

    def of_values(self) -> Iterator[ValueShelf]:
        numbers = self._posted("v")
        core = self.catalogue.core.field_keys
        for key, one in self.fields.items():
            if key in core:  # headquarters' word counts, whatever a branch would say
                continue
            inherited = self._inherited_values(one)
            rows = value_rows(
                one,
                [value for value in self.own.values if value.field_id == one.pk],
                data=self.data,
                numbers=numbers.get(key, []),
                adding=self.adding == f"v-{key}",
                known=self.known,
            )
            title = one.named(get_language() or "")
            notes = _coverage(rows, gaps=not inherited)
            yield ValueShelf(key, title, rows, inherited, notes, field=one)

    def _inherited_values(self, one: LocalField) -> list[Inherited]:
        """From the nearest node upwards, until one speaks to everybody."""
        found = []
        for node in self.above:
            stated = [value for value in self.catalogue.local[node.path].values if value.field_id == one.pk]
            found += [Inherited(_label(node), in_words(value.condition), value) for value in stated]
            if any(not value.condition for value in stated):
                break
        return found

    def of_papers(self) -> Iterator[Shelf]:
        numbers = self._posted("p")
        own = _by_key(self.own.papers)
        inherited = self._inherited_papers()
        posted = dict.fromkeys(key for key in numbers if key != NEW)
        for key in dict.fromkeys([*inherited, *own, *posted]):
            above, stated = inherited.get(key, []), own.get(key, [])
            rows = paper_rows(
                key,
                stated,
                data=self.data,
                numbers=numbers.get(key, []),
                adding=self.adding == f"p-{key}",
                like=_first(above) or next(iter(stated), None),
                known=self.known,
            )
            notes = _coverage(rows, gaps=False)
            yield Shelf(key, self._paper_title(rows, above), rows, above, notes)

    def of_new_paper(self) -> Shelf:
        numbers = self._posted("p").get(NEW, [])
        adding = self.adding == f"p-{NEW}"
        rows = paper_rows(
            NEW, [], data=self.data, numbers=numbers, adding=adding, like=None, known=self.known
        )
        return Shelf(NEW, gettext("A further paper"), rows, [])

    def _paper_title(self, rows: Sequence[PaperRow], inherited: list[Inherited]) -> str:
        named = _first(inherited) or (rows[0].stated(self.node) if rows else None)
        return named.named(get_language() or "") if named else ""

    def _inherited_papers(self) -> dict[str, list[Inherited]]:
        """By key, from the nearest node that speaks of the paper."""
        found: dict[str, list[Inherited]] = {}
        for node in self.above:
            for key, papers in _by_key(self.catalogue.local[node.path].papers).items():
                stated = [Inherited(_label(node), in_words(paper.condition), paper) for paper in papers]
                found.setdefault(key, stated)
        return found

    def _posted(self, kind: str) -> dict[str, list[int]]:
        return posted_rows(self.data, kind) if self.data is not None else {}


def _by_key(papers: Iterable[LocalPaper]) -> dict[str, list[LocalPaper]]:
    found: dict[str, list[LocalPaper]] = {}
    for paper in papers:
        found.setdefault(paper.key, []).append(paper)
    return found


def _first(inherited: Sequence[Inherited]) -> LocalPaper | None:
    stated = inherited[0].stated if inherited else None
    return stated if isinstance(stated, LocalPaper) else None


def _coverage(rows: Sequence[Row], *, gaps: bool) -> list[str]:
    """Who is told two things, and who nothing; the first few, for there may be many."""
    conditions: list[Condition] = [row.condition for row in rows if row.counts()]
    if not any(conditions):
        return []
    notes = [note.words for note in coverage_notes(conditions, where="", gaps=gaps)]
    more = len(notes) - NOTES_SHOWN
    if more > 0:
        return [*notes[:NOTES_SHOWN], gettext("And %(more)s cases more.") % {"more": more}]
    return notes
