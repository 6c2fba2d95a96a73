"""What must be right before anything starts, each with a hint that says what to do."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.checks import register as register_check
from django.core.exceptions import ImproperlyConfigured

from candidates.encryption import FieldKeyError, parse_keys
from candidates.models import Channel
from notifications.channels import TRANSPORTS
from notifications.send import TURNS_OF_A_BATCH

NEW_KEY = 'python -c "import base64, os; print(base64.b64encode(os.urandom(32)).decode())"'


def register() -> None:
    register_check(deployment)
    register_check(carriers)


def deployment(**_: Any) -> list[CheckMessage]:
    return [*_required(), *_field_keys(), *_public_url(), *_debug()]


def _required() -> Iterator[CheckMessage]:
    hints = {
        "SECRET_KEY": "Set SECRET_KEY to at least 50 random characters, in the environment or in .env.",
        "DATABASE_URL": "Set DATABASE_URL=postgres://user:password@host:5432/hrnotify.",
        "REDIS_URL": "Set REDIS_URL=redis://host:6379/0 (Redis or Valkey).",
    }
    for number, (name, hint) in enumerate(hints.items(), 1):
        if not _is_set(name):
            yield Error(f"{name} is not set.", hint=hint, id=f"hrnotify.E00{number}")


def _is_set(name: str) -> bool:
    try:
        return bool(getattr(settings, name))
    except ImproperlyConfigured:  # Django's own word for an empty SECRET_KEY, without a hint
        return False


def _field_keys() -> Iterator[CheckMessage]:
    try:
        parse_keys(tuple(settings.FIELD_KEYS))
    except FieldKeyError as problem:
        yield Error(f"FIELD_KEYS: {problem}", hint=f"Make a key with: {NEW_KEY}", id="hrnotify.E004")


def _public_url() -> Iterator[CheckMessage]:
    parts = urlsplit(settings.PUBLIC_URL)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        hint = "Set PUBLIC_URL to the address candidates open, such as https://hr.bank.example."
        yield Error("PUBLIC_URL is not an http(s) address.", hint=hint, id="hrnotify.E005")
    elif parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "testserver"}:
        hint = "Candidates' pages need https; http is accepted for a trial on this machine only."
        yield Warning("PUBLIC_URL is not https.", hint=hint, id="hrnotify.W005")


def _debug() -> Iterator[CheckMessage]:
    if settings.DEBUG and settings.PUBLIC_URL.startswith("https://"):
        hint = "Unset DEBUG: its error pages show settings and personal data to whoever meets an error."
        yield Error("DEBUG is on where PUBLIC_URL is https.", hint=hint, id="hrnotify.E006")


def carriers(**_: Any) -> list[CheckMessage]:
    """Settings of one carrier that contradict each other stop the start; missing ones turn it off."""
    return [
        Error(problem, hint=f"See the settings of {transport.name} in .env.example.", id="hrnotify.E010")
        for transport in TRANSPORTS.values()
        for problem in transport.contradictions()
    ] + [*_sms_order(), *_rates(), *_lease()]


def _sms_order() -> list[CheckMessage]:
    known = [name for name, transport in TRANSPORTS.items() if transport.channel == Channel.SMS]
    hint = f"Known SMS providers: {', '.join(known)}."
    return [
        Error(f"SMS_PROVIDERS names {name!r}, which is not known.", hint=hint, id="hrnotify.E011")
        for name in settings.SMS_PROVIDERS
        if name not in known
    ]


def _rates() -> Iterator[CheckMessage]:
    for name, rate in settings.CARRIER_RATES.items():
        if name not in TRANSPORTS:
            hint = f"Known carriers: {', '.join(TRANSPORTS)}."
            yield Error(f"CARRIER_RATES names {name!r}, which is not known.", hint=hint, id="hrnotify.E012")
        elif not 0 < rate < float("inf"):
            hint = "Name messages a second, such as twilio=100; leave a carrier out to serve it as fast as it answers."
            yield Error(f"CARRIER_RATES: {rate:g} is no rate for {name}.", hint=hint, id="hrnotify.E012")


def _lease() -> Iterator[CheckMessage]:
    """A batch of mails passes a few connections in several turns; whoever still waits must not be taken for dead."""
    needed = TURNS_OF_A_BATCH * settings.CARRIER_TIMEOUT_SECONDS
    if needed >= settings.LEASE_SECONDS:
        hint = f"Set LEASE_SECONDS to more than {needed:g}, or CARRIER_TIMEOUT_SECONDS to less."
        yield Error("LEASE_SECONDS is too short for CARRIER_TIMEOUT_SECONDS.", hint=hint, id="hrnotify.E013")
