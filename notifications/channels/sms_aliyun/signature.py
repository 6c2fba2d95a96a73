"""Aliyun's request signature, version 3 (ACS3-HMAC-SHA256), for calls whose parameters stand in the query string.

Source: Alibaba Cloud, "V3 request structure and signature".
"""

import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"
NO_BODY = sha256(b"").hexdigest()


def query_string(parameters: Mapping[str, str]) -> str:
    """Sorted by name and percent-encoded by RFC 3986: as it is signed and as it must be sent."""
    return "&".join(
        f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(parameters.items())
    )


def signed_headers(
    *,
    key_id: str,
    key_secret: str,
    host: str,
    action: str,
    version: str,
    query: str,
    at: datetime,
    nonce: str,
) -> dict[str, str]:
    """Headers of a POST to `/` without a body. `at`: in UTC; Aliyun refuses what is 15 minutes off."""
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": NO_BODY,
        "x-acs-date": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = "\n".join(("POST", "/", query, lines, names, NO_BODY))
    to_sign = f"{ALGORITHM}\n{sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(key_secret.encode(), to_sign.encode(), sha256).hexdigest()
    credential = f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"
    return {**headers, "Authorization": credential}
