"""Twilio's Messages resource over our kept connections.

Source: Twilio's Programmable Messaging API, 2010-04-01. Twilio's own client takes as long to build a request and read
its answer as the exchange itself takes (docs/adr/0016).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from notifications.channels import http
from notifications.channels.base import TransportError
from notifications.channels.carrier_json import answer_in

MOST_PAGES = 10
FORM = "application/x-www-form-urlencoded"


class TwilioError(Exception):
    """Twilio refused: its error code, or the HTTP status where it named none. Its words may repeat the number."""

    def __init__(self, *, status: int, code: int | None) -> None:
        super().__init__(f"error {code or status}")
        self.status, self.code = status, code


def create(fields: Mapping[str, str]) -> dict[str, Any]:
    """Hand over one message. Raises TwilioError or TransportError."""
    # Every byte escaped is a form as well, and quicker than deciding for each.
    form = "&".join(f"{name}=%{value.encode().hex('%')}" for name, value in fields.items() if value)
    return _call("POST", _messages(), body=form)


def sent_to(to: str, *, since: datetime) -> Iterator[dict[str, Any]]:
    """What went to a number since that moment. Raises TwilioError or TransportError."""
    return _listed({"To": to, **_after(since), "PageSize": "50"})


def sent(*, since: datetime) -> Iterator[dict[str, Any]]:
    """What went to anybody since that moment, the newest first. Raises TwilioError or TransportError."""
    return _listed({**_after(since), "PageSize": "1000"})


def _after(moment: datetime) -> dict[str, str]:
    return {"DateSent>": f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}


def _listed(asked: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Page after page."""
    path = f"{_messages()}?{urlencode(asked)}"
    for _ in range(MOST_PAGES):
        told = _call("GET", path)
        try:
            yield from map(dict, told["messages"])
        except (KeyError, TypeError, ValueError):
            raise TransportError("a list that cannot be read", code="messages") from None
        if not told.get("next_page_uri"):
            return
        path = str(told["next_page_uri"])


def _messages() -> str:
    return f"/2010-04-01/Accounts/{settings.TWILIO_ACCOUNT_SID}/Messages.json"


def _call(method: str, path: str, body: str | None = None) -> dict[str, Any]:
    headers = _headers(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
    answer = http.request(method, f"{settings.TWILIO_API_URL}{path}", body=body, headers=headers)
    told = answer_in(answer.data)
    if not 200 <= answer.status < 300:
        code = told.get("code")
        raise TwilioError(status=answer.status, code=code if isinstance(code, int) else None)
    return told


@cache
def _headers(account_sid: str, auth_token: str) -> dict[str, str]:
    return {**http.basic_auth(account_sid, auth_token), "Content-Type": FORM, "Accept": "application/json"}
