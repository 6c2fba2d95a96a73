"""The candidate's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from candidates.models import PageToken
from portal.keys import with_key
from portal.notice import notice
from portal.wechat import may_lead_to_wechat, wechat_way


@require_safe
@may_lead_to_wechat
@with_key
def page(request: HttpRequest, key: PageToken, token: str) -> HttpResponse:
    """Shows and changes nothing: mail scanners and link previews fetch addresses too."""
    shown = notice(key.offer, language=get_language() or "")
    context = {"notice": shown, "token": token, "wechat": wechat_way(request, key.offer)}
    return render(request, "portal/page.html", context)
