"""A branch's own part of the messages: the core locked, the local fields beside it, and what comes of both."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from branches.models import Branch, User
from dashboard.access import for_branch_hr, is_fragment, officer, refuse
from dashboard.content_changes import last_changes
from dashboard.content_choice import USUAL, Choice
from dashboard.content_page import ContentPage, content_page
from dashboard.content_reading import ROW, posted_rows
from dashboard.content_rows import NEW, save_all
from dashboard.forms import branch_choices
from dashboard.nodes import node_asked_for
from notifications.catalogue import Catalogue, Core
from notifications.local_content import (
    LockedByHeadquarters,
    NoSuchField,
    NotYours,
    local_field,
    must_be_theirs,
)
from notifications.models import CoreVersion, LocalField, TemplateVersion

# What the form holds besides its rows.
NAMES = {"csrfmiddlewaretoken", "branch", "save", "add", "show", *USUAL}


# As forms of ours name their fields. Anything else could be a person's number, and is not kept of a try.
IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z_]*(?:-\d{1,3})?(?:-[A-Za-z_]+)?", re.ASCII)


class Foreign(Exception):
    """The form never holds a name like this: somebody made the request by hand."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(name)
        self.what, self.name = what, name


@require_http_methods(["GET", "HEAD", "POST"])
@for_branch_hr
def content(request: HttpRequest) -> HttpResponse:
    """GET shows it; POST previews what is typed, adds a row or saves, and leaves what was typed where it is."""
    person = officer(request)
    asked = request.POST if request.method == "POST" else request.GET
    node = node_asked_for(request, asked.get("branch", ""), refused_as="content.not_yours")
    if request.method != "POST":
        return _shown(request, node, _page(node, person, asked))
    try:
        return _posted(request, node, person)
    except NotYours:
        return _refused(request, "content.not_yours", node.code, status=403)
    except LockedByHeadquarters as locked:
        return _refused(request, "content.core_field", f"{node.code}/{locked.key}", status=403)
    except NoSuchField as unknown:
        return _refused(request, "content.unknown_field", f"{node.code}/{_kept(unknown.key)}", status=404)
    except Foreign as foreign:
        return _refused(request, foreign.what, f"{node.code}/{foreign.name}", status=403)


def _posted(request: HttpRequest, node: Branch, person: User) -> HttpResponse:
    must_be_theirs(node, person)
    _must_be_of_the_form(request.POST)
    page = _page(node, person, request.POST, typed=True)
    if is_fragment(request):
        return render(request, "dashboard/content_news.html", {"page": page})
    if "save" not in request.POST:
        return _shown(request, node, page)
    changed = save_all(page.rows, branch=node, by=person)
    for locked in filter(None, (row.locked for row in page.rows)):
        refuse(request, what="content.core_field", target=f"{node.code}/{locked}")
    if page.wrong:
        return _shown(request, node, page, status=422)
    _tell(request, changed)
    return redirect(_address(node, page.choice))


def _must_be_of_the_form(data: QueryDict) -> None:
    """Raises for any name that no form of ours holds: a core field's, a version's, whatever."""
    for name in data:
        if name not in NAMES and not ROW.fullmatch(name):
            what = "content.published_version" if _is_version(data.get(name, "")) else "content.foreign_field"
            raise Foreign(what, _kept(name))
    _must_be_local(posted_rows(data, "v"))
    core = Core.in_force().paper_keys
    for key in posted_rows(data, "p"):
        if key != NEW and key in core:
            raise LockedByHeadquarters(key)


def _kept(name: str) -> str:
    """What the record of a try says of a name that was posted."""
    return name if IDENTIFIER.fullmatch(name) else ""


def _must_be_local(keys: Iterable[str]) -> None:
    """One query for a form as it should be; the rest only to say what is wrong with another."""
    asked = set(keys)
    if len(asked) != LocalField.objects.filter(key__in=asked).count():
        for key in sorted(asked):
            local_field(key)
    if locked := sorted(asked & Core.in_force().field_keys):
        raise LockedByHeadquarters(locked[0])


def _is_version(value: object) -> bool:
    try:
        pk = UUID(str(value))
    except ValueError:
        return False
    return any(model.objects.filter(pk=pk).exists() for model in (TemplateVersion, CoreVersion))


def _page(node: Branch, person: User, asked: QueryDict, *, typed: bool = False) -> ContentPage:
    catalogue = Catalogue.current(branches=[node])
    purposes = {variant[0] for variant in catalogue.bodies}
    choice = Choice(asked.dict(), purposes=purposes, node=node, principal=person)
    if choice.chosen["interview"] and choice.real:
        # The branch below at which this candidate starts may state something itself.
        catalogue = Catalogue.current(branches=[node, choice.real.branch])
    adding = asked.get("add", "") if typed else ""
    return content_page(node, choice, catalogue=catalogue, data=asked if typed else None, adding=adding)


def _shown(request: HttpRequest, node: Branch, page: ContentPage, *, status: int = 200) -> HttpResponse:
    person = officer(request)
    context = {
        "page": page,
        "may_edit": person.may_edit_content(node),
        "nodes": branch_choices(Branch.objects.visible_to(person)),
        "changes": last_changes(node),
    }
    return render(request, "dashboard/content.html", context, status=status)


def _tell(request: HttpRequest, changed: int) -> None:
    if changed:
        words = ngettext("Saved: %(count)s change.", "Saved: %(count)s changes.", changed)
        messages.success(request, words % {"count": changed})
    else:
        messages.info(request, gettext("Nothing was different, so nothing was saved."))


def _address(node: Branch, choice: Choice) -> str:
    return f"{reverse('dashboard:content')}?{urlencode({'branch': node.code, **choice.query})}"


def _refused(request: HttpRequest, what: str, target: str, *, status: int) -> HttpResponse:
    refuse(request, what=what, target=target)
    return render(request, "dashboard/content_refused.html", {"what": what}, status=status)
