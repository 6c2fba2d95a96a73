"""HTTP to carriers over kept-alive connections, with every failure told apart by what to do next."""

from functools import cache
from typing import Any

import urllib3
from django.conf import settings
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError

from notifications.channels.base import TransportError


@cache
def pool() -> urllib3.PoolManager:
    """One pool per process, shared by its sending threads."""
    timeout = urllib3.Timeout(connect=5.0, read=settings.CARRIER_TIMEOUT_SECONDS)
    # No repeats here: whether one is safe depends on the carrier, and the row has its own clock.
    return urllib3.PoolManager(maxsize=settings.IN_FLIGHT, timeout=timeout, retries=False)


def request(method: str, url: str, **kwargs: Any) -> urllib3.BaseHTTPResponse:
    """One request. Raises TransportError: retry when nothing was sent, uncertain when it may have been."""
    try:
        return pool().request(method, url, redirect=False, **kwargs)
    except (NewConnectionError, ConnectTimeoutError, NameResolutionError) as error:
        raise TransportError("the carrier cannot be reached", code=type(error).__name__) from None
    except HTTPError as error:
        raise TransportError("no answer after sending", code=type(error).__name__, uncertain=True) from None


def retry_after(response: urllib3.BaseHTTPResponse) -> float | None:
    """Seconds of a Retry-After header; its date form is rare enough to be left to our own clock."""
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None


def basic_auth(name: str, password: str) -> dict[str, str]:
    return dict(urllib3.make_headers(basic_auth=f"{name}:{password}"))
