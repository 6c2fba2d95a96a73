"""The mail service the bank uses: Anymail's client for it, and Anymail's reader of what it reports.

Anymail knows the services' protocols; ours is only which one, over which connections, and how long to wait.
"""

import re
import threading
from functools import cache
from typing import Any

import requests
from anymail import urls
from anymail.backends.base_requests import AnymailRequestsBackend
from anymail.exceptions import AnymailInvalidAddress
from anymail.signals import inbound
from anymail.utils import parse_single_address
from anymail.webhooks.base import AnymailCoreWebhookView
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from requests.adapters import HTTPAdapter

CONNECT_SECONDS = 5.0
HOSTS = 4  # a service has one; a bank that changes to another has two for a moment
MISSING = re.compile(r"You must set ANYMAIL = .* or (ANYMAIL_\w+)")
_local = threading.local()


class NoSuchService(Exception):
    """What EMAIL_BACKEND_ESP names cannot carry our mail; the message says why, and what to do."""


def client() -> Any:
    """This thread's client, with connections from the pool that all threads share."""
    if getattr(_local, "client", None) is None:
        _local.client = _new_client()
        _local.client.open()
        _prepare(_local.client.session, address=_local.client.api_url)
    return _local.client


def _prepare(session: requests.Session, *, address: str) -> None:
    """Asks the environment for proxies and certificates once, where `requests` would for every mail."""
    found = session.merge_environment_settings(address, {}, None, None, None)
    session.proxies, session.verify, session.trust_env = found["proxies"], found["verify"], False
    # A service that answers from another address than the documented one is set up wrongly.
    session.max_redirects = 0
    for scheme in ("https://", "http://"):
        session.mount(scheme, connections())


def forget_client() -> None:
    _local.client = None


@cache
def connections() -> HTTPAdapter:
    """Kept-alive connections of this process. No repeats here: the row has its own clock."""
    return HTTPAdapter(pool_connections=HOSTS, pool_maxsize=settings.IN_FLIGHT, max_retries=0)


def _new_client() -> Any:
    """Raises ImproperlyConfigured or NoSuchService.

    What a service does not offer, as switching its tracking off for one mail, is left out instead of refused.
    """
    return client_class(settings.EMAIL_BACKEND_ESP)(
        timeout=(CONNECT_SECONDS, settings.CARRIER_TIMEOUT_SECONDS), ignore_unsupported_features=True
    )


def client_class(path: str) -> type[Any]:
    try:
        found = import_string(path)
    except ImportError as error:
        raise NoSuchService(f"EMAIL_BACKEND_ESP cannot be loaded: {error}") from None
    if not isinstance(found, type) or not issubclass(found, AnymailRequestsBackend):
        raise NoSuchService(
            "EMAIL_BACKEND_ESP is none of Anymail's services over HTTP; Amazon SES is used by SMTP (EMAIL_URL)."
        )
    return found


@cache
def reader_class(service: str) -> type[Any]:
    """Anymail's reader of the reports of a service, by the service's name as Anymail spells it."""
    readers: list[type[AnymailCoreWebhookView]] = [
        pattern.callback.view_class
        for pattern in urls.urlpatterns
        if pattern.callback.view_class.esp_name == service
        and pattern.callback.view_class.signal is not inbound
    ]
    if not readers:
        raise NoSuchService(f"Anymail reads no reports of {service}; use it by SMTP (EMAIL_URL).")
    # The secret in our address stands in for the password that Anymail would warn is missing. It takes no other word:
    # some readers turn the warning on where the service could sign and nobody has set a key.
    silent = property(lambda _reader: False, lambda _reader, _value: None)
    return type("Reader", (readers[0],), {"warn_if_no_basic_auth": silent})


def reader() -> Any:
    """A reader for one report. Raises ImproperlyConfigured or NoSuchService."""
    return reader_class(client_class(settings.EMAIL_BACKEND_ESP).esp_name)()


def problems() -> list[str]:
    """What Anymail misses or does not understand in the settings, a sentence each."""
    found = [problem for attempt in (_new_client, reader, _sender) if (problem := _problem_of(attempt))]
    if settings.ANYMAIL.get("DEBUG_API_REQUESTS"):
        found.append("ANYMAIL_DEBUG_API_REQUESTS would write personal data into the log.")
    return list(dict.fromkeys(found))


def _sender() -> None:
    try:
        parse_single_address(settings.DEFAULT_FROM_EMAIL)
    except AnymailInvalidAddress:
        raise NoSuchService("DEFAULT_FROM_EMAIL is not one address.") from None


def _problem_of(attempt: Any) -> str:
    try:
        attempt()
    except (NoSuchService, ImproperlyConfigured, ImportError, ValueError) as problem:
        # Anymail's first line says it; more of them would repeat values. It names every place a setting can be.
        said = str(problem).partition("\n")[0]
        missing = MISSING.match(said)
        return f"{missing[1]} missing although EMAIL_BACKEND_ESP is set." if missing else said
    return ""
