"""What the carriers kept: the newest messages, found by sequence, recipient and carrier's reference."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

KEEP_MESSAGES = 200_000
KEEP_BYTES = 512 * 1024 * 1024

Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A message as a person sees it. `headers` only for mail, `fields` (name, value) only for cards."""

    subject: str = ""
    text: str = ""
    html: str = ""
    url: str = ""
    sender: str = ""
    client_id: str | None = None
    callback: str = ""  # where its receipts go, for carriers that are told with each message
    links: list[str] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    attachments: list[dict[str, Any]] = field(default_factory=list)


class Content(Protocol):
    """What one carrier keeps of one message; read only when somebody looks, as most are never looked at."""

    @property
    def size(self) -> int:
        """Bytes, roughly."""

    def show(self) -> Shown: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One try to report `status`; `http_status` is None when nothing answered."""

    status: str
    at: datetime
    http_status: int | None


@dataclass(slots=True, kw_only=True)
class Message:
    seq: int
    channel: str
    to: str
    at: datetime
    reference: str
    content: Content
    receipts: list[Receipt] = field(default_factory=list)


def recipient_key(channel: str, to: str) -> Key:
    """Mail addresses compare without case, openids with."""
    return (channel, to.lower() if channel == "email" else to)


class Inbox:
    """Bounded by number and by bytes: the oldest message leaves first. Sequence numbers only grow."""

    def __init__(self, *, keep_messages: int = KEEP_MESSAGES, keep_bytes: int = KEEP_BYTES) -> None:
        self._keep_messages = keep_messages
        self._keep_bytes = keep_bytes
        self._newest = 0
        self.clear()

    def clear(self) -> None:
        self._messages: dict[int, Message] = {}
        self._recipients: dict[Key, deque[Message]] = {}
        self._references: dict[Key, Message] = {}
        self._bytes = 0

    def keep(self, *, channel: str, to: str, reference: str, content: Content) -> Message:
        self._newest += 1
        message = Message(
            seq=self._newest,
            channel=channel,
            to=to,
            at=datetime.now(UTC),
            reference=reference,
            content=content,
        )
        self._messages[message.seq] = message
        self._references[channel, reference] = message
        key = recipient_key(channel, to)
        # Taken out and put back, so that the dictionary's order is that of the last message.
        conversation = self._recipients.pop(key, None) or deque()
        conversation.append(message)
        self._recipients[key] = conversation
        self._bytes += content.size
        self._make_room()
        return message

    def _make_room(self) -> None:
        while len(self._messages) > self._keep_messages or (
            self._bytes > self._keep_bytes and len(self._messages) > 1
        ):
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        message = self._messages.pop(next(iter(self._messages)))
        self._bytes -= message.content.size
        self._references.pop((message.channel, message.reference), None)
        key = recipient_key(message.channel, message.to)
        conversation = self._recipients[key]
        conversation.popleft()  # the oldest of all is the oldest of its conversation
        if not conversation:
            del self._recipients[key]

    def find(self, *, channel: str, reference: str) -> Message | None:
        return self._references.get((channel, reference))

    def since(self, *, seq: int, channel: str = "", to: str = "") -> Iterator[Message]:
        """Oldest first, those after `seq`."""
        for message in self._candidates(channel=channel, to=to, after=seq):
            if message.seq > seq and channel in ("", message.channel) and matches(message, to):
                yield message

    def newest_first(self, *, channel: str, to: str = "") -> Iterator[Message]:
        found = (
            reversed(self._recipients.get(recipient_key(channel, to), deque()))
            if to
            else reversed(self._messages.values())
        )
        return (message for message in found if message.channel == channel)

    def _candidates(self, *, channel: str, to: str, after: int) -> Iterator[Message]:
        if channel and to:
            return iter(tuple(self._recipients.get(recipient_key(channel, to), ())))
        oldest = next(iter(self._messages), self._newest + 1)
        numbers = range(max(after + 1, oldest), self._newest + 1)
        return (self._messages[seq] for seq in numbers if seq in self._messages)

    def conversations(self) -> list[tuple[Key, Message, int]]:
        """Every recipient with the newest message and their number, the latest written to first."""
        return [(key, found[-1], len(found)) for key, found in reversed(self._recipients.items())]


def matches(message: Message, to: str) -> bool:
    return not to or recipient_key(message.channel, message.to) == recipient_key(message.channel, to)
