"""Wishes for another first day that no rule grants: the list, and the one form that decides."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as notices
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from branches.acting import may_act_for
from candidates.models import Deferral, DeferralState
from dashboard.access import for_branch_hr, officer, refuse
from dashboard.deferral_forms import DecisionForm
from dashboard.deferrals import SHOWN, decision, rows, to_decide
from dashboard.live import live_page
from notifications.deferrals import AlreadyDecided, decide
from notifications.moves import MoveRefused, OutOfScope

TRY = "deferral.decide"


@require_safe
@for_branch_hr
def listing(request: HttpRequest) -> HttpResponse:
    waiting = to_decide(officer(request))
    shown = list(waiting[: SHOWN + 1])
    context = {"rows": rows(shown[:SHOWN]), "are_more": len(shown) > SHOWN, "most": SHOWN}
    return live_page(request, "dashboard/deferrals.html", "dashboard/deferrals_part.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_branch_hr
def deferral(request: HttpRequest, deferral_id: UUID) -> HttpResponse:
    """A GET shows the request, or what became of it; a POST decides. A try of who may not is on record."""
    try:
        asked = _visible(request, deferral_id)
    except Http404:
        if request.method == "POST":
            refuse(request, what=TRY, target=str(deferral_id))
        raise
    is_open = asked.state == DeferralState.PENDING and _may_decide(request, asked)
    form = DecisionForm(request.POST or None, deferral=asked) if is_open else None
    if request.method == "POST":
        return _posted(request, asked, form)
    return _show(request, asked, form)


def _visible(request: HttpRequest, deferral_id: UUID) -> Deferral:
    """Of another branch's request a person does not even learn that it exists."""
    found = Deferral.objects.visible_to(officer(request)).filter(pk=deferral_id)
    asked = found.select_related("offer__candidate", "offer__branch", "offer__progress", "decided_by").first()
    if asked is None:
        raise Http404
    return asked


def _may_decide(request: HttpRequest, asked: Deferral) -> bool:
    offer = asked.offer
    return may_act_for(officer(request), branch=offer.branch, category=offer.candidate.category)


def _posted(request: HttpRequest, asked: Deferral, form: DecisionForm | None) -> HttpResponse:
    if not _may_decide(request, asked):
        return _refused(request, asked)
    if form is None:
        notices.warning(request, gettext("This request was decided or taken back meanwhile."))
        return redirect("dashboard:deferral", asked.pk)
    if not form.is_valid():
        return _show(request, asked, form)
    try:
        _decide(request, asked, form)
    except OutOfScope:
        return _refused(request, asked)
    except AlreadyDecided as decided:
        notices.warning(request, str(decided))
        return redirect("dashboard:deferral", asked.pk)
    except MoveRefused as refused:
        form.add_error(None, str(refused))
        return _show(request, asked, form)
    return redirect("dashboard:deferrals")


def _refused(request: HttpRequest, asked: Deferral) -> HttpResponse:
    refuse(request, what=TRY, target=str(asked.pk))
    raise PermissionDenied


def _decide(request: HttpRequest, asked: Deferral, form: DecisionForm) -> None:
    decide(
        deferral=asked,
        by=officer(request),
        grant=form.is_granted,
        day=form.day_granted,
        answer=form.answer,
    )
    notices.success(request, gettext("Decided. The answer is on its way to the candidate."))


def _show(request: HttpRequest, asked: Deferral, form: DecisionForm | None) -> HttpResponse:
    context = {
        "asked": asked,
        "offer": asked.offer,
        "decision": decision(asked),
        "form": form,
        "may_act": _may_decide(request, asked),
    }
    return render(request, "dashboard/deferral.html", context)
