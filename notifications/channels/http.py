"""HTTP to carriers over kept-alive connections, with every failure told apart by what to do next."""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

import urllib3
from django.conf import settings
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError

from notifications.channels.base import TransportError


@cache
def pool(origin: str) -> urllib3.HTTPConnectionPool:
    """The connections of this process to one server, shared by its sending threads."""
    timeout = urllib3.Timeout(connect=5.0, read=settings.CARRIER_TIMEOUT_SECONDS)
    return urllib3.connection_from_url(origin, maxsize=settings.IN_FLIGHT, timeout=timeout)


def request(method: str, url: str, **kwargs: Any) -> urllib3.BaseHTTPResponse:
    """One request. Raises TransportError: retry when nothing was sent, uncertain when it may have been."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    target = f"/{url[len(origin) :].removeprefix('/')}"
    try:
        # No repeats here: whether one is safe depends on the carrier, and the row has its own clock.
        return pool(origin).urlopen(method, target, redirect=False, retries=False, **kwargs)
    except (NewConnectionError, ConnectTimeoutError, NameResolutionError) as error:
        raise TransportError("the carrier cannot be reached", code=type(error).__name__) from None
    except HTTPError as error:
        raise TransportError("no answer after sending", code=type(error).__name__, uncertain=True) from None


def retry_after(response: urllib3.BaseHTTPResponse) -> float | None:
    """Seconds of a Retry-After header; its date form is rare enough to be left to our own clock."""
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else None


def basic_auth(name: str, password: str) -> dict[str, str]:
    return dict(urllib3.make_headers(basic_auth=f"{name}:{password}"))
