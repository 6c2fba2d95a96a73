"""Time played from one moment at which something happens to the next: planner, outbox and receipts as they are.

Only the clock is moved, and carriers answer by what a case says of them; everything between runs on the real database.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

import time_machine
from django.db.models import Min
from django.utils import timezone

from candidates.models import Channel
from notifications.channels import TRANSPORTS, open_channels
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
# More rounds in one moment mean that something asks for itself again and again.
MOST_ROUNDS = 50
_numbers = count(1)

Happening = Callable[[], object]


@dataclass(frozen=True)
class Sent:
    """A message that went to its carrier at `at`."""

    at: datetime
    purpose: str
    channel: str
    offer_id: UUID
    occurrence: str = ""


@dataclass
class Play:
    """`answers`: what a channel's carrier does with a message. "delivers" (where nothing is said) tells so at once,
    "late <minutes>" after so many; "silent" takes it and never tells; "refuses"; "undelivers" and "bounces" tell so
    RECEIPT_AFTER later, the latter of what was delivered; "busy <minutes>" lets the first try wait for so many.

    `planner_is_down`: workers go on without it.
    """

    answers: dict[str, str] = field(default_factory=dict)
    happenings: list[tuple[datetime, Happening]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    planner_is_down: bool = False
    tried: set[UUID] = field(default_factory=set)
    undone_at_end: ExitStack = field(default_factory=ExitStack)

    def happens(self, at: datetime, what: Happening) -> None:
        self.happenings.append((at, what))

    def until(self, end: datetime, *, start: datetime) -> list[Sent]:
        """Everything that is sent from `start` to `end`."""
        now: datetime | None = start
        with self.undone_at_end:
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
        for _ in range(MOST_ROUNDS):
            if not self._look(now) + self._send_all():
                return
        raise AssertionError(f"no end at {now}")

    def _look(self, now: datetime) -> int:
        return 0 if self.planner_is_down else look_at_due(at=now).offers

    def _send_all(self) -> int:
        due = Message.objects.ready(at=timezone.now()).values_list("channel", flat=True)
        return sum(self._send(channel) for channel in set(due).intersection(open_channels()))

    def _send(self, channel: str) -> int:
        taken = 0
        while batch := claim(transport=TRANSPORTS[CARRIERS[Channel(channel)]], limit=50):
            taken += batch.taken
            messages = Message.objects.in_bulk([envelope.message_id for envelope in batch.envelopes])
            answers = {pk: self._answer(message) for pk, message in messages.items()}
            finish(
                lease=batch.lease,
                tried=[Tried(pk, answer, timezone.now(), 1) for pk, answer in answers.items()],
            )
            for pk, message in messages.items():
                if isinstance(answers[pk], Accepted) or self.answers[message.channel] == "refuses":
                    self._note(message)
        return taken

    def _answer(self, message: Message) -> Accepted | TransportError:
        word, _, minutes = self.answers.get(message.channel, "delivers").partition(" ")
        if word == "refuses":
            return TransportError("refused", code="refused", permanent=True)
        if word == "busy" and message.pk not in self.tried:
            self.tried.add(message.pk)
            return TransportError("busy", throttled=True, retry_after=60 * float(minutes))
        return Accepted(reference=f"ref-{next(_numbers)}")

    def _note(self, message: Message) -> None:
        self.sent.append(
            Sent(timezone.now(), message.purpose, message.channel, message.offer_id, message.occurrence)
        )
        word, _, minutes = self.answers.get(message.channel, "delivers").partition(" ")
        match word:
            case "delivers" | "busy":
                take_receipts([_receipt(message, State.DELIVERED)])
            case "late":
                self._reports(message, State.DELIVERED, timedelta(minutes=int(minutes)))
            case "undelivers":
                self._reports(message, State.UNDELIVERED, RECEIPT_AFTER)
            case "bounces":
                take_receipts([_receipt(message, State.DELIVERED)])
                self._reports(message, State.BOUNCED, RECEIPT_AFTER)

    def _reports(self, message: Message, outcome: State, after: timedelta) -> None:
        self.happens(timezone.now() + after, lambda: take_receipts([_receipt(message, outcome)]))

    def _next(self, now: datetime) -> datetime | None:
        looks = Schedule.objects.filter(look_at__gt=now).aggregate(next=Min("look_at"))["next"]
        waiting = Message.objects.filter(state=State.PLANNED, due_at__gt=now)
        held = waiting.aggregate(next=Min("due_at"))["next"]
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
