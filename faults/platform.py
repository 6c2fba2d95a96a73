"""The interview platform: sends each result until it is acknowledged, always under the same webhook id."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import urllib3
from standardwebhooks import Webhook
from urllib3.exceptions import HTTPError

SOURCE = "ai-interview"
BRANCHES = ("BJ-CBD", "SH-LJZ", "GD-TH")
CHANNELS = ("sms", "email", "wechat", "push")
BATCH = 25
AT_ONCE = 4
PAUSE_SECONDS = 0.5
PATIENCE_SECONDS = 180.0


class NotTaken(RuntimeError):
    """A result was refused, or not acknowledged in time."""


@dataclass(frozen=True)
class Person:
    """A candidate who has an address of their own on one channel, and a phone in any case."""

    number: int

    @property
    def channel(self) -> str:
        return CHANNELS[self.number % len(CHANNELS)]

    @property
    def addresses(self) -> dict[str, str]:
        """Ends of phone numbers below 0006 mean something to the sandbox, so all end in 7."""
        own = {
            "sms": {},
            "email": {"email": f"person{self.number}@example.com"},
            "wechat": {"wechat_openid": f"oFAULTS{self.number:08}"},
            "push": {"push_id": f"f{self.number:018x}"},
        }
        return {"phone": f"+86138{self.number:07}7", **own[self.channel]}

    def address_on(self, channel: str) -> str:
        names = {"sms": "phone", "email": "email", "wechat": "wechat_openid", "push": "push_id"}
        return self.addresses.get(names[channel], "")


def result(person: Person) -> dict[str, Any]:
    start = datetime.now(UTC) + timedelta(days=14 + person.number % 5)
    return {
        "type": "interview.completed",
        "timestamp": datetime.now(UTC).isoformat(),
        "data": {
            "interview_id": f"AI-{person.number}",
            "score": 86.5,
            "result": "passed",
            "candidate": {
                "name": "王小明",
                "category": "campus",
                "preferred_channels": [person.channel],
                "style": "concise",
                "language": "zh-hans",
                **person.addresses,
            },
            "position": {"code": "TELLER", "title": "综合柜员"},
            "branch": BRANCHES[person.number % len(BRANCHES)],
            "onboarding_at": start.isoformat(),
        },
    }


class Platform:
    """Counts as it goes: `repeats` are requests that had to be sent again."""

    def __init__(self, *, web: str, secret: str) -> None:
        self.address = f"{web}/api/v1/interview-results/{SOURCE}"
        self.signer = Webhook(secret)
        self.http = urllib3.PoolManager(retries=False, maxsize=AT_ONCE, timeout=30)
        self.repeats = 0
        self.is_over = False

    def __enter__(self) -> Platform:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is repeated any more: who leaves early must not wait for what nobody will answer."""
        self.is_over = True

    def signal(self, people: Sequence[Person]) -> None:
        """Every fourth batch as single results. Raises NotTaken."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(self._send, *zip(*self._deliveries(people), strict=True)):
                pass

    def _deliveries(self, people: Sequence[Person]) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Webhook id, tail of the address, and body."""
        batches = (people[start : start + BATCH] for start in range(0, len(people), BATCH))
        for place, batch in enumerate(batches):
            if place % 4 == 3:
                yield from ((f"single_{person.number}", "", result(person)) for person in batch)
            else:
                yield f"batch_{batch[0].number}", "/batch", {"results": [result(person) for person in batch]}

    def _send(self, delivery: str, tail: str, payload: dict[str, Any]) -> None:
        body = json.dumps(payload, ensure_ascii=False)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._is_taken(delivery, tail, body):
            if self.is_over or time.monotonic() > deadline:
                raise NotTaken(f"{delivery} was not acknowledged in time")
            self.repeats += 1
            time.sleep(PAUSE_SECONDS)

    def _is_taken(self, delivery: str, tail: str, body: str) -> bool:
        """False where it is unknown or not yet. Raises NotTaken where repeating would not help."""
        try:
            answer = self.http.request(
                "POST", self.address + tail, body=body.encode(), headers=self._headers(delivery, body)
            )
        except HTTPError:
            return False
        if answer.status >= 500 or answer.status == 429:
            return False
        if answer.status not in {200, 202}:
            raise NotTaken(f"{delivery} was answered {answer.status}: {answer.data[:300]!r}")
        for item in answer.json().get("results", []):
            if item["code"] not in {200, 202}:
                raise NotTaken(f"{delivery}, result {item['index']}: {item['errors']}")
        return True

    def _headers(self, delivery: str, body: str) -> dict[str, str]:
        now = datetime.now(UTC)
        return {
            "Content-Type": "application/json",
            "webhook-id": delivery,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self.signer.sign(delivery, now, body),
        }
