"""Is a signal the platform's own, and which delivery is it?

Each verifier proves a raw request and names its delivery, so that a repeat of it is recognised.
Sources: Standard Webhooks 1.0; docs/integrations.md for the other two.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from candidates.models import InterviewSource, Verifier

TOLERANCE = timedelta(minutes=5)
# A batch adds each result's place, and `Signal.webhook_id` takes 200.
LONGEST_DELIVERY_ID = 150


class SignatureRefused(Exception):
    """No signature, a wrong one, or one that is too old. Says which, and nothing about the secret."""


def verify(*, source: InterviewSource, headers: Mapping[str, str], body: str) -> str:
    """The delivery's id. Header names are lower case. Raises SignatureRefused."""
    reasons = []
    for secret in source.secrets:
        try:
            delivery = VERIFIERS[Verifier(source.verifier)](secret, headers, body)
        except SignatureRefused as refused:
            reasons.append(refused)
            continue
        if not delivery or len(delivery) > LONGEST_DELIVERY_ID or not delivery.isprintable():
            raise SignatureRefused("the delivery's id is missing or too long")
        return delivery
    raise reasons[0] if reasons else SignatureRefused("the source has no secret")


def _standard_webhooks(secret: str, headers: Mapping[str, str], body: str) -> str:
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except WebhookVerificationError as error:
        raise SignatureRefused(str(error)) from None
    except (ValueError, TypeError):  # the library's way to meet a malformed header
        raise SignatureRefused("the signature is malformed") from None
    return headers["webhook-id"]


def _smb_signature(secret: str, headers: Mapping[str, str], body: str) -> str:
    expected = hmac.new(secret.encode(), body.encode(), hashlib.sha1).hexdigest().upper()
    if not hmac.compare_digest(headers.get("smb-signature", "").encode(), expected.encode()):
        raise SignatureRefused("no matching signature")
    envelope = _object(body)
    _must_be_recent(envelope.get("ts"))
    return str(envelope.get("tid") or "")


def _must_be_recent(timestamp: Any) -> None:
    """Unix time in seconds or milliseconds; the platform renews it with every repeat."""
    try:
        seconds = float(timestamp)
        sent = datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, tz=UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise SignatureRefused("ts is not a time") from None
    if abs(datetime.now(tz=UTC) - sent) > TOLERANCE:
        raise SignatureRefused("ts is too old or too new")


def _api_key(secret: str, headers: Mapping[str, str], body: str) -> str:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        given = _password(given)
    if not hmac.compare_digest(given.encode(), secret.encode()):
        raise SignatureRefused("no matching key")
    # Without an id of its own, the same content is the same delivery.
    return headers.get("webhook-id") or hashlib.sha256(body.encode()).hexdigest()


def _password(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[2]
    except ValueError:
        raise SignatureRefused("the Authorization header is malformed") from None


def _object(body: str) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        parsed = None
    return parsed if isinstance(parsed, dict) else {}


VERIFIERS: dict[Verifier, Callable[[str, Mapping[str, str], str], str]] = {
    Verifier.STANDARD_WEBHOOKS: _standard_webhooks,
    Verifier.SMB_SIGNATURE: _smb_signature,
    Verifier.API_KEY: _api_key,
}


def mapped(source: InterviewSource, body: str) -> str:
    """The body in our form: as it is, or put together by the source's field mapping."""
    if not source.field_mapping:
        return body
    theirs = _object(body)
    data: dict[str, Any] = {}
    for ours, path in source.field_mapping.items():
        value = _dig(theirs, path)
        if value is not None:
            _plant(data, ours, value)
    return json.dumps({"data": data}, ensure_ascii=False)


def _dig(tree: Any, path: str) -> Any:
    for step in path.split("."):
        tree = tree.get(step) if isinstance(tree, dict) else None
    return tree


def _plant(tree: dict[str, Any], path: str, value: Any) -> None:
    *parents, leaf = path.split(".")
    for step in parents:
        tree = tree.setdefault(step, {})
    tree[leaf] = value
