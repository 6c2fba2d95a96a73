"""What every request passes."""

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger(__name__)


class LogFailures:
    """One log line for a request that failed, by the name of its view: a path may hold a candidate's key."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        view = request.resolver_match.view_name if request.resolver_match else ""
        log.error("request_failed", view=view, method=request.method, exc_info=exception)
