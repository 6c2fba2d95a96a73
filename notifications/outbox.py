"""The outbox: claim what is due, finish what was tried, sweep what was left behind.

The database is the queue's truth. Whatever process dies between any two lines here, a row is either still
planned, or leased until its lease runs out and then uncertain, or finished.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from branches.models import Branch
from candidates.encryption import DecryptionError
from candidates.models import Offer, PageToken
from notifications.catalogue import Catalogue, NoTemplate
from notifications.channels import carriers_set_up
from notifications.channels.base import Accepted, Envelope, Transport, TransportError
from notifications.expiry import is_too_late
from notifications.models import Attempt, Message
from notifications.plan import hand_on, plan_fallback
from notifications.policy import Policy
from notifications.receipts import apply_waiting
from notifications.retry import MAX_TRIES, retry_delay
from notifications.states import UNSENT, State, may_move
from notifications.turns import lock_next
from notifications.wanted import unwanted
from notifications.wording import Wording, write
from tracking.bulk import insert_rows, update_rows
from tracking.models import Event, Kind
from tracking.record import record

log = structlog.get_logger(__name__)

# Besides a missing text: a branch's time zone, a condition or a message's own facts that cannot be read.
UNCOMPOSABLE = (NoTemplate, AttributeError, LookupError, TypeError, ValueError, OverflowError)
UNCOMPOSED_PAUSE = timedelta(minutes=15)
FROZEN = ["version", "core", "language", "subject", "text", "link", "provider_template", "template_values"]
LEASED = ["state", "lease", "lease_until", "tries", "provider", "carrier_key", "first_sent_at", "due_at"]
FAILED_WITH = ["error_code", "error"]
CLAIMED = [*FROZEN, *LEASED, *FAILED_WITH]
FINISHED = [
    "state",
    "due_at",
    "tries",
    "reference",
    "accepted_at",
    "lease_until",
    "unfit_carriers",
    *FAILED_WITH,
]
# What was said; finishing a message does not need it.
ENCRYPTED = ["facts", "subject", "text", "link", "template_values"]
TOO_LATE = "too_late"


@dataclass(frozen=True)
class Batch:
    """Messages one worker holds until `lease` runs out."""

    lease: UUID
    envelopes: list[Envelope]
    # Rows taken up, also those that turned out to be unwanted: none means that nothing is due any more.
    taken: int = 0

    def __bool__(self) -> bool:
        return self.taken > 0


@dataclass(frozen=True)
class Tried:
    """What one try came to, and when and how long (milliseconds) it was."""

    message_id: UUID
    outcome: Accepted | TransportError
    at: datetime
    milliseconds: int


# --- Claim --------------------------------------------------------------------------------------
@transaction.atomic
def claim(
    *, transport: Transport, limit: int, takes_new: bool = True, keys: Iterator[str] | None = None
) -> Batch:
    """Lease what is due on the transport's channel, with every text composed and frozen.

    `takes_new`: also what no carrier has had yet, besides what is left to this one (see `turns.lock_next`).
    `keys`: the carrier's own against doubling, for as many messages as there are.
    """
    now, lease = timezone.now(), uuid4()
    messages = lock_next(
        channel=transport.channel, carrier=transport.name, takes_new=takes_new, at=now, limit=limit
    )
    if not messages:
        return Batch(lease, [])
    wanted = _skip_unwanted(_with_offers(messages), now)
    in_time = _give_up_exhausted(_give_up_late(wanted, now), now)
    envelopes = _freeze(_put_off(in_time, now), transport, keys or iter(()))
    for message in envelopes:
        message.lease, message.lease_until = lease, now + timedelta(seconds=settings.LEASE_SECONDS)
        if message.state == State.PLANNED:
            message.first_sent_at = now  # earlier tries, if any, came to nothing
        message.state, message.provider = State.SENDING, transport.name
        message.tries += 1
    update_rows(messages, CLAIMED)
    return Batch(lease, list(envelopes.values()), taken=len(messages))


def _with_offers(messages: list[Message]) -> list[Message]:
    """With offers as they are after the rows were locked: a change of facts meanwhile either is in here, or waits.

    What is about a person whose data cannot be decrypted is put back and does not hold up the others.
    """
    offers = _offers({message.offer_id for message in messages})
    branches = Branch.objects.in_bulk({offer.branch_id for offer in offers.values()})
    for message in messages:
        if offer := offers.get(message.offer_id):
            message.offer, offer.branch = offer, branches[offer.branch_id]
        else:
            _put_aside(message)
    return [message for message in messages if message.offer_id in offers]


def _offers(ids: Collection[UUID]) -> dict[UUID, Offer]:
    """Those that can be read."""
    offers = Offer.objects.select_related("candidate")
    try:
        return offers.in_bulk(ids)
    except DecryptionError:
        return {} if len(ids) == 1 else {pk: offer for one in ids for pk, offer in _offers({one}).items()}


def _put_aside(message: Message) -> None:
    """Until the key is back in FIELD_KEYS, or the row is restored; it costs the message no try."""
    message.due_at, message.error = timezone.now() + UNCOMPOSED_PAUSE, "the person's data cannot be decrypted"
    log.error("message_not_readable", message=str(message.pk))


def _skip_unwanted(messages: list[Message], now: datetime) -> list[Message]:
    """The conditions once more, at the moment of sending."""
    needless = unwanted(messages)
    skipped = [message for message in messages if message.pk in needless]
    for message in skipped:
        message.state = State.SKIPPED
    record([message.event(Kind.SKIPPED, at=now, detail=message.purpose) for message in skipped])
    return [message for message in messages if message.pk not in needless]


def _give_up_late(messages: list[Message], now: datetime) -> list[Message]:
    """Messages that are still worth sending; no other channel is tried for the others."""
    late = [message for message in messages if is_too_late(message, at=now)]
    for message in late:
        message.state, message.error_code, message.error = State.EXPIRED, TOO_LATE, "too late to be of use"
    record([message.event(Kind.FAILED, at=now, detail=TOO_LATE) for message in late])
    return [message for message in messages if message not in late]


def _give_up_exhausted(messages: list[Message], now: datetime) -> list[Message]:
    """Messages with tries left. A row that could never be composed, or whose worker died at every try, has none."""
    exhausted = [message for message in messages if message.tries >= MAX_TRIES]
    for message in exhausted:
        message.state, message.error = State.EXPIRED, message.error or "no try came to an end"
    # Progress is locked before Schedule, as by everybody else.
    record([message.event(Kind.FAILED, at=now, detail=message.error_code) for message in exhausted])
    for message in exhausted:
        plan_fallback(message)
    return [message for message in messages if message.tries < MAX_TRIES]


def _put_off(messages: list[Message], now: datetime) -> list[Message]:
    """What a pause or a carrier has held up into closed hours waits for the branch's window, at no cost of a try.

    What may be with a carrier already is settled at any hour.
    """
    policy, sent_now = Policy.current(), []
    for message in messages:
        moment = _opens_at(message, policy, now)
        if message.state == State.PLANNED and moment > now:
            message.due_at = moment
        else:
            sent_now.append(message)
    return sent_now


def _opens_at(message: Message, policy: Policy, now: datetime) -> datetime:
    """What keeps it from being worked out keeps the text from being composed, too, and is told there."""
    try:
        return policy.sends_at(message.offer, message.purpose, at=now)
    except UNCOMPOSABLE:
        return now


def _freeze(
    messages: list[Message], transport: Transport, carrier_keys: Iterator[str]
) -> dict[Message, Envelope]:
    """Compose what was never with a carrier; what may be with one already keeps its text.

    A message that cannot be composed is put back with its reason and does not hold up the others.
    """
    catalogue = Catalogue.current(branches=[message.offer.branch for message in messages])
    envelopes: dict[Message, Envelope] = {}
    keys: list[PageToken] = []
    for message in messages:
        repeat = message.state == State.UNCERTAIN
        try:
            if not repeat:
                written = write(message, catalogue=catalogue, transport=transport)
                _take_over(message, written.wording)
                message.carrier_key = next(carrier_keys, "")
                keys.append(written.key)
            elif not message.carrier_key:
                message.carrier_key = next(carrier_keys, "")  # nothing goes out without one, so nothing has
        except UNCOMPOSABLE as error:
            _put_back(message, error)
            continue
        envelopes[message] = _envelope(message, repeat=repeat)
    insert_rows(keys)
    return envelopes


def _take_over(message: Message, wording: Wording) -> None:
    for name in FROZEN:
        setattr(message, name, getattr(wording, name))


def _put_back(message: Message, error: Exception) -> None:
    """Time for headquarters to mend the template; it counts as a try, so that it does not wait for ever."""
    # Only our own words are kept: another error's text may repeat a person's data.
    reason = str(error) if isinstance(error, NoTemplate) else f"cannot be composed ({type(error).__name__})"
    message.due_at, message.error = timezone.now() + UNCOMPOSED_PAUSE, reason
    message.tries += 1
    log.error("message_not_composed", message=str(message.pk), reason=reason)


def _envelope(message: Message, *, repeat: bool) -> Envelope:
    return Envelope(
        message_id=message.pk,
        to=message.offer.candidate.address_on(message.channel),
        subject=message.subject,
        text=message.text,
        language=message.language,
        link=message.link,
        provider_template=message.provider_template,
        template_values=json.loads(message.template_values) if message.template_values else {},
        carrier_key=message.carrier_key,
        first_sent_at=message.first_sent_at if repeat else None,
    )


# --- Finish -------------------------------------------------------------------------------------
@transaction.atomic
def finish(*, lease: UUID, tried: Sequence[Tried]) -> None:
    """Note what every try of the batch came to, all in one go.

    Rows that another worker has taken over meanwhile are left to it.
    """
    rows = Message.objects.filter(lease=lease, pk__in=[one.message_id for one in tried]).order_by("pk")
    rows = rows.defer(*ENCRYPTED)
    held = {message.pk: message for message in rows.select_for_update(no_key=True)}
    uncertain = _once_uncertain(held)
    events: list[Event] = []
    failed: list[Message] = []
    for one in tried:
        if message := held.get(one.message_id):
            before, is_news = message.state, message.accepted_at is None
            _apply(message, one, was_uncertain=message.pk in uncertain)
            events += _events(message, before, one, is_news=is_news)
            failed += [message] if _has_failed(message, before) else []
    insert_rows([_attempt(held[one.message_id], one) for one in tried if one.message_id in held])
    update_rows(held.values(), FINISHED)
    record(events)
    for message in failed:
        hand_on(message)
    apply_waiting(list(held.values()))


def _once_uncertain(held: Iterable[UUID]) -> set[UUID]:
    """Messages of which an earlier try may have reached the carrier."""
    tries = Attempt.objects.filter(message__in=held, outcome=State.UNCERTAIN)
    return set(tries.values_list("message_id", flat=True))


def _apply(message: Message, one: Tried, *, was_uncertain: bool) -> None:
    """A report of the carrier that came meanwhile outweighs what our own request came to."""
    outcome = one.outcome
    message.lease_until = None
    if isinstance(outcome, Accepted):
        message.reference = outcome.reference
        message.accepted_at = message.accepted_at or timezone.now()
    if message.state not in UNSENT:
        return
    if isinstance(outcome, Accepted):
        message.error_code = message.error = ""
        _move(message, State.ACCEPTED)
        return
    message.error_code, message.error = outcome.code, outcome.reason
    if outcome.unfit and message.state == State.SENDING and not was_uncertain and _has_next_carrier(message):
        _leave_to_next_carrier(message)
    elif outcome.permanent or outcome.unfit:
        _move(message, State.REJECTED)
    elif message.tries >= MAX_TRIES and not outcome.throttled:
        _move(message, State.EXPIRED)
    elif message.state == State.SENDING:
        _try_again(message, outcome, was_uncertain=was_uncertain)


def _has_next_carrier(message: Message) -> bool:
    """Whether another carrier of the channel, set up and not found unfit, could be asked."""
    unfit = {*message.unfit_carriers, message.provider}
    return any(carrier.name not in unfit for carrier in carriers_set_up(message.channel))


def _leave_to_next_carrier(message: Message) -> None:
    """It is composed anew, as every carrier takes texts of its own form; no try has been made with that one."""
    message.unfit_carriers = [*message.unfit_carriers, message.provider]
    message.state, message.tries, message.due_at = State.PLANNED, message.tries - 1, timezone.now()


def _move(message: Message, state: State) -> None:
    if may_move(message.state, state):
        message.state = state


def _try_again(message: Message, outcome: TransportError, *, was_uncertain: bool) -> None:
    """Back into the queue. What may already be with the carrier stays uncertain through later failures."""
    message.state = State.UNCERTAIN if outcome.uncertain or was_uncertain else State.PLANNED
    if outcome.throttled:
        message.tries -= 1
    message.due_at = timezone.now() + timedelta(seconds=retry_delay(message.tries, outcome.retry_after))


def _events(message: Message, before: str, one: Tried, *, is_news: bool) -> list[Event]:
    if isinstance(one.outcome, Accepted):
        return [message.event(Kind.ACCEPTED, at=one.at, detail=message.purpose)] if is_news else []
    return (
        [message.event(Kind.FAILED, at=one.at, detail=one.outcome.code)]
        if _has_failed(message, before)
        else []
    )


def _has_failed(message: Message, before: str) -> bool:
    return message.state in {State.REJECTED, State.EXPIRED} and message.state != before


def _attempt(message: Message, one: Tried) -> Attempt:
    code, detail = ("", "") if isinstance(one.outcome, Accepted) else (one.outcome.code, one.outcome.reason)
    return Attempt(
        message=message,
        provider=message.provider,
        at=one.at,
        milliseconds=one.milliseconds,
        outcome=_attempt_outcome(one.outcome),
        code=code,
        detail=detail,
    )


def _attempt_outcome(outcome: Accepted | TransportError) -> State:
    if isinstance(outcome, Accepted):
        return State.ACCEPTED
    if outcome.uncertain:
        return State.UNCERTAIN
    return State.REJECTED if outcome.permanent or outcome.unfit else State.PLANNED


# --- Sweep --------------------------------------------------------------------------------------
@transaction.atomic
def sweep(*, at: datetime) -> int:
    """Rows whose lease ran out: their worker died, and whether the carrier got them is uncertain.

    The lease itself stays until the next claim, so that a worker that was only slow may still finish.
    """
    lost = Message.objects.filter(state=State.SENDING, lease_until__lt=at)
    rows = list(lost.select_for_update(skip_locked=True, no_key=True).only("pk", "provider"))
    # The attempt keeps the message uncertain through a later try that does not reach the carrier either.
    insert_rows([_lost_attempt(message, at) for message in rows])
    Message.objects.filter(pk__in=[message.pk for message in rows]).update(
        state=State.UNCERTAIN, due_at=at, lease_until=None
    )
    if rows:
        log.warning("leases_ran_out", count=len(rows))
    return len(rows)


def _lost_attempt(message: Message, at: datetime) -> Attempt:
    detail = "the worker did not report back"
    return Attempt(
        message=message,
        provider=message.provider,
        at=at,
        outcome=State.UNCERTAIN,
        code="lease",
        detail=detail,
    )
