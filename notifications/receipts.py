"""Carriers' receipts → stored raw, once → legal moves of the messages → events.

Receipts come in any order, more than once, and sometimes before we know the message's own reference. However many come
at once, they take the same few statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from notifications.channels.base import ParsedReceipt
from notifications.models import Message, Receipt
from notifications.plan import hand_on
from notifications.states import FAILED, RANK, RECEIPT_OUTCOMES, State, may_move
from tracking.bulk import insert_unless_there, update_rows
from tracking.models import Actor, Event, Kind
from tracking.record import record

log = structlog.get_logger(__name__)

# What a receipt may change of a message.
MOVED = ["state", "reference", "delivered_at", "error_code", "error", "accepted_at"]
MATCHED_AT_ONCE = 1000


@transaction.atomic
def take_receipts(parsed: Iterable[ParsedReceipt]) -> None:
    """Store and apply; a repeat changes nothing.

    Rows are locked in one order, messages by their id and then receipts by their key, so that two requests with
    the same reports never wait for each other.
    """
    several = sorted(parsed, key=lambda one: (one.provider, one.key))
    messages = _locked_messages(several)
    known = {(message.provider, message.reference): message for message in messages.values()}
    receipts = [_receipt(one, _message_of(one, messages, known)) for one in several]
    new = insert_unless_there(receipts)
    fresh = [receipt for receipt in receipts if receipt.pk in new]
    for receipt in fresh:
        if receipt.message_id is None:
            log.info("receipt_without_message", provider=receipt.provider)
    _apply(messages, fresh)


def _locked_messages(parsed: Sequence[ParsedReceipt]) -> dict[UUID, Message]:
    """What the reports are about, by our id where they name it, else by the carrier's number; two queries at most."""
    ids = {one.message_id for one in parsed if one.message_id}
    numbers = {(one.provider, one.reference) for one in parsed if one.reference and not one.message_id}
    return _locked(ids | _ids_of(numbers))


def _ids_of(numbers: Collection[tuple[str, str]]) -> set[UUID]:
    """Messages that have one of these carriers' numbers, each with its carrier's name."""
    if not numbers:
        return set()
    rows = Message.objects.filter(
        provider__in={provider for provider, _ in numbers}, reference__in={number for _, number in numbers}
    )
    found = rows.values_list("provider", "reference", "pk")
    return {pk for provider, reference, pk in found if (provider, reference) in numbers}


def _locked(ids: Collection[UUID]) -> dict[UUID, Message]:
    """Only the columns that matter here: a message that has failed reads the rest when it is handed on."""
    if not ids:
        return {}
    rows = Message.objects.filter(pk__in=ids).only("offer_id", "purpose", "channel", "provider", *MOVED)
    return {message.pk: message for message in rows.order_by("pk").select_for_update(no_key=True)}


def _message_of(
    one: ParsedReceipt, messages: Mapping[UUID, Message], known: Mapping[tuple[str, str], Message]
) -> Message | None:
    if one.message_id:
        return messages.get(one.message_id)
    return known.get((one.provider, one.reference)) if one.reference else None


def _receipt(one: ParsedReceipt, message: Message | None) -> Receipt:
    return Receipt(
        provider=one.provider,
        key=one.key,
        reference=one.reference,
        message_id=message.pk if message else None,
        word=one.word,
        outcome=one.outcome,
        code=one.code,
        raw=one.raw,
    )


# --- Too early ----------------------------------------------------------------------------------
def apply_waiting(messages: list[Message]) -> int:
    """Receipts that were here before their message's reference. Runs in the transaction that locked the rows.

    Returns their number.
    """
    known = {(message.provider, message.reference): message for message in messages if message.reference}
    if not known:
        return 0
    waiting = Receipt.objects.filter(
        message__isnull=True,
        provider__in={provider for provider, _ in known},
        reference__in=[reference for _, reference in known],
    )
    rows = waiting.defer("raw").order_by("pk").select_for_update(no_key=True)
    matched = [receipt for receipt in rows if (receipt.provider, receipt.reference) in known]
    for receipt in matched:
        receipt.message_id = known[receipt.provider, receipt.reference].pk
    update_rows(matched, ["message"])
    _apply({message.pk: message for message in messages}, matched)
    return len(matched)


@transaction.atomic
def match_waiting() -> int:
    """Receipts that crossed with the batch that learned their message's reference: neither saw the other.

    Returns their number. Those of the last day only: a carrier's account may send what is not ours.
    """
    theirs = Message.objects.filter(provider=OuterRef("provider"), reference=OuterRef("reference"))
    waiting = Receipt.objects.filter(
        Exists(theirs), message__isnull=True, received_at__gte=timezone.now() - timedelta(days=1)
    ).exclude(reference="")
    numbers = set(waiting.values_list("provider", "reference")[:MATCHED_AT_ONCE])
    return apply_waiting(list(_locked(_ids_of(numbers)).values()))


# --- What a receipt does ------------------------------------------------------------------------
def _apply(messages: Mapping[UUID, Message], receipts: Iterable[Receipt]) -> None:
    """The messages are locked. Each gets all its receipts at once, and only one that ends failed is handed on."""
    by_message: dict[UUID, list[Receipt]] = defaultdict(list)
    for receipt in receipts:
        if receipt.outcome not in RECEIPT_OUTCOMES:
            log.warning("receipt_word_unknown", provider=receipt.provider, word=receipt.word)
        elif receipt.message_id:
            by_message[receipt.message_id].append(receipt)
    reported = [messages[pk] for pk in sorted(by_message)]
    before = {message.pk: (message.state, _values(message)) for message in reported}
    events = [event for message in reported for event in _moves(message, by_message[message.pk])]
    # Most reports tell what is known already; nothing is written for those.
    update_rows([message for message in reported if _values(message) != before[message.pk][1]], MOVED)
    if events:
        record(events)
    for message in reported:
        if message.state in FAILED and before[message.pk][0] not in FAILED:
            hand_on(message)


def _values(message: Message) -> list[object]:
    return [getattr(message, name) for name in MOVED]


def _moves(message: Message, receipts: list[Receipt]) -> list[Event]:
    """What the receipts change of the message, and the events of it.

    The highest comes first: what has been overtaken within one request starts nothing any more.
    """
    events: list[Event] = []
    for receipt in sorted(receipts, key=lambda one: (-RANK[State(one.outcome)], one.code, one.key)):
        message.reference = message.reference or receipt.reference
        if may_move(message.state, receipt.outcome):
            events += _move(message, receipt)
        # Told once, also of what has come back meanwhile: it got that far, whichever report is here first.
        if receipt.outcome == State.DELIVERED and message.delivered_at is None:
            message.delivered_at = receipt.received_at
            events.append(_event(Kind.DELIVERED, message, receipt, detail=receipt.code))
    return events


def _move(message: Message, receipt: Receipt) -> Iterator[Event]:
    """A report about the message means that the carrier has it, whatever our own request came to."""
    has_failed = receipt.outcome in FAILED
    message.state = State(receipt.outcome)
    message.error_code, message.error = receipt.code if has_failed else "", ""
    if message.accepted_at is None:
        message.accepted_at = receipt.received_at
        yield _event(Kind.ACCEPTED, message, receipt, detail=message.purpose)
    if has_failed:
        yield _event(Kind.FAILED, message, receipt, detail=receipt.code)


def _event(kind: Kind, message: Message, receipt: Receipt, *, detail: str) -> Event:
    return message.event(kind, at=receipt.received_at, detail=detail, actor=Actor.CARRIER)
