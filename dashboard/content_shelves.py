"""What a node states of each field and each paper, what it inherits, and what is typed: a shelf for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.http import QueryDict
from django.utils.translation import get_language, gettext

from branches.models import Branch
from dashboard.content_reading import paper_rows, posted_rows, value_rows
from dashboard.content_rows import NEW, PaperRow, Row
from notifications.catalogue import Catalogue
from notifications.condition_form import KnownValues
from notifications.conditions import Condition, counting_upwards, in_words
from notifications.grouping import grouped
from notifications.models import LocalField, LocalPaper, LocalValue
from notifications.notes import coverage_notes

NOTES_SHOWN = 4

Stated = TypeVar("Stated", LocalValue, LocalPaper)


@dataclass(frozen=True)
class Inherited:
    """What a node above states; `who` for whom, "" for everybody."""

    node: str
    who: str
    stated: LocalValue | LocalPaper


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
        return self.field.hinted(get_language() or "")

    @property
    def is_missing(self) -> bool:
        return self.field.required and not self.states and not self.inherited


def node_label(node: Branch) -> str:
    return node.label(get_language() or "")


@dataclass
class Shelves:
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
        above = [(node, self.catalogue.local[node.path]) for node in self.above]
        self.inherited_values = _inherited(
            [(node, content.values) for node, content in above], of=lambda value: value.field.key
        )
        self.inherited_papers = _inherited(
            [(node, content.papers) for node, content in above], of=lambda paper: paper.key
        )

    def of_values(self) -> Iterator[ValueShelf]:
        numbers = self._posted("v")
        core = self.catalogue.core.field_keys
        for key, one in self.fields.items():
            if key in core:  # headquarters' word counts, whatever a branch would say
                continue
            inherited = self.inherited_values.get(key, [])
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

    def of_papers(self) -> Iterator[Shelf]:
        numbers = self._posted("p")
        own = grouped(self.own.papers, by=lambda paper: paper.key)
        posted = dict.fromkeys(key for key in numbers if key != NEW)
        for key in dict.fromkeys([*self.inherited_papers, *own, *posted]):
            above, stated = self.inherited_papers.get(key, []), own.get(key, [])
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

    def _posted(self, kind: str) -> dict[str, list[int]]:
        return posted_rows(self.data, kind) if self.data is not None else {}


def _inherited(
    nodes: Sequence[tuple[Branch, Sequence[Stated]]], *, of: Callable[[Stated], str]
) -> dict[str, list[Inherited]]:
    """By field or paper, what the nodes above state and what counts here for somebody, the nearest first."""
    counting = grouped(counting_upwards(nodes, thing=of), by=lambda pair: of(pair[1]))
    return {
        key: [Inherited(node_label(node), in_words(row.condition), row) for node, row in pairs]
        for key, pairs in counting.items()
    }


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
