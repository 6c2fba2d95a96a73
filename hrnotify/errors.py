"""Errors to a Sentry server, where one is named: what failed and where, never about whom."""

from typing import Any

import sentry_sdk
from sentry_sdk.types import Event

from hrnotify.logs import SPEAKING


def report_to(dsn: str) -> None:
    """Nothing of requests, local variables and earlier events leaves the house; "" reports nowhere."""
    if dsn:
        sentry_sdk.init(
            dsn=dsn,
            before_send=without_persons,
            send_default_pii=False,
            include_local_variables=False,
            max_breadcrumbs=0,
            max_request_body_size="never",
        )


def without_persons(event: Event, _hint: dict[str, Any]) -> Event | None:
    """Addresses hold candidates' keys, and exceptions' texts may repeat what they were about."""
    for part in ("request", "user", "extra", "logentry", "breadcrumbs"):
        event.pop(part, None)  # type: ignore[misc]
    for error in event.get("exception", {}).get("values", []):
        if error.get("type") not in SPEAKING:
            error["value"] = ""
    return event
