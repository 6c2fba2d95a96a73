"""The page was really in front of a person; told by static/js/seen.js."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from candidates.models import PageToken
from portal.keys import with_key
from tracking.answers import mark_opened


@require_POST
@with_key
def seen(_request: HttpRequest, key: PageToken, _token: str) -> HttpResponse:
    mark_opened(offer=key.offer, channel=key.channel)
    return HttpResponse(status=204)
