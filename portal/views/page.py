"""The candidate's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from candidates.models import PageToken
from portal.keys import with_key
from portal.notice import notice


@require_safe
@with_key
def page(request: HttpRequest, key: PageToken, token: str) -> HttpResponse:
    """Shows and changes nothing: mail scanners and link previews fetch addresses too."""
    shown = notice(key.offer, language=get_language() or "")
    return render(request, "portal/page.html", {"notice": shown, "token": token})
