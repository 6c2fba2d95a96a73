"""The language between the outbox and the carriers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Envelope:
    """All a transport needs to know of one message; plain values, so that threads can share it."""

    message_id: UUID
    to: str
    subject: str
    text: str
    language: str = "zh-hans"
    link: str = ""
    provider_template: str = ""
    # What a template registered with the carrier leaves open, by name, for carriers that take no text of ours.
    template_values: Mapping[str, str] = field(default_factory=dict)
    # Of carriers that hand out keys against doubling; "" where none was to be had.
    carrier_key: str = ""
    first_sent_at: datetime | None = None  # set on a repeat: something may already be with the carrier


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier took the message; `reference` is its number for it, as text."""

    reference: str


class TransportError(Exception):
    """The carrier did not take the message; says what to do next.

    permanent: stop, and try the next channel. unfit: this carrier cannot carry it, so the channel's next one is
    asked, and after the last of them the next channel. uncertain: it may have taken it; settle that first. None of
    these: try again, after `retry_after` seconds where the carrier named a time; a `throttled` try does not count as
    one. The message must not hold personal data.
    """

    def __init__(
        self,
        reason: str,
        *,
        code: str = "",
        permanent: bool = False,
        unfit: bool = False,
        uncertain: bool = False,
        throttled: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code
        self.permanent, self.unfit = permanent, unfit
        self.uncertain, self.throttled = uncertain, throttled
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class ParsedReceipt:
    """A carrier's report in our words. `outcome` is "" for a word we do not know; it is kept all the same."""

    provider: str
    key: str
    word: str
    outcome: str
    reference: str = ""
    message_id: UUID | None = None
    code: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Following:
    """Somebody follows an account of ours, or has left it. `at`: the carrier's moment, the same in every repeat.

    `scene`: what the code holds that the person scanned, "" for none.
    """

    address: str
    follows: bool
    at: datetime
    scene: str = ""


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """A carrier's request to us. `url` is the public address it was sent to, `rest` its tail after the carrier."""

    method: str
    url: str
    rest: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class CallbackReply:
    """What to store, then what to answer."""

    status: int = 200
    body: str = ""
    content_type: str = "text/plain"
    receipts: list[ParsedReceipt] = field(default_factory=list)
    followings: list[Following] = field(default_factory=list)


class CallbackRefused(Exception):
    """The request is not the carrier's: wrong signature, or not in its form."""


class Transport(ABC):
    """One carrier. Holds no state of its own; called from many threads at once."""

    name: ClassVar[str]
    channel: ClassVar[str]
    # Settings without which the carrier is off; "A or B" where one of them is enough.
    needs: ClassVar[tuple[str, ...]] = ()
    # False where a carrier cannot tell that a message arrived: "delivered" is then unknowable.
    tells_delivered: ClassVar[bool] = True
    # The carrier's codes after which an address is not used again: nobody there, or somebody who wants nothing of us.
    dead_addresses: ClassVar[frozenset[str]] = frozenset()
    # The carrier's codes in words a person can act on, lazily translated.
    errors: ClassVar[Mapping[str, Promise | str]] = {}

    @property
    def in_flight(self) -> int:
        """How many requests a process may have open at this carrier."""
        return int(settings.IN_FLIGHT)

    @property
    def callback_bytes(self) -> int:
        """How large a callback of this carrier may be."""
        return int(settings.SIGNAL_MAX_BYTES)

    def missing_settings(self) -> list[str]:
        return [
            need for need in self.needs if not any(getattr(settings, name) for name in need.split(" or "))
        ]

    def contradictions(self) -> list[str]:
        """Settings that cannot be meant as they are, a sentence each.

        Half of a carrier's settings is a mistake; none of them means that it is off.
        """
        missing = self.missing_settings()
        if missing and len(missing) < len(self.needs):
            return [f"{self.name}: {', '.join(missing)} missing although the others are set."]
        return []

    def takes_link(self, to: str) -> bool:
        """Whether the text to this address may hold a personal link."""
        return bool(to)

    def reserve_keys(self, count: int) -> Iterator[str]:
        """So many keys against doubling, or fewer where they cannot be had; most carriers hand none out.

        Asks the carrier now if it must, and never while keys are taken: that happens inside a transaction. What is
        not taken stays for the next time. Each key is kept in its message's row before it is used; a repeat of what
        may be with the carrier has the same. Raises nothing: a message without a key fails in `send`, by its clock.
        """
        return iter(())

    @abstractmethod
    def send(self, envelope: Envelope) -> Accepted:
        """Hand over one message. Raises TransportError."""

    def look_up(self, envelope: Envelope) -> Accepted | None:
        """What became of an uncertain message. Raises TransportError.

        None: the carrier has nothing, or, as here, a repeat carries the same key and does no harm.
        """
        return None

    # Whether receipts can be asked for, when they did not come by themselves.
    can_be_asked: ClassVar[bool] = False

    def fetch_receipts(self, references: Sequence[str]) -> list[ParsedReceipt]:
        """What the carrier knows of these of its numbers; asking again changes nothing. Raises TransportError."""
        return []

    def answer_callback(self, request: CallbackRequest) -> CallbackReply:
        """Verify and read a carrier's callback. Raises CallbackRefused."""
        raise CallbackRefused(f"{self.name} does not call back ({request.method})")
