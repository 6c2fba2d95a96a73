"""HR's own steps with one candidate, each under a tab of the candidate's page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages as notices
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods

from branches.acting import may_act_for
from branches.models import Branch
from candidates.models import Offer, OfferState
from dashboard.access import Page, for_branch_hr, is_fragment, officer, refuse
from dashboard.contact import Panel, tab, tabs
from dashboard.contact_forms import AnswerForm, CallForm, ContactForm, MoreTimeForm, MoveForm
from dashboard.contact_words import typed_words
from dashboard.offer_page import may_act, offer_page, visible_offer
from notifications.answered_by_hr import record_answer
from notifications.dates import moment_text
from notifications.extensions import NotExtended, extend
from notifications.moves import MoveRefused, move_by_hr
from notifications.personal import NotWritten, channels_for_words, write
from tracking.answers import AnswerClosed
from tracking.answers_by_hr import may_be_answered
from tracking.calls import log_call
from tracking.models import CallResult

View = Callable[..., HttpResponse]
SomeForm = TypeVar("SomeForm", bound=ContactForm)
# What a call came to, that is an answer which can be recorded.
ANSWERS = {CallResult.CONFIRMS: OfferState.CONFIRMED, CallResult.DECLINES: OfferState.DECLINED}


def for_who_acts(view: View) -> Page:
    """Guard a step: `view(request, offer)` is asked only for an offer that is the person's to act for.

    A try of who may not is on record, also at another branch's candidate.
    """

    @require_http_methods(["GET", "HEAD", "POST"])
    @for_branch_hr
    def guarded(request: HttpRequest, offer_id: UUID) -> HttpResponse:
        try:
            offer = visible_offer(request, offer_id)
        except Http404:
            _note_try(request, offer_id)
            raise
        if may_act(request, offer):
            return view(request, offer)
        if request.method != "POST":
            return redirect("dashboard:offer", offer.pk)
        _note_try(request, offer_id)
        raise PermissionDenied

    return guarded


def _note_try(request: HttpRequest, offer_id: UUID) -> None:
    if request.method == "POST":
        refuse(request, what="offer.contact", target=str(offer_id))


# --- The steps ----------------------------------------------------------------------------------
@for_who_acts
def write_message(request: HttpRequest, offer: Offer) -> HttpResponse:
    """What is chosen and typed is previewed until it is sent."""
    words = typed_words(request.POST, offer=offer, channels=channels_for_words(offer))
    if is_fragment(request) and request.method == "POST" and not words.is_started:
        return render(request, "dashboard/contact_preview.html", {"words": words, "offer": offer})
    if not words.form.is_valid():
        return _shown(request, offer, "write", words.form, words=words)
    asked = words.form.cleaned_data
    try:
        message = write(
            offer=offer,
            channel=asked["channel"],
            text=asked["text"],
            by=officer(request),
            occurrence=asked["number"],
        )
    except NotWritten:
        words.form.add_error(None, gettext("No channel reaches the person any more. Please call instead."))
        return _shown(request, offer, "write", words.form, words=words)
    said = gettext("The message goes out by %(channel)s.") % {"channel": message.get_channel_display()}
    return _done(request, offer, said)


@for_who_acts
def call(request: HttpRequest, offer: Offer) -> HttpResponse:
    form = _form(CallForm, request, offer)
    if not form.is_valid():
        return _shown(request, offer, "call", form)
    asked = form.cleaned_data
    log_call(
        offer=offer,
        by=officer(request),
        result=asked["result"],
        note=asked["note"],
        again_at=asked["again_at"],
        call_id=asked["number"],
    )
    told = ANSWERS.get(asked["result"], "")
    if told and told != offer.state and may_be_answered(offer):
        notices.success(request, gettext("The call is logged. Record the person's answer, too?"))
        return redirect(f"{reverse('dashboard:answer', args=[offer.pk])}?answer={told}#contact")
    return _done(request, offer, gettext("The call is logged."))


@for_who_acts
def answer(request: HttpRequest, offer: Offer) -> HttpResponse:
    form = _form(AnswerForm, request, offer, initial={"answer": request.GET.get("answer", "")})
    if not form.is_valid():
        return _shown(request, offer, "answer", form)
    try:
        answered = record_answer(offer=offer, reason=form.decline_reason, by=officer(request))
    except AnswerClosed:
        return _closed_meanwhile(request, offer, "answer")
    said = gettext("Recorded: %(answer)s.") % {"answer": answered.get_state_display()}
    return _done(request, offer, said)


@for_who_acts
def more_time(request: HttpRequest, offer: Offer) -> HttpResponse:
    form = _form(MoreTimeForm, request, offer)
    if not form.is_valid():
        return _shown(request, offer, "more_time", form)
    asked = form.cleaned_data
    until, reason, number = asked["until"], asked["reason"], asked["number"]
    try:
        extended = extend(offer=offer, until=until, reason=reason, by=officer(request), extension_id=number)
    except NotExtended:
        return _closed_meanwhile(request, offer, "more_time")
    when = moment_text(extended.answer_by.astimezone(offer.branch.zone), get_language() or "")
    return _done(request, offer, gettext("The person may answer until %(when)s.") % {"when": when})


@for_who_acts
def move(request: HttpRequest, offer: Offer) -> HttpResponse:
    person, category = officer(request), offer.candidate.category
    nodes = Branch.objects.visible_to(person)
    branches = [node for node in nodes if may_act_for(person, branch=node, category=category)]
    form = _form(MoveForm, request, offer, branches=branches)
    if not form.is_valid():
        _note_foreign_branch(request, offer, branches)
        return _shown(request, offer, "move", form)
    first, branch = form.cleaned_data["onboarding_at"], form.cleaned_data["branch"]
    try:
        move_by_hr(offer=offer, onboarding_at=first, branch=branch, by=person)
    except MoveRefused as refused:
        form.add_error(None, str(refused))
        return _shown(request, offer, "move", form)
    return _done(request, offer, gettext("Moved. Whoever knew the old day or branch is told the new one."))


def _note_foreign_branch(request: HttpRequest, offer: Offer, theirs: Sequence[Branch]) -> None:
    """The page offers none but theirs: who sends another one has made the request by hand."""
    asked = request.POST.get("branch", "")
    is_theirs = asked in {branch.code for branch in theirs}
    if not is_theirs and asked.isprintable() and Branch.objects.filter(code=asked).exists():
        refuse(request, what="offer.contact", target=f"{offer.pk}/{asked}")


# --- Answers ------------------------------------------------------------------------------------
def _form(form: type[SomeForm], request: HttpRequest, offer: Offer, **facts: Any) -> SomeForm:
    return form(request.POST if request.method == "POST" else None, offer=offer, **facts)


def _shown(request: HttpRequest, offer: Offer, name: str, form: ContactForm, **more: Any) -> HttpResponse:
    """The form under its tab, as part of the page or, to htmx, alone; nothing that was typed is lost."""
    opened = tab(offer, name)
    panel = Panel(opened, None if opened.closed else form, more)
    if is_fragment(request):
        context = {"offer": offer, "tabs": tabs(offer), "panel": panel}
        return render(request, "dashboard/contact.html", context)
    shown = offer_page(request, offer, panel=panel)
    shown.status_code = 422 if form.is_bound else 200
    return shown


def _closed_meanwhile(request: HttpRequest, offer: Offer, name: str) -> HttpResponse:
    """The offer moved while the form was open: the tab says why there is nothing to do any more."""
    notices.error(
        request, gettext("This changed meanwhile, and nothing was recorded. Please look once more.")
    )
    return redirect(f"dashboard:{name}", offer.pk)


def _done(request: HttpRequest, offer: Offer, said: str) -> HttpResponse:
    notices.success(request, said)
    return redirect("dashboard:offer", offer.pk)
