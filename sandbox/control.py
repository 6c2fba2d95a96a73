"""For scripts, tests and the inbox page: what was kept, what was counted, which faults are on."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from aiohttp import web

from sandbox.answers import json_answer
from sandbox.counts import CHANNELS
from sandbox.desk import Desk
from sandbox.inbox import Key, Message

PAGE = 10_000  # messages in one answer
RECIPIENTS = 200  # in one answer
READ_FOR_SEARCH = 500  # newest recipients whose last message is searched, not only the address
BREATHE_EVERY = 50  # messages rendered before others get their turn


@dataclass(frozen=True, kw_only=True)
class Control:
    desk: Desk

    def routes(self) -> Iterable[web.RouteDef]:
        return (
            web.get("/healthz", self.healthz),
            web.get("/inbox.json", self.read_inbox),
            web.delete("/inbox.json", self.clear_inbox),
            web.get("/recipients.json", self.recipients),
            web.get("/stats.json", self.stats),
            web.get("/faults.json", self.read_faults),
            web.post("/faults.json", self.set_faults),
        )

    async def healthz(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def read_inbox(self, request: web.Request) -> web.Response:
        """Oldest first. `more`: go on with the last `seq` as `since`."""
        channel, to = recipient_asked(request)
        limit = number_asked(request, name="limit", default=PAGE, highest=PAGE)
        since = number_asked(request, name="since", default=0, highest=2**63)
        found = list(islice(self.desk.inbox.since(seq=since, channel=channel, to=to), limit + 1))
        shown = []
        for place, message in enumerate(found[:limit]):
            shown.append(as_json(message))
            if place % BREATHE_EVERY == BREATHE_EVERY - 1:
                await asyncio.sleep(0)
        return json_answer({"messages": shown, "more": len(found) > limit})

    async def clear_inbox(self, _request: web.Request) -> web.Response:
        self.desk.inbox.clear()
        return web.Response(status=204)

    async def recipients(self, request: web.Request) -> web.Response:
        """The latest written to first; `q` looks in addresses and in the newest messages."""
        channel, _ = recipient_asked(request)
        wanted = request.query.get("q", "").strip().lower()
        everybody = self.desk.inbox.conversations()
        found = list(islice(chosen(everybody, channel=channel, wanted=wanted), RECIPIENTS + 1))
        shown = [
            {
                "channel": key[0],
                "to": message.to,
                "count": number,
                "seq": message.seq,
                "at": message.at.isoformat(timespec="milliseconds"),
                "snippet": snippet(message),
            }
            for key, message, number in found[:RECIPIENTS]
        ]
        return json_answer({"recipients": shown, "total": len(everybody), "more": len(found) > RECIPIENTS})

    async def stats(self, _request: web.Request) -> web.Response:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return json_answer({"at": now, **self.desk.counts.as_dict()})

    async def read_faults(self, _request: web.Request) -> web.Response:
        return json_answer(self.desk.faults.as_dict())

    async def set_faults(self, request: web.Request) -> web.Response:
        """Those named are set, the others stay."""
        try:
            values = json.loads(await request.text())
            if not isinstance(values, dict):
                raise ValueError("a JSON object is needed")
            self.desk.faults.change(values)
        except ValueError as error:
            return json_answer({"error": str(error)}, status=400)
        return json_answer(self.desk.faults.as_dict())


def recipient_asked(request: web.Request) -> tuple[str, str]:
    channel, to = request.query.get("channel", ""), request.query.get("to", "")
    if channel not in ("", *CHANNELS):
        raise web.HTTPBadRequest(text=f"channel: one of {', '.join(CHANNELS)}")
    # A plus sign that was not escaped arrives as a space.
    return channel, "+" + to.strip() if to.startswith(" ") else to


def number_asked(request: web.Request, *, name: str, default: int, highest: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isascii() or not text.isdecimal():
        raise web.HTTPBadRequest(text=f"{name}: a whole number is needed")
    return min(int(text), highest)


def chosen(
    everybody: Iterable[tuple[Key, Message, int]], *, channel: str, wanted: str
) -> Iterator[tuple[Key, Message, int]]:
    for place, (key, message, number) in enumerate(everybody):
        if channel and key[0] != channel:
            continue
        if wanted in key[1].lower() or (place < READ_FOR_SEARCH and wanted in words_of(message)):
            yield key, message, number


def words_of(message: Message) -> str:
    shown = message.content.show()
    return f"{shown.subject}\n{shown.text}".lower()


def snippet(message: Message) -> str:
    shown = message.content.show()
    on_card = " ".join(value for _, value in shown.fields)
    words = on_card or shown.subject or shown.text
    return " ".join(words.split())[:80]


def as_json(message: Message) -> dict[str, Any]:
    shown = message.content.show()
    return {
        "seq": message.seq,
        "channel": message.channel,
        "to": message.to,
        "from": shown.sender,
        "at": message.at.isoformat(timespec="milliseconds"),
        "subject": shown.subject,
        "text": shown.text,
        "html": shown.html,
        "url": shown.url,
        "fields": [{"name": name, "value": value} for name, value in shown.fields],
        "links": shown.links,
        "reference": message.reference,
        "client_id": shown.client_id,
        "callback": shown.callback,
        "headers": shown.headers,
        "attachments": shown.attachments,
        "receipts": [
            {
                "status": receipt.status,
                "at": receipt.at.isoformat(timespec="milliseconds"),
                "http_status": receipt.http_status,
            }
            for receipt in message.receipts
        ],
    }
