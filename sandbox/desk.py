"""What every carrier works with, and what the process needs of a carrier."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web

from sandbox.counts import Counts
from sandbox.faults import Faults, strikes
from sandbox.inbox import Inbox
from sandbox.receipts import Receipts


@dataclass(kw_only=True)
class Desk:
    faults: Faults
    receipts: Receipts
    counts: Counts
    inbox: Inbox = field(default_factory=Inbox)

    async def perhaps_never_answer(self, channel: str) -> None:
        """Called when a message is already kept: the client must give up by itself, its fate uncertain.

        Ends only by cancellation, which both servers do as soon as the client hangs up.
        """
        if strikes(self.faults.timeout_after_accept):
            self.counts.add(channel, "unanswered")
            await asyncio.Event().wait()


class Carrier(Protocol):
    """`address` tells, once started, where the carrier listens; empty when it shares the web port."""

    name: str
    address: str

    def routes(self) -> Iterable[web.RouteDef]: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class WebCarrier:
    """For carriers that only speak HTTP on the shared port."""

    address = ""

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None
