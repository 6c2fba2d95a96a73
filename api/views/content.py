"""A branch's local content, for machines with a key: read it, state a text, withdraw it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.utils import translation
from ninja import Router, Status

from api.admission import Refused
from api.content_shapes import LocalContentOut, StatedOut, ValueIn
from api.keys import KeyAuth, key_of
from api.schemas import RefusedOut
from branches.audit import note_refused
from branches.client_address import client_address
from branches.models import Branch
from candidates.payload import FieldProblem
from notifications.catalogue import Catalogue
from notifications.lint import explanation
from notifications.local_content import (
    PAPER_COLUMNS,
    ChangedMeanwhile,
    InvalidContent,
    LockedByHeadquarters,
    NoSuchField,
    NotYours,
    digest,
    state_value,
    withdraw_value,
)
from notifications.local_text import LocalFinding, findings_of
from notifications.models import CorePaper, CoreValue, LocalField, LocalPaper, LocalValue

router = Router(tags=["Local content"], auth=KeyAuth())
REFUSALS = dict.fromkeys((401, 403, 404, 409, 422), RefusedOut)


def in_english(view: Callable[..., Any]) -> Callable[..., Any]:
    """Machines are answered in one language, whatever they accept."""

    @wraps(view)
    def answered(*args: Any, **kwargs: Any) -> Any:
        with translation.override("en"):
            return view(*args, **kwargs)

    return answered


@router.get(
    "/{code}/local-content",
    response={200: LocalContentOut, 401: RefusedOut, 404: RefusedOut},
    summary="What a branch tells its candidates",
)
@in_english
def show(request: HttpRequest, code: str) -> Any:
    """Own and inherited texts, papers, headquarters' values, and what the lint holds against the branch's own."""
    branch = _branch(request, code)
    catalogue = Catalogue.current(branches=[branch])
    own = catalogue.local[branch.path]
    above = branch.nodes_above()
    fields = LocalField.objects.exclude(key__in=catalogue.core.field_keys).order_by("id")
    found = findings_of(branch, values=own.values, papers=own.papers, catalogue=catalogue, above=above)
    return {
        "branch": branch.code,
        "fields": [_field(one, branch, above, catalogue) for one in fields],
        "papers": list(_papers(branch, above, catalogue)),
        "core": [_core_value(one) for one in catalogue.core.values],
        "findings": [_finding(one) for one in found],
    }


@router.put(
    "/{code}/local-content/{key}",
    response={200: StatedOut, **REFUSALS},
    summary="State a text",
)
@in_english
def state(request: HttpRequest, code: str, key: str, stated: ValueIn) -> Any:
    """For everybody, or for the candidates of a condition; the same again changes nothing."""
    branch = _branch(request, code)
    by = key_of(request)
    value = _or_refused(
        request,
        branch,
        key,
        lambda: state_value(
            branch=branch,
            field_key=key,
            condition=stated.condition,
            value=stated.value,
            value_en=stated.value_en,
            by=by,
            basis=stated.revision,
        ),
    )
    catalogue = Catalogue.current(branches=[branch])
    above = branch.nodes_above()
    found = findings_of(branch, values=[value], papers=[], catalogue=catalogue, above=above)
    return {"key": key, **_value(value), "findings": [_finding(one) for one in found]}


@router.delete(
    "/{code}/local-content/{key}",
    response={204: None, **REFUSALS},
    summary="Withdraw a text",
)
@in_english
def withdraw(
    request: HttpRequest, code: str, key: str, condition: str = "{}", revision: str | None = None
) -> Any:
    """What is stated above counts again. `condition`: of the text to withdraw, as JSON."""
    branch = _branch(request, code)
    asked, by = _parsed(condition), key_of(request)
    _or_refused(
        request,
        branch,
        key,
        lambda: withdraw_value(branch=branch, field_key=key, condition=asked, by=by, basis=revision),
    )
    return Status(204, None)


# --- Who may -------------------------------------------------------------------------------------
def _branch(request: HttpRequest, code: str) -> Branch:
    """Within the key's node. Raises Refused with 404, which is recorded where there is such a branch."""
    found: Branch | None = Branch.objects.visible_to(key_of(request)).filter(code=code).first()
    if found is None:
        if Branch.objects.filter(code=code).exists():
            _record(request, "content.not_yours", code)
        raise Refused.because(404, "branch", "there is no such branch")
    return found


def _or_refused(request: HttpRequest, branch: Branch, key: str, verb: Callable[[], Any]) -> Any:
    """What the verb answers. Raises Refused with 403, 404, 409 or 422; a try at what is locked is recorded."""
    try:
        return verb()
    except NotYours:
        _record(request, "content.not_yours", f"{branch.code}/{key}")
        raise Refused.because(403, "authorization", "this key may not write local content") from None
    except LockedByHeadquarters:
        _record(request, "content.core_field", f"{branch.code}/{key}")
        raise Refused.because(403, key, "is locked by headquarters") from None
    except NoSuchField:
        raise Refused.because(404, key, "there is no such local field") from None
    except ChangedMeanwhile:
        raise Refused.because(409, "revision", "somebody else has written since it was read") from None
    except InvalidContent as invalid:
        problems = [
            FieldProblem(field=name, error=said)
            for name, all_said in invalid.problems.items()
            for said in all_said
        ]
        raise Refused(422, problems) from None


def _record(request: HttpRequest, what: str, target: str) -> None:
    note_refused(by=key_of(request), what=what, target=target, from_address=client_address(request))


def _parsed(condition: str) -> Any:
    try:
        return json.loads(condition)
    except (ValueError, RecursionError):
        raise Refused.because(422, "condition", "is not JSON") from None


# --- Answers -------------------------------------------------------------------------------------
def _field(one: LocalField, branch: Branch, above: list[Branch], catalogue: Catalogue) -> dict[str, Any]:
    facts = {
        name: getattr(one, name) for name in ("key", "label", "label_en", "kind", "required", "max_length")
    }
    inherited = [
        {"branch": node.code, **_value(value)} for node in above for value in _of(one, node, catalogue)
    ]
    return {**facts, "own": [_value(value) for value in _of(one, branch, catalogue)], "inherited": inherited}


def _of(one: LocalField, node: Branch, catalogue: Catalogue) -> list[LocalValue]:
    return [value for value in catalogue.local[node.path].values if value.field_id == one.pk]


def _value(value: LocalValue) -> dict[str, Any]:
    return {
        "condition": value.condition,
        "value": value.value,
        "value_en": value.value_en,
        "revision": digest(value),
    }


def _papers(branch: Branch, above: list[Branch], catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    yield from (_paper(paper, branch="") for paper in catalogue.core.papers)
    for node in (branch, *above):
        yield from (_paper(paper, branch=node.code) for paper in catalogue.local[node.path].papers)


def _paper(paper: CorePaper | LocalPaper, *, branch: str) -> dict[str, Any]:
    facts = {name: getattr(paper, name) for name in PAPER_COLUMNS}
    return {"branch": branch, "locked": isinstance(paper, CorePaper), **facts}


def _core_value(one: CoreValue) -> dict[str, Any]:
    return {
        "key": one.field.key,
        "label": one.field.label,
        "label_en": one.field.label_en,
        "value": one.value,
        "value_en": one.value_en,
    }


def _finding(one: LocalFinding) -> dict[str, Any]:
    finding = one.finding
    return {
        "key": one.key,
        "language": one.language,
        "kind": str(finding.kind),
        "start": finding.start,
        "end": finding.end,
        "found": finding.found,
        "explanation": explanation(finding),
    }
