"""What every machine's request passes before its content is read: size, signature, rate."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from django.http import HttpRequest, JsonResponse

from api import pace
from api.schemas import RefusedOut
from candidates.models import InterviewSource
from candidates.payload import FieldProblem
from candidates.verifiers import SignatureRefused, verify

log = structlog.get_logger(__name__)

# Asked with every request: Django puts its own question together anew, which takes longer than the answer.
ACTIVE = f"SELECT * FROM {InterviewSource._meta.db_table} WHERE slug = %s AND active"  # noqa: S608  no value stands in it


class Refused(Exception):
    """An answer other than yes: its status, and every field with what is wrong about it."""

    def __init__(
        self, status: int, problems: list[FieldProblem], headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(f"refused with {status}")
        self.status, self.problems, self.headers = status, problems, headers or {}

    @classmethod
    def because(cls, status: int, field: str, error: str, headers: dict[str, str] | None = None) -> Refused:
        return cls(status, [FieldProblem(field=field, error=error)], headers)

    def response(self) -> JsonResponse:
        body = RefusedOut(errors=self.problems).model_dump()
        return JsonResponse(body, status=self.status, headers=self.headers)


@dataclass(frozen=True)
class Admitted:
    source: InterviewSource
    webhook_id: str
    body: str


def admit(request: HttpRequest, *, slug: str, max_bytes: int) -> Admitted:
    """Raises Refused with 404, 413, 400, 401 or 429."""
    source = next(iter(InterviewSource.objects.raw(ACTIVE, [slug])), None)
    if source is None:
        raise Refused.because(404, "source", "there is no active interview source with this name")
    body = _text(request, max_bytes)
    try:
        webhook_id = verify(source=source, headers=_headers(request), body=body)
    except SignatureRefused as refused:
        log.warning("signal_refused", source=slug, reason=str(refused))
        raise Refused.because(401, "signature", str(refused)) from None
    if wait := pace.wait(source):
        raise Refused.because(429, "source", "too many requests this minute", {"Retry-After": str(wait)})
    return Admitted(source, webhook_id, body)


def _headers(request: HttpRequest) -> dict[str, str]:
    """Names in lower case."""
    return {
        name[5:].replace("_", "-").lower(): value
        for name, value in request.META.items()
        if name.startswith("HTTP_")
    }


def is_too_large(request: HttpRequest, *, max_bytes: int) -> bool:
    """The body is read to its end, or a client still sending would not hear why; REQUEST_MAX_BYTES bounds it."""
    return len(request.body) > max_bytes


def _text(request: HttpRequest, max_bytes: int) -> str:
    if is_too_large(request, max_bytes=max_bytes):
        raise Refused.because(413, "body", f"is larger than {max_bytes} bytes")
    try:
        return request.body.decode()
    except UnicodeDecodeError as error:
        raise Refused.because(400, "body", f"is not valid UTF-8 at byte {error.start}") from None
