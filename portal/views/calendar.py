"""The first day for the person's own calendar."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from candidates.models import PageToken
from portal.calendar_entry import first_day
from portal.keys import with_calendar_key
from portal.notice import notice


@require_safe
@with_calendar_key
def calendar(_request: HttpRequest, key: PageToken, _token: str) -> HttpResponse:
    """A calendar that fetches it is a machine: nothing is noted as opened."""
    shown = notice(key.offer, language=get_language() or "")
    content = first_day(key.offer, shown.facts)
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="first-day.ics"'},
    )
