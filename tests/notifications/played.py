"""Time played from one moment at which something happens to the next: planner, outbox and receipts as they are.

Only the clock is moved, and carriers answer by what a case says of them; everything between runs on the real database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

import time_machine
from django.db.models import Min
from django.utils import timezone

from candidates.models import Channel, Offer
from notifications.channels import TRANSPORTS
from notifications.channels.base import Accepted, ParsedReceipt, TransportError
from notifications.looks import look_at_due
from notifications.models import Message, Schedule
from notifications.outbox import Tried, claim, finish
from notifications.receipts import take_receipts
from notifications.states import State

CARRIERS = {
    Channel.SMS: "twilio",
    Channel.EMAIL: "smtp",
    Channel.WECHAT: "wechat",
    Channel.PUSH: "jpush",
}
RECEIPT_AFTER = timedelta(minutes=3)
_numbers = count(1)

Happening = Callable[[], object]


@dataclass(frozen=True)
class Sent:
    """A message that went to its carrier at `at`."""

    at: datetime
    purpose: str
    channel: str
    offer_id: UUID


@dataclass
class Play:
    """`answers`: what a channel's carrier does with a message: "delivers" where nothing is said, "silent" (no receipt
    ever), "refuses", or "undelivers" (a receipt says so RECEIPT_AFTER later).
    """

    answers: dict[str, str] = field(default_factory=dict)
    happenings: list[tuple[datetime, Happening]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)

    def happens(self, at: datetime, what: Happening) -> None:
        self.happenings.append((at, what))

    def until(self, end: datetime, *, start: datetime) -> list[Sent]:
        """Everything that is sent from `start` to `end`."""
        now: datetime | None = start
        while now and now <= end:
            with time_machine.travel(now, tick=False):
                self._moment(now)
            now = self._next(now)
        return self.sent

    def _moment(self, now: datetime) -> None:
        due = [one for one in self.happenings if one[0] <= now]
        self.happenings = [one for one in self.happenings if one[0] > now]
        for _, what in sorted(due, key=lambda one: one[0]):
            what()
        look_at_due(at=now)
        for channel in Channel.values:
            self._send(channel)

    def _send(self, channel: str) -> None:
        while batch := claim(transport=TRANSPORTS[CARRIERS[Channel(channel)]], limit=50):
            ids = [envelope.message_id for envelope in batch.envelopes]
            tried = [Tried(pk, self._answer(channel), timezone.now(), 1) for pk in ids]
            finish(lease=batch.lease, tried=tried)
            for message in Message.objects.filter(pk__in=ids):
                self.sent.append(Sent(timezone.now(), message.purpose, channel, message.offer_id))
                self._report(message)

    def _answer(self, channel: str) -> Accepted | TransportError:
        if self.answers.get(channel) == "refuses":
            return TransportError("refused", code="refused", permanent=True)
        return Accepted(reference=f"ref-{next(_numbers)}")

    def _report(self, message: Message) -> None:
        match self.answers.get(message.channel, "delivers"):
            case "delivers":
                take_receipts([_receipt(message, State.DELIVERED)])
            case "undelivers":
                report = _receipt(message, State.UNDELIVERED)
                self.happens(timezone.now() + RECEIPT_AFTER, lambda: take_receipts([report]))

    def _next(self, now: datetime) -> datetime | None:
        looks = Schedule.objects.filter(look_at__gt=now).aggregate(next=Min("look_at"))["next"]
        held = Message.objects.filter(state=State.PLANNED, due_at__gt=now).aggregate(next=Min("due_at"))[
            "next"
        ]
        told = min((at for at, _ in self.happenings), default=None)
        return min(filter(None, [looks, held, told]), default=None)


def _receipt(message: Message, outcome: State) -> ParsedReceipt:
    return ParsedReceipt(
        provider=message.provider,
        key=f"{message.pk}:{outcome}",
        word=outcome.value,
        outcome=outcome.value,
        message_id=message.pk,
    )


def in_order(sent: Iterable[Sent], offer: Offer) -> Iterator[str]:
    """Such as `03-02 10:00 pass_notice sms`, by the clocks of the offer's branch."""
    zone = offer.branch.zone
    for one in sorted(sent, key=lambda one: (one.at, one.purpose, one.channel)):
        if one.offer_id == offer.pk:
            yield f"{one.at.astimezone(zone):%m-%d %H:%M} {one.purpose} {one.channel}"
