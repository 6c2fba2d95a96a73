"""Headquarters holds a channel back and lets it go on: a page that asks, and then a POST that does it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminTextInputWidget

from branches.models import User
from candidates.models import Channel
from notifications.backlog import backlogs
from notifications.models import ChannelPause
from notifications.pauses import AlreadyPaused, pause, pauses, resume
from notifications.steering import may_steer


class PauseForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Colleagues read it and it stays in the audit: nobody's personal data."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )


@require_http_methods(["GET", "POST"])
def pause_channel(request: HttpRequest, channel: str) -> HttpResponse:
    channel, person = _channel(channel), _steering(request)
    if held := pauses().get(channel):
        messages.info(request, _held_words(held))
        return redirect("admin:index")
    form = PauseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            pause(channel=channel, by=person, reason=form.cleaned_data["reason"])
        except AlreadyPaused as known:
            messages.info(request, _held_words(known.pause))
        else:
            messages.success(request, gettext("%(channel)s is paused.") % {"channel": channel.label})
        return redirect("admin:index")
    title = gettext("Pause %(channel)s") % {"channel": channel.label}
    return _page(request, title=title, channel=channel, form=form)


@require_http_methods(["GET", "POST"])
def resume_channel(request: HttpRequest, channel: str) -> HttpResponse:
    channel = _channel(channel)
    _steering(request)
    held = pauses().get(channel)
    if held is None:
        messages.info(request, gettext("%(channel)s is not paused.") % {"channel": channel.label})
        return redirect("admin:index")
    if request.method == "POST":
        resume(channel=channel)
        messages.success(request, gettext("%(channel)s goes on.") % {"channel": channel.label})
        return redirect("admin:index")
    title = gettext("Resume %(channel)s") % {"channel": channel.label}
    return _page(request, title=title, channel=channel, held=held)


def _channel(name: str) -> Channel:
    if name not in Channel.values:
        raise Http404
    return Channel(name)


def _steering(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not may_steer(request.user):
        raise PermissionDenied
    return request.user


def _held_words(held: ChannelPause) -> str:
    words = gettext("%(channel)s is paused already, by %(who)s: %(reason)s")
    return words % {"channel": held.get_channel_display(), "who": held.who, "reason": held.reason}


def _page(request: HttpRequest, *, title: str, channel: Channel, **context: Any) -> HttpResponse:
    waiting = backlogs(at=timezone.now())[channel]
    common = {**admin.site.each_context(request), "title": title, "channel": channel, "waiting": waiting}
    return render(request, "admin/channel.html", common | context)
