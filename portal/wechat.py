"""Whether and how a candidate's page offers WeChat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

import segno
from django.http import HttpRequest, HttpResponse

from candidates.models import Channel, Offer, OfferState
from notifications.channels import transport_for
from notifications.channels.wechat.people import BROWSER, pages_origin

View = TypeVar("View", bound=Callable[..., HttpResponse])
SCALE = 8  # pixels of the picture a module of the code: 296 in all, which a phone in the hand has room for


@dataclass(frozen=True)
class WeChatWay:
    """`reached`: notices can come by WeChat. `inside`: the page is open in WeChat's own browser."""

    reached: bool
    inside: bool


def wechat_way(request: HttpRequest, offer: Offer) -> WeChatWay | None:
    """None where it is not offered: the channel is off, or there is nothing to be told any more."""
    if transport_for(Channel.WECHAT) is None or offer.state in {OfferState.WITHDRAWN, OfferState.DECLINED}:
        return None
    return WeChatWay(
        reached=offer.candidate.can_be_reached_on(Channel.WECHAT), inside=is_inside_wechat(request)
    )


def is_inside_wechat(request: HttpRequest) -> bool:
    return BROWSER in request.headers.get("User-Agent", "")


def may_lead_to_wechat(view: View) -> View:
    """Let the page's forms end at WeChat: browsers ask the page's policy about redirects of a form, too."""

    @wraps(view)
    def allowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if is_inside_wechat(request):
            # django-csp's way for what is not known when the module is read.
            setattr(response, "_csp_update", {"form-action": [pages_origin()]})  # noqa: B010
        return response

    return cast(View, allowed)


def picture(qr_text: str) -> str:
    """A QR code as a data address of a PNG: a phone can save it, and WeChat reads it when it is held down."""
    return segno.make(qr_text, error="m", micro=False).png_data_uri(scale=SCALE)
