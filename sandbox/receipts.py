"""Carrier's receipts to the product: delayed, repeated until answered, and spoiled by the faults.

A delivery waits on a timer, then in a queue that a fixed number of senders empty over one pool of
kept-alive connections, so that a slow product never makes the sandbox open more of them.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp
from yarl import URL

from sandbox.counts import Counts
from sandbox.faults import Faults, strikes
from sandbox.inbox import Message, Receipt

SENDERS = 64
ANSWER_WITHIN = 5.0  # seconds; WeChat's limit, and shorter than Twilio's 15
RETRY_AFTER = (1.0, 2.0, 4.0, 8.0, 16.0)  # seconds between tries; then it is given up


@dataclass(frozen=True, kw_only=True)
class Post:
    """One HTTP request to the product. `is_received`: whether the body of a 2xx says so too; None for any."""

    url: str
    headers: dict[str, str]
    body: bytes
    is_received: Callable[[str], bool] | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """`build` is called for each try, as timestamps and nonces are fresh each time."""

    status: str
    build: Callable[[], Post]


@dataclass(kw_only=True)
class Delivery:
    message: Message
    step: Step
    tries: int = 0


@dataclass(kw_only=True)
class Receipts:
    faults: Faults
    counts: Counts
    _due: asyncio.Queue[Delivery] = field(default_factory=asyncio.Queue)
    _senders: list[asyncio.Task[None]] = field(default_factory=list)
    _session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=SENDERS),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN),
        )
        self._senders = [asyncio.create_task(self._send_all(self._session)) for _ in range(SENDERS)]

    async def stop(self) -> None:
        for sender in self._senders:
            sender.cancel()
        for sender in self._senders:
            with suppress(asyncio.CancelledError):
                await sender
        if self._session:
            await self._session.close()

    def send_back(self, *, message: Message, steps: Sequence[Step]) -> None:
        """One receipt per step, `receipt_delay_ms` apart, unless a fault has it otherwise."""
        pause = self.faults.receipt_delay
        ordered, first = self._perhaps_reordered(steps)
        for place, step in enumerate(ordered, start=first):
            if strikes(self.faults.drop_receipts):
                self.counts.add(message.channel, "receipts_dropped")
                continue
            self._schedule(Delivery(message=message, step=step), after=place * pause)
            if strikes(self.faults.duplicate_receipts):
                self._schedule(Delivery(message=message, step=step), after=(place + 1) * pause)

    def _perhaps_reordered(self, steps: Sequence[Step]) -> tuple[Sequence[Step], int]:
        """The steps and the place of the first. A lone receipt is held back behind later messages' own."""
        if not strikes(self.faults.reorder_receipts):
            return steps, 1
        return (tuple(reversed(steps)), 1) if len(steps) > 1 else (steps, 4)

    def _schedule(self, delivery: Delivery, *, after: float) -> None:
        self.counts.add(delivery.message.channel, "receipts_pending")
        asyncio.get_running_loop().call_later(after, self._due.put_nowait, delivery)

    async def _send_all(self, session: aiohttp.ClientSession) -> None:
        while True:
            await self._send(session, await self._due.get())

    async def _send(self, session: aiohttp.ClientSession, delivery: Delivery) -> None:
        post = delivery.step.build()
        http_status, received = await _posted(session, post)
        delivery.message.receipts.append(
            Receipt(status=delivery.step.status, at=datetime.now(UTC), http_status=http_status)
        )
        self._settle(delivery, received=received)

    def _settle(self, delivery: Delivery, *, received: bool) -> None:
        channel = delivery.message.channel
        self.counts.add(channel, "receipts_pending", -1)
        if received:
            self.counts.add(channel, "receipts_sent")
        elif delivery.tries >= len(RETRY_AFTER):
            self.counts.add(channel, "receipts_failed")
        else:
            self.counts.add(channel, "receipts_retried")
            delivery.tries += 1
            self._schedule(delivery, after=RETRY_AFTER[delivery.tries - 1])


async def _posted(session: aiohttp.ClientSession, post: Post) -> tuple[int | None, bool]:
    """The answer's HTTP status (None without an answer) and whether it counts as received."""
    try:
        # encoded=True: the signature covers the address letter by letter.
        async with session.post(
            URL(post.url, encoded=True), data=post.body, headers=post.headers, allow_redirects=False
        ) as answer:
            body = (await answer.text(errors="replace")).strip()
            return answer.status, answer.ok and (post.is_received is None or post.is_received(body))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return None, False
