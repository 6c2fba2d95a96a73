"""Which branch a page about branches shows: the one asked for, as far as the person may know that it exists."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from branches.models import Branch
from dashboard.access import officer, refuse


def node_asked_for(request: HttpRequest, code: str, *, refused_as: str) -> Branch:
    """Without a code the first that is the person's to write for, else the first that is theirs to see.

    A branch of others is not found, and that it was asked for is kept (`refused_as`).
    """
    person = officer(request)
    visible = Branch.objects.visible_to(person)
    if not code:
        nodes: list[Branch] = list(visible)
        return next((node for node in nodes if person.may_edit_content(node)), nodes[0])
    # Such as NUL, which no query may hold.
    found: Branch | None = visible.filter(code=code).first() if code.isprintable() else None
    if found is None:
        if code.isprintable() and Branch.objects.filter(code=code).exists():
            refuse(request, what=refused_as, target=code)
        raise Http404
    return found
