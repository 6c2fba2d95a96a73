"""A thin client of JPush's REST API v3.

Source: JPush documentation, "REST API v3 overview", "Push API", "Report API".
"""

import json
from typing import Any

import urllib3
from django.conf import settings

from notifications.channels import http
from notifications.channels.base import TransportError


class JPushError(Exception):
    """JPush refused: its code (0 where the answer holds none), the HTTP status, and seconds to wait if it says so."""

    def __init__(self, *, code: int, status: int, retry_after: float | None) -> None:
        super().__init__(f"code {code}, status {status}")
        self.code, self.status, self.retry_after = code, status, retry_after


def call(method: str, url: str, payload: dict[str, Any] | None = None) -> Any:
    """The answer's JSON. Raises JPushError, or TransportError where nobody can tell what became of the call."""
    headers = http.basic_auth(settings.JPUSH_APP_KEY, settings.JPUSH_MASTER_SECRET)
    headers["Content-Type"] = "application/json"
    body = json.dumps(payload, ensure_ascii=False).encode() if payload is not None else None
    answer = http.request(method, url, body=body, headers=headers)
    # "200 is always right, and whatever went wrong is never 200", says JPush.
    if answer.status >= 400:
        raise JPushError(code=_code(answer.data), status=answer.status, retry_after=_wait(answer))
    try:
        return json.loads(answer.data)
    except ValueError:
        raise TransportError("an answer that is not JSON", code=str(answer.status), uncertain=True) from None


def _code(body: bytes) -> int:
    try:
        return int(json.loads(body)["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return 0


def _wait(answer: urllib3.BaseHTTPResponse) -> float | None:
    """Seconds until the window of the rate limit begins anew, which JPush tells in a header of its own."""
    value = answer.headers.get("X-Rate-Limit-Reset", "")
    return float(value) if value.isdecimal() else http.retry_after(answer)
