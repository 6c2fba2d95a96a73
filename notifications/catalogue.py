"""What messages are made of: published texts, the core, and what branches state for themselves.

Each process keeps its own copy for as long as the stamp in the database says that nothing has changed, and no
version comes into force meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import chain
from uuid import UUID

from django.db.models import Min, Prefetch
from django.utils import timezone

from branches.models import Branch
from candidates.models import Language, Offer, Style
from notifications.compose import Value
from notifications.conditions import Conditional, Profile, asked_by, meant_for, narrowed, profile_of
from notifications.grouping import grouped
from notifications.in_force import NEWEST_FIRST, newest_first
from notifications.models import (
    ContentStamp,
    CorePaper,
    CoreValue,
    CoreVersion,
    FieldKind,
    LocalPaper,
    LocalValue,
    Passage,
    TemplateBody,
    TemplateVersion,
)
from notifications.papers import Papers, paper_words, papers_for
from notifications.passages import with_passages

Variant = tuple[str, str, str, str]  # purpose, channel, style, language


class NoTemplate(Exception):
    """No published version has a text for this purpose and channel."""


@dataclass(frozen=True)
class Core:
    """What headquarters states, as of one version; empty before anything is published."""

    version: CoreVersion | None = None
    values: Sequence[CoreValue] = ()
    papers: Sequence[CorePaper] = ()

    @classmethod
    def of(cls, version: CoreVersion | None) -> Core:
        if version is None:
            return cls()
        return cls(version, list(version.values.select_related("field")), list(version.papers.all()))

    @classmethod
    def in_force(cls) -> Core:
        """What counts now, for whoever asks about no branch."""
        return _published().core

    @property
    def field_keys(self) -> set[str]:
        return {stated.field.key for stated in self.values}

    @property
    def paper_keys(self) -> set[str]:
        return {paper.key for paper in self.papers}


@dataclass(frozen=True)
class LocalContent:
    """What one node of the tree states for itself and for those below it."""

    values: Sequence[LocalValue] = ()
    papers: Sequence[LocalPaper] = ()

    @cached_property
    def of_each_field(self) -> Collection[list[LocalValue]]:
        """The values of one field together; kept, because every message asks."""
        return grouped(self.values, by=lambda value: value.field_id).values()


@dataclass(frozen=True)
class WorkedOut:
    """What one message took and the next of the same branch takes again: for people whom no condition tells apart,
    the values by branch, language and what is asked about them, and texts with their passages; and what the
    conditions of a branch or of a text ask about.
    """

    values: dict[tuple[object, ...], dict[str, Value]] = field(default_factory=dict)
    texts: dict[tuple[object, ...], str] = field(default_factory=dict)
    asked: dict[object, Profile] = field(default_factory=dict)


@dataclass(frozen=True)
class Published:
    """All that is in force between two moments, and local content as far as it was asked for."""

    stamp: UUID | None
    since: datetime
    until: datetime | None
    bodies: dict[Variant, TemplateBody]
    core: Core
    local: dict[UUID, LocalContent] = field(default_factory=dict)
    worked_out: WorkedOut = field(default_factory=WorkedOut)

    def counts(self, *, stamp: UUID | None, at: datetime) -> bool:
        still = self.since <= at and (self.until is None or at < self.until)
        return still and stamp is not None and stamp == self.stamp


@dataclass(frozen=True)
class Catalogue:
    """`local`: content by tree path, for the branches it was asked for and all above them."""

    bodies: dict[Variant, TemplateBody]
    core: Core
    local: dict[str, LocalContent]
    worked_out: WorkedOut = field(default_factory=WorkedOut)

    @classmethod
    def current(cls, *, branches: Iterable[Branch]) -> Catalogue:
        """What counts now. Two queries; after a change eight more, and two for branches not seen since it."""
        published = _published()
        paths = {path for branch in branches for path in branch.path_and_above}
        nodes = dict(Branch.objects.filter(path__in=paths).values_list("path", "pk"))
        _read_local(published, nodes.values())
        return cls(
            bodies=published.bodies,
            core=published.core,
            local={path: published.local[node] for path, node in nodes.items()},
            worked_out=published.worked_out,
        )

    # --- As it would be, for previews and checks ---
    def with_template(self, version: TemplateVersion) -> Catalogue:
        """As if this version were the one in force."""
        purpose = version.template.purpose
        others = {variant: body for variant, body in self.bodies.items() if variant[0] != purpose}
        return replace(self, bodies={**others, **_by_variant([version])}, worked_out=WorkedOut())

    def with_core(self, version: CoreVersion) -> Catalogue:
        return replace(self, core=Core.of(version), worked_out=WorkedOut())

    def with_local(self, branch: Branch, content: LocalContent) -> Catalogue:
        return replace(self, local={**self.local, branch.path: content}, worked_out=WorkedOut())

    # --- What one message takes from it ---
    def body(self, *, purpose: str, channel: str, style: str, language: str) -> TemplateBody:
        """The variant asked for, else the concise one, else the Chinese one. Raises NoTemplate."""
        for key in (
            (purpose, channel, style, language),
            (purpose, channel, Style.CONCISE, language),
            (purpose, channel, Style.CONCISE, Language.CHINESE),
        ):
            if found := self.bodies.get(key):
                return found
        raise NoTemplate(f"no published text for {purpose} by {channel}")

    def text(self, body: TemplateBody, offer: Offer) -> str:
        """A variant's text with the passages that are meant for this reader."""
        asked = self.worked_out.asked
        if body.pk not in asked:
            asked[body.pk] = asked_by(passage.condition for passage in body.version.passages.all())
        profile = profile_of(offer)
        key = (body.pk, *narrowed(profile, asked[body.pk]))
        known = self.worked_out.texts
        if key not in known:
            passages = body.version.passages.all()
            known[key] = with_passages(body.text, passages, profile=profile, language=body.language)
        return known[key]

    def values(self, offer: Offer, *, language: str) -> Mapping[str, Value]:
        """Core and local facts for one offer in one language; of local ones, the nearest going up the tree.

        What headquarters states comes last, so that no branch can put itself in its place.
        """
        profile, branch = profile_of(offer), offer.branch
        key = (branch.pk, branch.path, language, *narrowed(profile, self._asked(branch)))
        known = self.worked_out.values
        if key not in known:
            stated: list[LocalValue | CoreValue] = [*self.local_values(offer).values(), *self.core.values]
            facts = {one.field.key: _value(one.field.kind, one.in_language(language)) for one in stated}
            known[key] = facts | self._paper_values(offer, language)
        return known[key]

    def local_values(self, offer: Offer) -> dict[str, LocalValue]:
        """By the field's key, the value that counts for this offer."""
        profile = profile_of(offer)
        chosen: dict[str, LocalValue] = {}
        for content in reversed(self._upwards(offer.branch)):
            for rows in content.of_each_field:
                if value := meant_for(rows, profile):
                    chosen[value.field.key] = value
        return chosen

    def papers(self, offer: Offer) -> Papers:
        local = [content.papers for content in self._upwards(offer.branch)]
        return papers_for(profile_of(offer), core=self.core.papers, local=local)

    def _paper_values(self, offer: Offer, language: str) -> dict[str, Value]:
        papers = self.papers(offer)
        return {
            "papers": [paper_words(paper, language) for paper in papers.core],
            "local_papers": [paper_words(paper, language) for paper in papers.local],
            "papers_not_needed": [paper.named(language) for paper in papers.not_needed],
        }

    def _asked(self, branch: Branch) -> Profile:
        """What conditions of the core and of the branch's own content and above ask about."""
        node = (branch.pk, branch.path)
        if node not in self.worked_out.asked:
            of_branches = self._upwards(branch)
            papers = [self.core.papers, *(content.papers for content in of_branches)]
            rows: list[Conditional] = [*chain(*papers), *chain(*(content.values for content in of_branches))]
            self.worked_out.asked[node] = asked_by(row.condition for row in rows)
        return self.worked_out.asked[node]

    def _upwards(self, branch: Branch) -> list[LocalContent]:
        """The branch's own content and that of the nodes above it, nearest first."""
        return [self.local.get(path, LocalContent()) for path in branch.path_and_above]


