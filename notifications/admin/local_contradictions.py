"""Where what branches state contradicts the core, or itself, over the whole bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext

from branches.models import Branch
from notifications.differences import Piece
from notifications.lint import explanation
from notifications.local_text import LocalFinding, condition_notes, findings_by_branch
from notifications.models import LocalField, LocalPaper


@dataclass(frozen=True)
class Contradiction:
    """`pieces`: the branch's text with what is meant marked; empty where no single text is meant."""

    where: str
    language: str
    pieces: list[Piece]
    words: str


@dataclass(frozen=True)
class OfBranch:
    branch: Branch
    found: list[Contradiction]


def contradictions_page(request: HttpRequest, model_admin: ModelAdmin[Any]) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": gettext("What contradicts the core"),
        "branches": contradictions_by_branch(),
    }
    return TemplateResponse(request, "admin/notifications/local_contradictions.html", context)


def contradictions_by_branch() -> list[OfBranch]:
    """Of the branches, in the order of the tree, those with something found."""
    branches, names = list(Branch.objects.all()), _names()
    findings, notes = findings_by_branch(branches), condition_notes(branches)
    told = [
        OfBranch(
            branch,
            [
                *(_finding(one, names) for one in findings[branch]),
                *(Contradiction(note.where, "", [], note.words) for note in notes[branch]),
            ],
        )
        for branch in branches
    ]
    return [one for one in told if one.found]


def _names() -> dict[str, str]:
    """Of local fields and papers, by key, in the language of the page."""
    language = get_language() or ""
    papers = {paper.key: paper.named(language) for paper in LocalPaper.objects.all()}
    return papers | {field.key: field.named(language) for field in LocalField.objects.all()}


def _finding(one: LocalFinding, names: dict[str, str]) -> Contradiction:
    text, found = one.text, one.finding
    pieces = [
        Piece("same", text[: found.start]),
        Piece("added", text[found.start : found.end]),
        Piece("same", text[found.end :]),
    ]
    return Contradiction(names.get(one.key, one.key), one.language, pieces, explanation(found))
