"""Aliyun's reports: a JSON array, unsigned, at an address that only Aliyun knows.

Each names our message, since every text carries its id as `OutId`. Aliyun repeats what was not answered with 200 and
a numeric code after 1, 5 and 10 minutes. Source: Alibaba Cloud Short Message Service, "SmsReport".
"""

import hmac
from typing import Any
from uuid import UUID

from notifications.channels.base import CallbackRefused, CallbackReply, CallbackRequest, ParsedReceipt
from notifications.channels.carrier_json import as_text, reports, text_in
from notifications.states import State

RECEIVED = '{"code":0,"msg":"received"}'
# By `success`; whatever else stands there is kept, and seen by people.
OUTCOMES = {"True": State.DELIVERED, "False": State.UNDELIVERED}


def answer(request: CallbackRequest, *, secret: str) -> CallbackReply:
    """Raises CallbackRefused on a wrong address or a body that holds no reports."""
    if request.method != "POST" or not hmac.compare_digest(request.rest.strip("/").encode(), secret.encode()):
        raise CallbackRefused("wrong secret")
    receipts = [_receipt(report) for report in reports(request.body)]
    return CallbackReply(body=RECEIVED, content_type="application/json", receipts=receipts)


def _receipt(report: dict[str, Any]) -> ParsedReceipt:
    reference, out_id = text_in(report, "biz_id", longest=100), text_in(report, "out_id", longest=36)
    success, code = text_in(report, "success", longest=10), text_in(report, "err_code", longest=50)
    outcome = OUTCOMES.get(success, "")
    return ParsedReceipt(
        provider="aliyun",
        key=f"{reference}:{out_id}:{success}:{code}",
        word=code or success,
        outcome=outcome,
        reference=reference,
        message_id=_message_id(out_id),
        code="" if outcome == State.DELIVERED else code,
        raw=as_text(report),
    )


def _message_id(out_id: str) -> UUID | None:
    """None for what somebody else sent from the same account."""
    try:
        return UUID(out_id)
    except ValueError:
        return None
