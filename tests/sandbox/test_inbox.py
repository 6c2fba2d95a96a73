"""The store by itself: what cannot be reached through a process in a test's time."""

from dataclasses import dataclass

from sandbox.inbox import Inbox, Shown


@dataclass(frozen=True, kw_only=True)
class Note:
    size: int = 10

    def show(self) -> Shown:
        return Shown(text="a note")


def keep(inbox: Inbox, *, to: str, number: int, size: int = 10) -> None:
    inbox.keep(channel="sms", to=to, reference=f"r{number}", content=Note(size=size))


def test_the_oldest_message_leaves_first_and_from_every_index() -> None:
    inbox = Inbox(keep_messages=2)
    for number, to in enumerate(["a", "b", "c"]):
        keep(inbox, to=to, number=number)
    assert [message.to for message in inbox.since(seq=0)] == ["b", "c"]
    assert [key[1] for key, _, _ in inbox.conversations()] == ["c", "b"]
    assert inbox.find(channel="sms", reference="r0") is None
    assert list(inbox.newest_first(channel="sms", to="a")) == []


def test_a_conversation_loses_its_beginning_only() -> None:
    inbox = Inbox(keep_messages=2)
    for number, to in enumerate(["a", "b", "a"]):
        keep(inbox, to=to, number=number)
    assert [message.reference for message in inbox.since(seq=0, channel="sms", to="a")] == ["r2"]
    assert [message.reference for message in inbox.newest_first(channel="sms")] == ["r2", "r1"]


def test_memory_is_bounded_by_bytes_too_but_the_newest_message_stays() -> None:
    inbox = Inbox(keep_bytes=25)
    for number in range(4):
        keep(inbox, to="a", number=number)
    assert [message.reference for message in inbox.since(seq=0)] == ["r2", "r3"]
    keep(inbox, to="a", number=4, size=1000)
    assert [message.reference for message in inbox.since(seq=0)] == ["r4"]
