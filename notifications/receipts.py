"""A carrier's receipt → stored raw, once → a legal move of the message → an event.

Receipts come in any order, more than once, and sometimes before we know the message's own reference.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from notifications.channels.base import ParsedReceipt
from notifications.models import Message, Receipt
from notifications.plan import hand_on
from notifications.states import FAILED, RECEIPT_OUTCOMES, State, may_move
from tracking.models import Actor, Kind
from tracking.record import record

log = structlog.get_logger(__name__)


@transaction.atomic
def take_receipts(parsed: Iterable[ParsedReceipt]) -> None:
    """Store and apply; a repeat changes nothing."""
    for one in parsed:
        receipt = _store(one)
        if receipt is None:
            continue
        if receipt.message_id is None:
            log.info("receipt_without_message", provider=one.provider)
            continue
        _apply(
            receipt, Message.objects.select_for_update(no_key=True, of=("self",)).get(pk=receipt.message_id)
        )


def _store(one: ParsedReceipt) -> Receipt | None:
    """The new receipt with its message where that is known already, or None for a repeat."""
    receipt, created = Receipt.objects.get_or_create(
        provider=one.provider,
        key=one.key,
        defaults={
            "reference": one.reference,
            "message": _message_of(one),
            "word": one.word,
            "outcome": one.outcome,
            "code": one.code,
            "raw": one.raw,
        },
    )
    return receipt if created else None


def _message_of(one: ParsedReceipt) -> Message | None:
    if one.message_id:
        return Message.objects.filter(pk=one.message_id).first()
    if one.reference:
        return Message.objects.filter(provider=one.provider, reference=one.reference).first()
    return None


def apply_waiting(messages: list[Message]) -> int:
    """Receipts that were here before their message's reference. Runs in the transaction that locked the rows.

    Returns their number.
    """
    by_reference = {(m.provider, m.reference): m for m in messages if m.reference}
    waiting = Receipt.objects.filter(
        message__isnull=True,
        provider__in={provider for provider, _ in by_reference},
        reference__in=[reference for _, reference in by_reference],
    )
    count = 0
    for receipt in waiting.order_by("received_at"):
        if message := by_reference.get((receipt.provider, receipt.reference)):
            receipt.message = message
            receipt.save(update_fields=["message"])
            _apply(receipt, message)
            count += 1
    return count


@transaction.atomic
def match_waiting() -> int:
    """Receipts that crossed with the batch that learned their message's reference: neither saw the other.

    Returns their number. Those of the last day only: a carrier's account may send what is not ours.
    """
    since = timezone.now() - timedelta(days=1)
    waiting = Receipt.objects.filter(message__isnull=True, received_at__gte=since).exclude(reference="")
    numbers = list(waiting.values_list("provider", "reference")[:1000])
    messages = Message.objects.filter(
        provider__in={provider for provider, _ in numbers}, reference__in=[number for _, number in numbers]
    )
    return apply_waiting(list(messages.order_by("pk").select_for_update(no_key=True)))


def _apply(receipt: Receipt, message: Message) -> None:
    if receipt.outcome not in RECEIPT_OUTCOMES:
        log.warning("receipt_word_unknown", provider=receipt.provider, word=receipt.word)
        return
    if not message.reference and receipt.reference:
        message.reference = receipt.reference
    had_failed = message.state in FAILED
    if may_move(message.state, receipt.outcome):
        message.state = State(receipt.outcome)
        _note(receipt, message, had_failed)
    message.save(update_fields=["state", "reference", "delivered_at", "error_code", "accepted_at"])


def _note(receipt: Receipt, message: Message, had_failed: bool) -> None:
    now = timezone.now()
    # A report about the message means that the carrier has it, whatever our own request came to.
    if message.accepted_at is None:
        message.accepted_at = now
        record(
            [
                message.event(
                    Kind.ACCEPTED, at=receipt.received_at, detail=message.purpose, actor=Actor.CARRIER
                )
            ]
        )
    if receipt.outcome == State.DELIVERED:
        message.delivered_at = now
        record(
            [message.event(Kind.DELIVERED, at=receipt.received_at, detail=receipt.code, actor=Actor.CARRIER)]
        )
    elif receipt.outcome in FAILED:
        message.error_code = receipt.code
        record([message.event(Kind.FAILED, at=receipt.received_at, detail=receipt.code, actor=Actor.CARRIER)])
        if not had_failed:
            hand_on(message)
