"""Today: what needs a person now, and how far everybody has come."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dashboard.access import for_branch_hr, officer
from dashboard.funnel import funnel, requests, tasks
from dashboard.live import live_page
from dashboard.selections import UNKNOWN, silent_channels
from tracking.funnel import DAYS


@require_safe
@for_branch_hr
def today(request: HttpRequest) -> HttpResponse:
    principal = officer(request)
    context = {
        "tasks": tasks(principal),
        "requests": requests(principal),
        "funnel": funnel(principal),
        "days": DAYS,
        "unknown": UNKNOWN,
        "silent_channels": [str(label) for label in silent_channels()],
    }
    return live_page(request, "dashboard/home.html", "dashboard/home_part.html", context)
