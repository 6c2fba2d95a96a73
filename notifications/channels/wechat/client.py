"""A thin client of WeChat's official-account API: one token for all workers, one refresh at a time.

Source: WeChat official account documentation, "Get stable access token" and "Send template message".
"""

import json
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlencode

import structlog
import urllib3
from django.conf import settings
from django.core.cache import cache as shared_cache
from redis.exceptions import RedisError

from notifications.channels import http
from notifications.channels.base import TransportError
from notifications.shared_redis import shared_redis

log = structlog.get_logger(__name__)

TOKEN_KEY = "wechat:access_token"  # noqa: S105  a cache key, not a secret
STALE_TOKEN = {40001, 40014, 42001}
EARLY_SECONDS = 300  # a token is replaced this long before it ends
_thread_lock = threading.Lock()


class WeChatError(Exception):
    """WeChat answered with an errcode other than 0."""

    def __init__(self, errcode: int) -> None:
        super().__init__(f"errcode {errcode}")
        self.errcode = errcode


# A person waits before a page: better to say that WeChat does not answer than to keep them.
PATIENCE_OF_A_PAGE = urllib3.Timeout(connect=2.0, read=4.0)
Answer = dict[str, Any]


def call(path: str, payload: dict[str, Any], *, patience: urllib3.Timeout | None = None) -> Answer:
    """POST JSON to an API that wants a token. Raises WeChatError or TransportError."""
    return _with_token(
        lambda token: _ask("POST", path, query={"access_token": token}, payload=payload, patience=patience)
    )


def look(path: str, query: dict[str, str], *, patience: urllib3.Timeout | None = None) -> Answer:
    """GET from an API that wants a token. Raises WeChatError or TransportError."""
    return _with_token(
        lambda token: _ask("GET", path, query={"access_token": token, **query}, patience=patience)
    )


def look_without_token(path: str, query: dict[str, str]) -> Answer:
    """GET from an API that wants the account's secret instead. Raises WeChatError or TransportError."""
    account = {"appid": settings.WECHAT_APP_ID, "secret": settings.WECHAT_APP_SECRET}
    return _ask("GET", path, query={**account, **query}, patience=PATIENCE_OF_A_PAGE)


def _with_token(ask: Callable[[str], Answer]) -> Answer:
    """A stale token is replaced once and the call repeated once, never more: a wrong secret would otherwise ask
    for ever.
    """
    token = _token(stale="")
    try:
        return ask(token)
    except WeChatError as error:
        if error.errcode not in STALE_TOKEN:
            raise
    return ask(_token(stale=token))


def _ask(
    method: str,
    path: str,
    *,
    query: dict[str, str] | None = None,
    payload: dict[str, Any] | None = None,
    patience: urllib3.Timeout | None = None,
) -> Answer:
    address = f"{settings.WECHAT_API_URL}{path}" + (f"?{urlencode(query)}" if query else "")
    options: dict[str, Any] = {"timeout": patience} if patience else {}
    if payload is not None:
        options["body"] = json.dumps(payload, ensure_ascii=False).encode()
        options["headers"] = {"Content-Type": "application/json"}
    answer = http.request(method, address, **options)
    if answer.status == 429:
        raise TransportError(
            "too many requests", code="429", throttled=True, retry_after=http.retry_after(answer)
        )
    try:
        told = json.loads(answer.data)
        errcode = int(told.get("errcode", 0))
    except (ValueError, AttributeError, TypeError):
        # client_msg_id makes a repeat harmless, whatever this answer was meant to be.
        raise TransportError("an answer that is not JSON", code=str(answer.status), uncertain=True) from None
    if errcode:
        raise WeChatError(errcode)
    return dict(told)


def _token(*, stale: str) -> str:
    """The shared token; a new one when there is none, or when it is the `stale` one WeChat has just refused."""
    if (own := _kept()) and own != stale:
        return own
    known = _cached()
    if known and known != stale:
        return _keep(known)
    try:
        with _refresh_lock():
            known = _cached()
            if known and known != stale:
                return _keep(known)  # another worker was quicker
            token = _fetch(force=False)
            # Forcing makes void what others hold, and is allowed a few times a day: only where asking is not enough.
            return token if token != stale else _fetch(force=True)
    except RedisError as error:
        raise TransportError("no turn to refresh the token", code=type(error).__name__) from None


def _fetch(*, force: bool) -> str:
    try:
        told = _ask(
            "POST",
            "/cgi-bin/stable_token",
            payload={
                "grant_type": "client_credential",
                "appid": settings.WECHAT_APP_ID,
                "secret": settings.WECHAT_APP_SECRET,
                "force_refresh": force,
            },
        )
        token, seconds = str(told["access_token"]), int(told["expires_in"])
    except WeChatError as error:
        raise TransportError("no access token", code=str(error.errcode)) from None
    except TransportError as error:
        # Whatever became of this call, the message itself was not sent: nothing is uncertain.
        raise TransportError(
            error.reason, code=error.code, throttled=error.throttled, retry_after=error.retry_after
        ) from None
    except (KeyError, ValueError):
        raise TransportError("no access token in the answer", code="stable_token") from None
    _remember(token, max(seconds - EARLY_SECONDS, 60))
    return token


# Redis shares the token. Each process keeps it a while for itself, and for as long as Redis is away: a stable token
# that is not forced is the same for all who ask, and one that no longer counts is refused and looked up again.
OWN_SECONDS = 60.0
_own: dict[str, tuple[str, float]] = {}


def _cached() -> str:
    try:
        return str(shared_cache.get(TOKEN_KEY) or "")
    except RedisError:
        return _own.get(TOKEN_KEY, ("", 0.0))[0]


def _kept() -> str:
    """This process' own copy, while it is fresh."""
    token, until = _own.get(TOKEN_KEY, ("", 0.0))
    return token if time.monotonic() < until else ""


def _keep(token: str) -> str:
    _own[TOKEN_KEY] = token, time.monotonic() + OWN_SECONDS
    return token


def _remember(token: str, seconds: int) -> None:
    _keep(token)
    try:
        shared_cache.set(TOKEN_KEY, token, seconds)
    except RedisError as error:
        log.warning("wechat_token_not_shared", error=type(error).__name__)


def _refresh_lock() -> AbstractContextManager[Any]:
    """A lock over all workers, or over this process's threads while Redis is away."""
    try:
        shared_redis().ping()
    except RedisError:
        return _thread_lock
    lock: AbstractContextManager[Any] = shared_redis().lock(
        f"{TOKEN_KEY}:lock", timeout=15, blocking_timeout=20
    )
    return lock
