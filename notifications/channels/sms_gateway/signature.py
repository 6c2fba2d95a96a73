"""The gateway's and our signatures, alike: Standard Webhooks 1.0 with one shared secret."""

import binascii
from collections.abc import Mapping
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from notifications.channels.base import CallbackRefused

SHORTEST, LONGEST = 24, 64  # bytes of a secret, by the specification


def secret_problem(secret: str) -> str:
    """What is wrong with a secret, in words; "" for a good one."""
    if not secret.startswith("whsec_"):
        return "begins with whsec_"
    try:
        size = len(binascii.a2b_base64(secret.removeprefix("whsec_"), strict_mode=True))
    except ValueError:
        return "is base64 after whsec_"
    return "" if SHORTEST <= size <= LONGEST else f"holds {SHORTEST} to {LONGEST} bytes in base64"


def signed_headers(*, secret: str, delivery: str, body: str) -> dict[str, str]:
    at = datetime.now(UTC)
    return {
        "webhook-id": delivery,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(delivery, at, body),
    }


def verify(*, secret: str, headers: Mapping[str, str], body: bytes) -> None:
    """Raises CallbackRefused; a signature counts for five minutes."""
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except WebhookVerificationError as error:
        raise CallbackRefused(str(error)) from None
    except (ValueError, TypeError):  # the library's way to meet a malformed header or body
        raise CallbackRefused("the signature is malformed") from None
