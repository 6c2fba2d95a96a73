"""A branch's sending times: when and by which channels, which days are off, and what goes out in the next days."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from branches.models import Branch, User
from candidates.models import Channel
from dashboard.access import for_branch_hr, officer, refuse
from dashboard.forms import branch_choices
from dashboard.nodes import node_asked_for
from dashboard.sending_forms import ChannelsForm, StatedForm, WindowForm
from dashboard.sending_page import CHANNELS, WINDOW, sending_page
from dashboard.sending_week import week
from notifications.local_content import InvalidContent, NotYours, must_be_theirs
from notifications.local_sending import (
    ChangedSince,
    allowed_channels,
    digest,
    state_channels,
    state_window,
    withdraw,
)
from notifications.models import BranchChannels, SendWindow

NOT_YOURS = "sending.not_yours"
NOT_ALLOWED = "sending.not_allowed"


@require_http_methods(["GET", "HEAD", "POST"])
@for_branch_hr
def sending(request: HttpRequest) -> HttpResponse:
    """GET shows it; POST states the hours or the channels of one branch, or takes them back."""
    asked = request.POST if request.method == "POST" else request.GET
    node = node_asked_for(request, asked.get("branch", ""), refused_as=NOT_YOURS)
    if request.method != "POST":
        return _shown(request, node)
    try:
        must_be_theirs(node, officer(request))
        return _posted(request, node, officer(request))
    except NotYours:
        refuse(request, what=NOT_YOURS, target=node.code)
        return render(request, "dashboard/sending_refused.html", status=403)


def _posted(request: HttpRequest, node: Branch, person: User) -> HttpResponse:
    data = request.POST
    if (what := data.get("withdraw", "")) in {WINDOW, CHANNELS}:
        return _withdrawn(request, node, person, what)
    if data.get("what") == CHANNELS:
        allowed = allowed_channels()
        _note_foreign_channels(request, node, allowed)
        channels = ChannelsForm(data, allowed=allowed, auto_id="channels-%s")
        return _stated(request, node, channels, lambda: _state_channels(channels, node, person))
    window = WindowForm(data, auto_id="window-%s")
    return _stated(request, node, window, lambda: _state_window(window, node, person))


def _state_window(form: WindowForm, node: Branch, person: User) -> None:
    state_window(branch=node, facts=form.facts, by=person, basis=form.cleaned_data["basis"])


def _state_channels(form: ChannelsForm, node: Branch, person: User) -> None:
    told = form.cleaned_data
    state_channels(branch=node, channels=told["channels"], by=person, basis=told["basis"])


def _stated(request: HttpRequest, node: Branch, form: StatedForm, state: Callable[[], None]) -> HttpResponse:
    """What is wrong is told at its field, and what was typed stays."""
    if form.is_valid():
        try:
            state()
        except InvalidContent as problems:
            form.tell(problems)
        except ChangedSince:
            return _changed_since(request, node, form)
        else:
            messages.success(request, gettext("Saved. What is not sent yet is planned anew."))
            return redirect(_address(node))
    return _shown(request, node, bound=form, status=422)


def _changed_since(request: HttpRequest, node: Branch, form: StatedForm) -> HttpResponse:
    """Shown once more with what was typed, now based on what somebody else has stated."""
    is_window, data = isinstance(form, WindowForm), request.POST.copy()
    windows, channels = SendWindow.objects.filter(branch=node), BranchChannels.objects.filter(branch=node)
    data["basis"] = digest(windows.first() if is_window else channels.first())
    words = gettext("Somebody else has changed this meanwhile. Save again to put yours in its place.")
    messages.warning(request, words)
    return _shown(request, node, bound=_again(form, data), status=409)


def _again(form: StatedForm, data: QueryDict) -> StatedForm:
    if isinstance(form, WindowForm):
        return WindowForm(data, auto_id="window-%s")
    return ChannelsForm(data, allowed=allowed_channels(), auto_id="channels-%s")


def _withdrawn(request: HttpRequest, node: Branch, person: User, what: str) -> HttpResponse:
    try:
        if what == WINDOW:
            withdraw(SendWindow, branch=node, by=person, basis=request.POST.get("basis"))
        else:
            withdraw(BranchChannels, branch=node, by=person, basis=request.POST.get("basis"))
    except ChangedSince:
        messages.warning(
            request, gettext("Somebody else has changed this meanwhile. Please look at it first.")
        )
    else:
        words = gettext("What is stated above counts again. What is not sent yet is planned anew.")
        messages.success(request, words)
    return redirect(_address(node))


def _note_foreign_channels(request: HttpRequest, node: Branch, allowed: list[str]) -> None:
    """The page offers none that headquarters does not allow: who sends one has made the request by hand."""
    posted = [value for name, value in request.POST.items() if name.startswith("channels_") and value]
    for one in sorted(set(posted) - set(allowed)):
        kept = one if one in Channel.values else ""
        refuse(request, what=NOT_ALLOWED, target=f"{node.code}/{kept}")


def _shown(
    request: HttpRequest, node: Branch, *, bound: StatedForm | None = None, status: int = 200
) -> HttpResponse:
    person, now = officer(request), timezone.now()
    may_edit = person.may_edit_content(node)
    opened = request.GET.get("own", "") if may_edit else ""
    context = {
        "page": sending_page(node, at=now, opened=opened, bound=bound),
        "week": week(node, person, at=now, asked=request.GET),
        "may_edit": may_edit,
        "nodes": branch_choices(Branch.objects.visible_to(person)),
    }
    return render(request, "dashboard/sending.html", context, status=status)


def _address(node: Branch) -> str:
    return f"{reverse('dashboard:sending')}?{urlencode({'branch': node.code})}"