def _value(kind: str, text: str) -> Value:
    if kind == FieldKind.LIST:
        return [line.strip() for line in text.splitlines() if line.strip()]
    return text


# --- This process' copy -------------------------------------------------------------------------
_kept: Published | None = None


def _published() -> Published:
    """The copy kept, or a new one where the stamp or the clock says so."""
    global _kept
    # The stamp is read before the content: what changes in between makes the copy old, never wrong for long.
    stamp, now = ContentStamp.current(), timezone.now()
    kept = _kept
    if kept is None or not kept.counts(stamp=stamp, at=now):
        kept = _kept = _read(stamp=stamp, at=now)
    return kept


def _read(*, stamp: UUID | None, at: datetime) -> Published:
    core = newest_first(CoreVersion.objects.all(), at=at)
    templates = newest_first(TemplateVersion.objects.all(), at=at)
    newest = templates.order_by("template", *NEWEST_FIRST).distinct("template")
    return Published(
        stamp=stamp,
        since=at,
        until=_next_change(at),
        bodies=_by_variant(newest.select_related("template")),
        core=Core.of(core.first()),
    )


def _next_change(at: datetime) -> datetime | None:
    """When the next version comes into force by itself."""
    ahead = [
        versions.filter(published_at__gt=at).aggregate(next=Min("published_at"))["next"]
        for versions in (TemplateVersion.objects, CoreVersion.objects)
    ]
    return min(filter(None, ahead), default=None)


def _by_variant(versions: Iterable[TemplateVersion]) -> dict[Variant, TemplateBody]:
    """Bodies with their version, its template and its passages at hand."""
    bodies = (
        TemplateBody.objects.filter(version__in=[version.pk for version in versions])
        .select_related("version__template")
        .prefetch_related(Prefetch("version__passages", queryset=Passage.objects.order_by("key", "id")))
    )
    return {(body.version.template.purpose, body.channel, body.style, body.language): body for body in bodies}


def _read_local(published: Published, nodes: Iterable[UUID]) -> None:
    """Add the content of nodes that were not asked for yet; what they do not state is kept as well."""
    unseen = set(nodes) - set(published.local)
    if not unseen:
        return
    stated = LocalValue.objects.filter(branch__in=unseen).select_related("field").order_by("id")
    values = grouped(stated, by=lambda value: value.branch_id)
    papers = grouped(LocalPaper.objects.filter(branch__in=unseen), by=lambda paper: paper.branch_id)
    for node in unseen:
        published.local[node] = LocalContent(values.get(node, ()), papers.get(node, ()))
