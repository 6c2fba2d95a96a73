"""The candidate's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from candidates.calendar_key import calendar_key
from candidates.models import PageToken
from portal.calendar_entry import subscription
from portal.deferral import answer_channel
from portal.keys import with_key
from portal.notice import notice
from portal.wechat import is_inside_wechat, may_lead_to_wechat, wechat_way


@require_safe
@may_lead_to_wechat
@with_key
def page(request: HttpRequest, key: PageToken, token: str) -> HttpResponse:
    """Shows and changes nothing: mail scanners and link previews fetch addresses too."""
    shown = notice(key.offer, language=get_language() or "")
    context = {
        "notice": shown,
        "token": token,
        "wechat": wechat_way(request, key.offer),
        "subscription": subscription(calendar_key(key)),
        "channel": answer_channel(key.offer) if shown.asked and shown.asked.is_pending else "",
        # WeChat's browser takes no calendar.
        "inside_wechat": is_inside_wechat(request),
    }
    return render(request, "portal/page.html", context)
