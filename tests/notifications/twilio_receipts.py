"""Receipts of Twilio as its folder reads them from a callback."""

from uuid import UUID

from notifications.channels.base import ParsedReceipt
from notifications.channels.sms_twilio.callbacks import OUTCOMES
from notifications.models import Message


def receipt(message: Message, word: str, *, code: str = "", by_reference: str = "") -> ParsedReceipt:
    """A report about the message, named by our id, or by the carrier's reference alone."""
    sid = by_reference or "SM1"
    message_id: UUID | None = None if by_reference else message.pk
    return ParsedReceipt(
        provider="twilio",
        key=f"{sid}:{word}:{code}",
        word=word,
        outcome=OUTCOMES.get(word, ""),
        reference=sid,
        message_id=message_id,
        code=code,
        raw=f"MessageStatus={word}",
    )
