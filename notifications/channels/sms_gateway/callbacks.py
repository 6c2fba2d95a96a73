"""The gateway's signed reports: one, or an array of them. Source: docs/carriers.md."""

from typing import Any
from uuid import UUID

from notifications.channels.base import CallbackRefused, CallbackReply, CallbackRequest, ParsedReceipt
from notifications.channels.carrier_json import as_text, reports, text_in
from notifications.channels.sms_gateway.signature import verify
from notifications.states import State

OUTCOMES = {"delivered": State.DELIVERED, "failed": State.UNDELIVERED}


def answer(request: CallbackRequest, *, secret: str) -> CallbackReply:
    """Raises CallbackRefused on a wrong signature or a body that holds no reports.

    Our own requests are signed with the same secret: one that is sent back to us must not pass for a report.
    """
    verify(secret=secret, headers=request.headers, body=request.body)
    return CallbackReply(status=204, receipts=[_receipt(report) for report in reports(request.body)])


def _receipt(report: dict[str, Any]) -> ParsedReceipt:
    ours, word = text_in(report, "id", longest=36), text_in(report, "status", longest=100)
    code = text_in(report, "code", longest=50)
    if not ours or not word:
        raise CallbackRefused("not a report")
    return ParsedReceipt(
        provider="gateway",
        key=f"{ours}:{word}:{code}",
        word=word,
        outcome=OUTCOMES.get(word, ""),
        message_id=_message_id(ours),
        code=code,
        raw=as_text(report),
    )


def _message_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
