"""How the branches differ in one local field, or in their papers: branch by branch, and from where each has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from branches.models import Branch
from candidates.models import Language
from notifications.catalogue import Catalogue
from notifications.conditions import Condition, counting_upwards, coverage, for_whom, in_words
from notifications.models import Demand, LocalField, LocalPaper
from notifications.papers import paper_words

# Choices beside the fields; with a hyphen, no field is called so.
MISSING, PAPERS = "not-filled", "papers"


@dataclass(frozen=True)
class Row:
    """One value or paper as it counts at a branch; `source` is None for the branch's own."""

    name: str
    for_whom: str
    chinese: str
    english: str
    note: str
    source: Branch | None


@dataclass(frozen=True)
class BranchRows:
    """`gaps`: in words, who is left without what every branch must state."""

    branch: Branch
    rows: list[Row]
    gaps: list[str]

    @property
    def height(self) -> int:
        """Lines of the table that the branch takes."""
        return len(self.rows) + bool(self.gaps) or 1


class FieldChoice(forms.Form):
    field = forms.ChoiceField(label=_("What is compared"), widget=UnfoldAdminSelectWidget())

    def __init__(self, *args: Any, fields: list[LocalField], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["field"]
        if isinstance(choice, forms.ChoiceField):
            named = [(one.key, one.named(get_language() or "")) for one in fields]
            choice.choices = [
                (MISSING, gettext("Required fields that are not filled")),
                *named,
                (PAPERS, gettext("Local papers")),
            ]


def differences_page(request: HttpRequest, model_admin: ModelAdmin[Any]) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    fields = list(LocalField.objects.order_by("key"))
    asked = {"field": MISSING, **request.GET.dict()}
    form = FieldChoice(asked, fields=fields)
    key = form.cleaned_data["field"] if form.is_valid() else PAPERS
    field = next((one for one in fields if one.key == key), None)
    branches = list(Branch.objects.all())
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": gettext("How branches differ"),
        "form": form,
        "field": field,
        "missing": missing(fields, branches) if key == MISSING else None,
        "branches": field_rows(field, branches) if field else paper_rows(branches),
    }
    return TemplateResponse(request, "admin/notifications/local_differences.html", context)


# --- What is not filled ---
@dataclass(frozen=True)
class Missing:
    """A required field that a branch, and all above it, leave empty; `gaps`: for whom."""

    branch: Branch
    field: str
    gaps: list[str]


def missing(fields: Sequence[LocalField], branches: Sequence[Branch]) -> list[Missing]:
    """In the order of the tree."""
    found = [
        Missing(at.branch, field.named(get_language() or ""), at.gaps)
        for field in fields
        if field.required
        for at in field_rows(field, branches)
        if at.gaps
    ]
    return sorted(found, key=lambda one: one.branch.path)


# --- A local field ------------------------------------------------------------------------------
def field_rows(field: LocalField, branches: Sequence[Branch]) -> list[BranchRows]:
    """For every branch, in the order of the tree, the values that count there."""
    catalogue = Catalogue.current(branches=branches)
    by_path = {branch.path: branch for branch in branches}
    working = {branch.pk for branch in Branch.objects.places_of_work()}
    return [
        _field_rows(field, branch, catalogue, by_path, must_fill=field.required and branch.pk in working)
        for branch in branches
    ]


def _field_rows(
    field: LocalField, branch: Branch, catalogue: Catalogue, by_path: dict[str, Branch], *, must_fill: bool
) -> BranchRows:
    stated = (
        (by_path[path], [value for value in catalogue.local[path].values if value.field_id == field.pk])
        for path in branch.path_and_above
    )
    counting = list(counting_upwards(stated, thing=lambda value: value.field_id))
    rows = [
        Row("", in_words(value.condition), value.value, value.value_en, "", _source(at, branch))
        for at, value in counting
    ]
    gaps = _gaps([value.condition for _, value in counting]) if must_fill else []
    return BranchRows(branch, rows, gaps)


def _gaps(conditions: list[Condition]) -> list[str]:
    return [for_whom(group) for group in coverage(conditions).gaps]


def _source(at: Branch, branch: Branch) -> Branch | None:
    return None if at.path == branch.path else at


# --- Local papers -------------------------------------------------------------------------------
def paper_rows(branches: Sequence[Branch]) -> list[BranchRows]:
    catalogue = Catalogue.current(branches=branches)
    by_path = {branch.path: branch for branch in branches}
    core = catalogue.core.paper_keys
    return [_paper_rows(branch, catalogue, by_path, core) for branch in branches]


def _paper_rows(
    branch: Branch, catalogue: Catalogue, by_path: dict[str, Branch], core: set[str]
) -> BranchRows:
    stated = ((by_path[path], catalogue.local[path].papers) for path in branch.path_and_above)
    counting = counting_upwards(stated, thing=lambda paper: paper.key)
    return BranchRows(branch, [_paper_row(paper, _source(at, branch), core) for at, paper in counting], [])


def _paper_row(paper: LocalPaper, source: Branch | None, core: set[str]) -> Row:
    note = gettext("Not shown: the core states this paper.") if paper.key in core else ""
    if not note and paper.demand == Demand.NOT_NEEDED:
        note = str(Demand.NOT_NEEDED.label)
    words = {language: paper_words(paper, language) for language in Language}
    return Row(
        name=paper.key,
        for_whom=in_words(paper.condition),
        chinese=words[Language.CHINESE],
        english=words[Language.ENGLISH],
        note=note,
        source=source,
    )
