"""A thin client of Aliyun's Short Message Service over our own connections.

Source: Alibaba Cloud, Dysmsapi 2017-05-25, "SendSms" and "QuerySendDetails".
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from notifications.channels import http
from notifications.channels.base import TransportError
from notifications.channels.carrier_json import answer_in, text_in
from notifications.channels.sms_aliyun.signature import query_string, signed_headers

VERSION = "2017-05-25"


class AliyunError(Exception):
    """Aliyun answered with a Code other than OK. `message` is its own and may repeat what was sent."""

    def __init__(self, *, code: str, message: str, status: int, retry_after: float | None) -> None:
        super().__init__(code)
        self.code, self.message, self.status, self.retry_after = code, message, status, retry_after


def call(action: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The answer of one API. Raises AliyunError, or TransportError where Aliyun's own answer was not heard."""
    base, query = settings.ALIYUN_SMS_API_URL, query_string(parameters)
    headers = signed_headers(
        key_id=settings.ALIYUN_ACCESS_KEY_ID,
        key_secret=settings.ALIYUN_ACCESS_KEY_SECRET,
        host=urlsplit(base).netloc,
        action=action,
        version=VERSION,
        query=query,
        at=datetime.now(UTC),
        nonce=secrets.token_hex(16),
    )
    answer = http.request("POST", f"{base}/?{query}", headers=headers)
    told = answer_in(answer.data)
    code = text_in(told, "Code", longest=50)
    if not code:
        raise _unheard(answer.status, http.retry_after(answer))
    if code != "OK":
        raise AliyunError(
            code=code,
            message=text_in(told, "Message", longest=200),
            status=answer.status,
            retry_after=http.retry_after(answer),
        )
    return told


def _unheard(status: int, wait: float | None) -> TransportError:
    """Every answer of Aliyun's is JSON with a Code: this one is somebody else's, or was cut off on the way."""
    code = str(status)
    if status == 429:
        return TransportError("too many requests", code=code, throttled=True, retry_after=wait)
    if 300 <= status < 500:
        return TransportError("something before the carrier refuses our requests", code=code)
    return TransportError("an answer that cannot be read", code=code, uncertain=True)
