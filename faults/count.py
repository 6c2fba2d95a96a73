"""The count, from the carriers' side: what they took, by the number that every message carries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import urllib3

from faults.platform import CHANNELS, Person

MAIL = "email"
PAGE = 5000
# The words that end a message well, each carrier's own.
ARRIVED = {"delivered", "success", "received"}
# WeChat and Twilio count only some answers as received; any 2xx of ours means that we have stored the receipt.
ACKNOWLEDGED = range(200, 300)


@dataclass(frozen=True)
class Acceptance:
    """One message that a carrier took. `number`: ours, the same for every try of a message."""

    channel: str
    to: str
    number: str
    reference: str
    is_acknowledged: bool  # the receipt of its arrival was sent, and we answered that we have it


@dataclass(frozen=True)
class Count:
    """`doubled`: numbers taken twice by a carrier that can tell, or people with two numbers on one channel."""

    people: int
    acceptances: int
    by_channel: dict[str, int]
    lost: int
    doubled: int
    mails_repeated: int
    told_twice: int  # by two channels, as the first one's outcome could not be learned or was bad
    strangers: int


class Carriers:
    """The sandbox, asked as a person with access to every carrier's own records would ask."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = urllib3.PoolManager(retries=3, timeout=60)

    def set_faults(self, faults: dict[str, float]) -> None:
        self.http.request("POST", f"{self.url}/faults.json", json=faults)

    def counts(self) -> dict[str, dict[str, int]]:
        told = self.http.request("GET", f"{self.url}/stats.json").json()
        return {channel: told[channel] for channel in CHANNELS}

    def total(self, what: str) -> int:
        return sum(channel[what] for channel in self.counts().values())

    def acceptances(self) -> Iterator[Acceptance]:
        since, more = 0, True
        while more:
            fields = {"since": str(since), "limit": str(PAGE)}
            told = self.http.request("GET", f"{self.url}/inbox.json", fields=fields).json()
            yield from (_acceptance(message) for message in told["messages"])
            more = told["more"]
            since = told["messages"][-1]["seq"] if more else since


def _acceptance(message: dict[str, Any]) -> Acceptance:
    return Acceptance(
        channel=message["channel"],
        to=message["to"],
        number=_number(message),
        reference=message["reference"],
        is_acknowledged=any(
            receipt["status"].lower() in ARRIVED and receipt["http_status"] in ACKNOWLEDGED
            for receipt in message["receipts"]
        ),
    )


def _number(message: dict[str, Any]) -> str:
    """What the carrier was given with it: an id, or an address for receipts that ends in one."""
    if message["callback"]:
        return str(message["callback"]).rstrip("/").rpartition("/")[2]
    return str(message["client_id"])


def count(people: Sequence[Person], acceptances: Sequence[Acceptance]) -> Count:
    by_person, strangers = _by_person(people, acceptances)
    copies = Counter((one.channel, one.number) for one in acceptances)
    return Count(
        people=len(people),
        acceptances=len(acceptances),
        by_channel=dict(Counter(one.channel for one in acceptances)),
        lost=len(people) - len(by_person),
        doubled=_extra(number for (channel, _), number in copies.items() if channel != MAIL)
        + sum(_numbers_too_many(found) for found in by_person.values()),
        mails_repeated=_extra(number for (channel, _), number in copies.items() if channel == MAIL),
        told_twice=sum(len({one.channel for one in found}) > 1 for found in by_person.values()),
        strangers=strangers,
    )


def _by_person(
    people: Sequence[Person], acceptances: Iterable[Acceptance]
) -> tuple[dict[int, list[Acceptance]], int]:
    """What each person got, and how much went to somebody else."""
    known = {
        (channel, person.address_on(channel)): person.number
        for person in people
        for channel in CHANNELS
        if person.address_on(channel)
    }
    found: dict[int, list[Acceptance]] = defaultdict(list)
    strangers = 0
    for one in acceptances:
        if (one.channel, one.to) in known:
            found[known[one.channel, one.to]].append(one)
        else:
            strangers += 1
    return found, strangers


def _extra(copies: Iterable[int]) -> int:
    return sum(number - 1 for number in copies)


def _numbers_too_many(found: Sequence[Acceptance]) -> int:
    """One notice was due to each person, so one number on each channel is all there can be."""
    numbers = {(one.channel, one.number) for one in found}
    return len(numbers) - len({channel for channel, _ in numbers})
