"""Notices by WeChat: a QR code on a desk, WeChat's own word for who is there in its browser."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_urlsafe

from django.conf import settings
from django.contrib import messages
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from candidates.models import Channel, PageToken
from candidates.wechat_binding import AnotherAccountFollows, open_scene
from notifications.channels.wechat import people
from notifications.followers import WeChatAway, bind_authorized, invite
from portal.keys import private, with_key
from portal.notice import bank_name, notice
from portal.wechat import WeChatWay, may_lead_to_wechat, picture, wechat_way

WAY_COOKIE, WAY_SECONDS = "wechat_way", 600
SAYS_FOLLOWED = "followed"
# In WeChat's browser a code works too, held down: the way out where the account may not authorize pages.
WANTS_CODE = "code"


@require_http_methods(["GET", "HEAD", "POST"])
@may_lead_to_wechat
@with_key
def wechat(request: HttpRequest, key: PageToken, token: str) -> HttpResponse:
    """A GET shows how far it has come; a POST asks for a code, or goes to WeChat where that is the browser."""
    way = wechat_way(request, key.offer)
    if way is None:
        return redirect("portal:page", token=token)
    if request.method == "POST" and not way.reached:
        ask = way.inside and WANTS_CODE not in request.POST
        return _ask_wechat(token) if ask else _show_a_code(request, key, token)
    return _show(request, key, token, way)


@require_safe
@with_key
def wechat_state(_request: HttpRequest, key: PageToken, _token: str) -> HttpResponse:
    """For the page with the code, which asks until it was scanned."""
    return JsonResponse({"reached": key.offer.candidate.can_be_reached_on(Channel.WECHAT)})


def _show(request: HttpRequest, key: PageToken, token: str, way: WeChatWay) -> HttpResponse:
    scene = None if way.reached else open_scene(key)
    context = {
        "notice": notice(key.offer, language=get_language() or ""),
        "token": token,
        "wechat": way,
        "picture": picture(scene.qr_text) if scene else "",
        "until": scene.expires_at.astimezone(key.offer.branch.zone) if scene else None,
        "known": bool(key.offer.candidate.wechat_openid),
        # Pressed before WeChat has told us: a person must see that something was heard.
        "not_told_yet": scene is not None and SAYS_FOLLOWED in request.GET,
    }
    return render(request, "portal/wechat.html", context)


def _show_a_code(request: HttpRequest, key: PageToken, token: str) -> HttpResponse:
    try:
        invite(key)
    except WeChatAway:
        messages.error(request, _("WeChat does not answer. Please try again in a few minutes."))
    return redirect("portal:wechat", token=token)


# --- In WeChat's browser ----------------------------------------------------------------------------
@dataclass(frozen=True)
class Way:
    """What this browser was sent away with: it must come back with the same `state`, for the same page."""

    state: str
    token: str


def _ask_wechat(token: str) -> HttpResponse:
    state = token_urlsafe(24)
    back = f"{settings.PUBLIC_URL}{reverse('portal:wechat_authorized')}"
    response = redirect(people.authorize_address(back=back, state=state))
    # In the browser and not with WeChat: the key stays here, and nobody else's browser can end what this one began.
    response.set_signed_cookie(
        WAY_COOKIE,
        f"{state}:{token}",
        salt=WAY_COOKIE,
        max_age=WAY_SECONDS,
        path=reverse("portal:wechat_authorized"),
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_safe
def authorized(request: HttpRequest) -> HttpResponse:
    """WeChat sends its browser back here with a code that counts once."""
    way = _way(request)
    if request.method != "GET" or way is None or not request.GET.get("code"):
        context = {"bank_name": bank_name(language=get_language() or "")}
        return private(render(request, "portal/wechat_lost.html", context, status=400))
    response = _finish(request, way.token)
    response.delete_cookie(WAY_COOKIE, path=reverse("portal:wechat_authorized"), samesite="Lax")
    return response


def _way(request: HttpRequest) -> Way | None:
    """What this browser was sent away with, if it comes back with that; None otherwise."""
    try:
        kept = request.get_signed_cookie(WAY_COOKIE, "", salt=WAY_COOKIE, max_age=WAY_SECONDS)
    except BadSignature:
        return None
    state, _, token = (kept or "").partition(":")
    if not state or not constant_time_compare(state, request.GET.get("state", "")):
        return None
    return Way(state, token)


@with_key
def _finish(request: HttpRequest, key: PageToken, token: str) -> HttpResponse:
    try:
        if bind_authorized(key=key, code=request.GET["code"]):
            messages.success(request, _("Thank you. From now on notices come to you by WeChat."))
        else:
            invite(key)
    except WeChatAway:
        messages.error(request, _("WeChat does not answer. Please try again in a few minutes."))
    except people.CodeSpent:
        messages.error(request, _("WeChat no longer knows this visit. Please try again."))
    except people.NotAPerson:
        messages.error(request, _("Please open this page with all functions in WeChat, then try again."))
    except AnotherAccountFollows:
        messages.error(request, _("Another WeChat account already gets your notices."))
    return redirect("portal:wechat", token=token)
