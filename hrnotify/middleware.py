"""What every request passes."""

from collections.abc import Callable
from typing import Any, ClassVar

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from pghistory.middleware import HistoryMiddleware

from branches.client_address import client_address

log = structlog.get_logger(__name__)

CHUNK_BYTES = 64 * 1024
# Whoever sends more than that is no honest client, and is cut off.
DRAINED_BYTES = 32 * 1024 * 1024


class LogFailures:
    """One log line for a request that failed, by the name of its view: a path may hold a candidate's key."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        view = request.resolver_match.view_name if request.resolver_match else ""
        log.error("request_failed", view=view, method=request.method, exc_info=exception)


class PublicScheme:
    """The address people use decides whether a request is https, for this server itself never speaks TLS.

    Without it Django would send no HSTS header, and check neither the referrer nor the scheme of a redirect.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.IS_HTTPS:
            request.META["wsgi.url_scheme"] = "https"
        return self.get_response(request)


class RefuseUnreadable:
    """No NUL in an address, which no database column can hold, and no body larger than any page or API takes.

    Django limits fields but not files: without this anybody could fill the disk through the sign-in form.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return _refused(400, field="address", error="holds a NUL")
        announced = _announced_bytes(request)
        if announced > settings.REQUEST_MAX_BYTES:
            if announced <= DRAINED_BYTES:
                _drain(request, announced)
            return _refused(413, field="body", error=f"is larger than {settings.REQUEST_MAX_BYTES} bytes")
        return self.get_response(request)


class Machines:
    """Signals and carriers' callbacks, which come by the thousand, pass by what only people's pages need.

    Sessions, languages, forms and the headers of pages cost as much as all else that such a request does. What stands
    in MIDDLEWARE between this and `People` is left out for them.
    """

    ADDRESSES = ("/callbacks/", "/api/v1/interview-results/")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        # Django puts the chain together from its inner end.
        self.pages, self.view = get_response, People.view

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_machine = request.path_info.startswith(self.ADDRESSES)
        return self.view(request) if is_machine else self.pages(request)


class People:
    """The inner end of what `Machines` leaves out."""

    view: ClassVar[Callable[[HttpRequest], HttpResponse]]

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = type(self).view = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


class NoteWhoChanges(HistoryMiddleware):
    """Changes of audited models are kept with the person and the client's address, where people and keys change them.

    Elsewhere nothing is attributed: every statement would carry it, and signals and callbacks come by the thousand.
    An address may hold personal data or a key, so it is not kept.
    """

    ATTRIBUTED = ("/admin/", "/dashboard/", "/api/v1/branches/")

    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith(self.ATTRIBUTED):
            attributing: Any = super().__call__
            return attributing(request)
        return self.get_response(request)

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        person = super().get_context(request)["user"]
        return {"user": person, "address": client_address(request)}


def _refused(status: int, *, field: str, error: str) -> JsonResponse:
    """As the machine API refuses: no browser sends such a request by itself."""
    return JsonResponse({"status": "refused", "errors": [{"field": field, "error": error}]}, status=status)


def _drain(request: HttpRequest, left: int) -> None:
    """Read a body and throw it away: a client that is still sending would not hear the answer."""
    while left > 0 and (chunk := request.META["wsgi.input"].read(min(left, CHUNK_BYTES))):
        left -= len(chunk)


def _announced_bytes(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else 0
