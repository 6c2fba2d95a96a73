"""The bank's own SMS gateway, as docs/carriers.md defines it: signed both ways by Standard Webhooks."""

import json
import re
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aiohttp import web
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from sandbox.answers import json_answer
from sandbox.desk import Desk, WebCarrier
from sandbox.inbox import Shown
from sandbox.links import links_in_text
from sandbox.options import GatewayAccount, Options
from sandbox.receipts import Post, Step

NAME = "gateway"
CHANNEL = "sms"
E164 = re.compile(r"\+[1-9]\d{6,14}")
RETRY_AFTER = "2"  # seconds, as a header

MAGIC = (
    ("+…0001", "400 bad_number"),
    ("+…0002", "accepted: false, opted_out"),
    ("+…0003", "accepted, then failed: out_of_reach"),
    ("+…0004", "accepted, then failed: blocked"),
    ("+…0005", "accepted, never a report"),
)
FATES = {"0003": "out_of_reach", "0004": "blocked"}
SILENT = "0005"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    ours: str
    sign: str
    body: str

    @property
    def size(self) -> int:
        return 2 * len(self.body) + 400

    def show(self) -> Shown:
        return Shown(text=self.body, sender=self.sign, client_id=self.ours, links=links_in_text(self.body))


class Refused(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code

    def answer(self) -> web.Response:
        return json_answer({"accepted": False, "code": self.code}, status=self.status)


def build(*, options: Options, desk: Desk) -> "Gateway | None":
    return Gateway(account=options.gateway, desk=desk) if options.gateway else None


class Gateway(WebCarrier):
    name = NAME

    def __init__(self, *, account: GatewayAccount, desk: Desk) -> None:
        self.account = account
        self.desk = desk
        self.webhook = Webhook(account.secret)
        self._sent: dict[str, str] = {}

    def routes(self) -> Iterable[web.RouteDef]:
        return (web.post("/gateway/sms", self.answered),)

    async def answered(self, request: web.Request) -> web.Response:
        self.desk.counts.add(CHANNEL, "requests")
        try:
            body = self.verified(request, await request.read())
            await self.desk.faults.answer_slowly()
            if self.desk.faults.carrier_fails():
                self.desk.counts.add(CHANNEL, "faulted")
                return temporary_failure()
            return await self.take(body)
        except Refused as refused:
            self.desk.counts.add(CHANNEL, "refused")
            return refused.answer()

    def verified(self, request: web.Request, body: bytes) -> bytes:
        try:
            self.webhook.verify(body, dict(request.headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            raise Refused(401, "signature") from None
        return body

    async def take(self, body: bytes) -> web.Response:
        asked = message_of(body)
        reference = self._sent.get(asked["id"])
        if reference is None:
            reference = self.accept(asked)
            await self.desk.perhaps_never_answer(CHANNEL)
        else:
            self.desk.counts.add(CHANNEL, "repeats")
        return json_answer({"accepted": True, "reference": reference})

    def accept(self, asked: Mapping[str, str]) -> str:
        reference = f"G{secrets.token_hex(10)}"
        text = Text(ours=asked["id"], sign=asked["sign"], body=asked["text"])
        message = self.desk.inbox.keep(channel=CHANNEL, to=asked["to"], reference=reference, content=text)
        self.desk.counts.add(CHANNEL, "kept")
        self._sent[asked["id"]] = reference
        if self.account.callback and not asked["to"].endswith(SILENT):
            code = FATES.get(asked["to"][-4:], "")
            report = {
                "id": text.ours,
                "status": "failed" if code else "delivered",
                "code": code,
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
            }
            step = Step(status=report["status"], build=partial(self.signed_report, report))
            self.desk.receipts.send_back(message=message, steps=[step])
        return reference

    def signed_report(self, report: Mapping[str, str]) -> Post:
        body, at, delivery = json.dumps(report), datetime.now(UTC), f"msg_{uuid.uuid4().hex}"
        headers = {
            "Content-Type": "application/json",
            "webhook-id": delivery,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self.webhook.sign(delivery, at, body),
        }
        return Post(url=self.account.callback, headers=headers, body=body.encode())


def message_of(body: bytes) -> dict[str, str]:
    """`id`, `to`, `text` and `sign`, or Refused."""
    try:
        told: Any = json.loads(body)
    except ValueError:
        raise Refused(400, "bad_request") from None
    names = ("id", "to", "text", "sign")
    if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in names):
        raise Refused(400, "bad_request")
    if not told["text"]:
        raise Refused(422, "bad_text")
    if not E164.fullmatch(told["to"]) or told["to"].endswith("0001"):
        raise Refused(400, "bad_number")
    if told["to"].endswith("0002"):
        raise Refused(200, "opted_out")
    return {name: told[name] for name in names}


def temporary_failure() -> web.Response:
    """500, or busy with a time to come back."""
    if secrets.randbelow(2):
        return web.Response(status=500, text="Internal Server Error")
    answer = json_answer({"accepted": False, "code": "busy"}, status=429)
    answer.headers["Retry-After"] = RETRY_AFTER
    return answer
