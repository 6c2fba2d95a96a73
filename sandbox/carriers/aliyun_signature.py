"""Aliyun's check of a signed request (ACS3-HMAC-SHA256). Source: "V3 request structure and signature"."""

import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})"
)
NEEDED = (
    "host",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-version",
)
TOLERANCE = timedelta(minutes=15)


class SignatureRefused(Exception):
    """With Aliyun's HTTP status, code and message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(kw_only=True)
class Gate:
    """One account's keys, and the nonces it has used within the tolerance."""

    key_id: str
    key_secret: str
    _seen: dict[str, float] = field(default_factory=dict)

    def check(
        self, *, method: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> None:
        """Raises SignatureRefused. Header names are in lower case."""
        key_id, signed, signature = _credential(headers.get("authorization", ""))
        if key_id != self.key_id:
            raise SignatureRefused(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
        names = signed.split(";")
        if names != sorted(names) or not set(NEEDED) <= set(names) or not set(names) <= set(headers):
            raise SignatureRefused(400, "IncompleteSignature", "The signed headers are not complete.")
        if headers["x-acs-content-sha256"] != hashlib.sha256(body).hexdigest():
            raise SignatureRefused(400, "SignatureDoesNotMatch", "The body's digest is another.")
        expected = self._signature(method=method, query=query, headers=headers, names=names)
        if not hmac.compare_digest(signature, expected):
            raise SignatureRefused(400, "SignatureDoesNotMatch", "Specified signature is not matched.")
        _must_be_recent(headers["x-acs-date"])
        self._must_be_new(headers["x-acs-signature-nonce"])

    def _signature(
        self, *, method: str, query: Mapping[str, str], headers: Mapping[str, str], names: list[str]
    ) -> str:
        lines = [
            method,
            "/",
            "&".join(f"{_encoded(name)}={_encoded(query[name])}" for name in sorted(query)),
            *(f"{name}:{headers[name].strip()}" for name in names),
            "",
            ";".join(names),
            headers["x-acs-content-sha256"],
        ]
        digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        to_sign = f"ACS3-HMAC-SHA256\n{digest}"
        return hmac.new(self.key_secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()

    def _must_be_new(self, nonce: str) -> None:
        now = time.monotonic()
        while self._seen and next(iter(self._seen.values())) < now:
            del self._seen[next(iter(self._seen))]
        if nonce in self._seen:
            raise SignatureRefused(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
        self._seen[nonce] = now + 2 * TOLERANCE.total_seconds()


def _credential(text: str) -> tuple[str, str, str]:
    found = AUTHORIZATION.fullmatch(text)
    if not found:
        raise SignatureRefused(400, "MissingAuthorization", "The Authorization header is missing or wrong.")
    return found[1], found[2], found[3]


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")


def _must_be_recent(date: str) -> None:
    try:
        at = datetime.strptime(date, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise SignatureRefused(400, "InvalidTimeStamp.Format", "The time stamp is not well formed.") from None
    if abs(datetime.now(UTC) - at) > TOLERANCE:
        raise SignatureRefused(400, "InvalidTimeStamp.Expired", "Specified time stamp is expired.")
