"""A mail service: Mailgun's API for sending, and its signed webhooks for what became of each mail.

Source: Mailgun documentation, "Messages" (POST /v3/{domain}/messages) and "Webhooks" (payloads, securing them).
"""

import hmac
import json
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any

from aiohttp import BasicAuth, web

from sandbox.answers import json_answer
from sandbox.desk import Desk, WebCarrier
from sandbox.inbox import Message, Shown
from sandbox.links import links_in_html, links_in_text
from sandbox.options import MailgunAccount, Options
from sandbox.receipts import Post, Step

NAME = "mailgun"
CHANNEL = "email"
NEEDED = ("from", "to", "subject", "text")
NOT_A_MAILBOX = "to parameter is not a valid address. please check documentation"

MAGIC = (
    ("bounce…@", "400, not a valid address"),
    ("undeliverable…@", "accepted, then failed for good: 550 5.1.1"),
    ("full…@", "accepted, then failed for good: 552 5.2.2"),
    ("suppressed…@", "accepted, then not even tried: it has bounced before"),
    ("delayed…@", "accepted, then failed for now (421 4.4.1), then delivered"),
    ("complains…@", "delivered, then complained of"),
    ("scanned…@", "delivered, then opened and clicked within a moment, by a scanner"),
    ("silent…@", "accepted, never a report"),
)
DELIVERED: dict[str, Any] = {
    "event": "delivered",
    "delivery-status": {"code": 250, "message": "OK", "description": ""},
}
NO_SUCH_USER: dict[str, Any] = {
    "event": "failed",
    "severity": "permanent",
    "reason": "bounce",
    "delivery-status": {"code": 550, "enhanced-code": "5.1.1", "message": "5.1.1 No such user here"},
}
FULL: dict[str, Any] = {
    "event": "failed",
    "severity": "permanent",
    "reason": "bounce",
    "delivery-status": {"code": 552, "enhanced-code": "5.2.2", "message": "5.2.2 Mailbox full"},
}
SUPPRESSED: dict[str, Any] = {
    "event": "failed",
    "severity": "permanent",
    "reason": "suppress-bounce",
    "delivery-status": {
        "code": 605,
        "message": "",
        "description": "Not delivering to previously bounced address",
    },
}
FOR_NOW: dict[str, Any] = {
    "event": "failed",
    "severity": "temporary",
    "reason": "generic",
    "delivery-status": {"code": 421, "message": "4.4.1 Connection timed out", "retry-seconds": 600},
}
COMPLAINED: dict[str, Any] = {"event": "complained"}
SCANNED: tuple[dict[str, Any], ...] = (
    {"event": "opened", "client-info": {"client-type": "robot", "user-agent": "a scanner"}},
    {"event": "clicked", "client-info": {"client-type": "robot", "user-agent": "a scanner"}},
)
FATES: dict[str, tuple[dict[str, Any], ...]] = {
    "undeliverable": (NO_SUCH_USER,),
    "full": (FULL,),
    "suppressed": (SUPPRESSED,),
    "delayed": (FOR_NOW, DELIVERED),
    "complains": (DELIVERED, COMPLAINED),
    "scanned": (DELIVERED, *SCANNED),
    "silent": (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The fields of the request; those that begin with `h:` are headers, with `v:` come back in each report."""

    fields: Mapping[str, str]

    @property
    def size(self) -> int:
        return 2 * sum(map(len, self.fields.values())) + 600

    def beginning(self, mark: str) -> dict[str, str]:
        return {name[len(mark) :]: value for name, value in self.fields.items() if name.startswith(mark)}

    def show(self) -> Shown:
        html, text = self.fields.get("html", ""), self.fields["text"]
        headers = self.beginning("h:")
        return Shown(
            subject=self.fields["subject"],
            sender=self.fields["from"],
            client_id=headers.get("Message-Id"),
            text=text,
            html=html,
            links=links_in_html(html) if html else links_in_text(text),
            headers={**headers, **self.beginning("o:")},
        )


class Refused(Exception):
    """Answered as Mailgun does: a status and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message

    def answer(self) -> web.Response:
        answer = json_answer({"message": self.message}, status=self.status)
        if self.status == 429:
            answer.headers["Retry-After"] = "1"
        return answer


TEMPORARY = ((500, "Internal Server Error"), (503, "Service Unavailable"), (429, "Too Many Requests"))


def build(*, options: Options, desk: Desk) -> "Mailgun | None":
    return Mailgun(account=options.mailgun, desk=desk) if options.mailgun else None


class Mailgun(WebCarrier):
    name = NAME

    def __init__(self, *, account: MailgunAccount, desk: Desk) -> None:
        self.account = account
        self.desk = desk

    def routes(self) -> Iterable[web.RouteDef]:
        return (web.post("/v3/{domain}/messages", self.answered),)

    async def answered(self, request: web.Request) -> web.Response:
        self.desk.counts.add(CHANNEL, "requests")
        try:
            self.check_login(request)
            await self.desk.faults.answer_slowly()
            if self.desk.faults.carrier_fails():
                self.desk.counts.add(CHANNEL, "faulted")
                return Refused(*secrets.choice(TEMPORARY)).answer()
            return await self.take(await read_form(request))
        except Refused as refused:
            self.desk.counts.add(CHANNEL, "refused")
            return refused.answer()

    def check_login(self, request: web.Request) -> None:
        expected = BasicAuth("api", self.account.api_key).encode()
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected.encode()):
            raise Refused(401, "Forbidden")
        if self.account.domain and request.match_info["domain"] != self.account.domain:
            raise Refused(404, f"Domain not found: {request.match_info['domain']}")

    async def take(self, form: Mapping[str, str]) -> web.Response:
        """No key against doubling, as at Mailgun: what comes twice is sent twice."""
        if missing := next((name for name in NEEDED if not form.get(name)), ""):
            raise Refused(400, f"{missing} parameter is missing")
        if "," in form["to"] or "@" not in form["to"] or form["to"].lower().startswith("bounce"):
            raise Refused(400, NOT_A_MAILBOX)
        reference = (
            form.get("h:Message-Id") or f"<{secrets.token_hex(12)}@{self.account.domain or 'mailgun'}>"
        )
        self.accept(Letter(fields=form), reference=reference)
        await self.desk.perhaps_never_answer(CHANNEL)
        return json_answer({"id": reference, "message": "Queued. Thank you."})

    def accept(self, letter: Letter, *, reference: str) -> None:
        to = letter.fields["to"]
        message = self.desk.inbox.keep(channel=CHANNEL, to=to, reference=reference, content=letter)
        self.desk.counts.add(CHANNEL, "kept")
        if self.account.callback:
            self.desk.receipts.send_back(message=message, steps=list(self.steps(message, letter)))

    def steps(self, message: Message, letter: Letter) -> Iterable[Step]:
        for fate in fates(message.to):
            event = {**told(message, letter), **fate}
            yield Step(status=str(fate["event"]), build=partial(self.signed, event))

    def signed(self, event: Mapping[str, Any]) -> Post:
        """Each try has a signature of its own; it covers the time and the token, not the event."""
        timestamp, token = str(int(time.time())), secrets.token_hex(25)
        key = self.account.signing_key.encode()
        signature = {
            "timestamp": timestamp,
            "token": token,
            "signature": hmac.new(key, f"{timestamp}{token}".encode(), sha256).hexdigest(),
        }
        body = json.dumps({"signature": signature, "event-data": event}).encode()
        return Post(url=self.account.callback, headers={"Content-Type": "application/json"}, body=body)


def fates(to: str) -> tuple[dict[str, Any], ...]:
    found = (fate for beginning, fate in FATES.items() if to.lower().startswith(beginning))
    return next(found, (DELIVERED,))


def told(message: Message, letter: Letter) -> dict[str, Any]:
    """What every event says of its mail; Mailgun writes the Message-ID without its brackets."""
    return {
        "id": secrets.token_urlsafe(16),
        "timestamp": time.time(),
        "recipient": message.to,
        "message": {"headers": {"message-id": message.reference.strip("<>"), "to": message.to}},
        "user-variables": letter.beginning("v:"),
        "tags": [],
    }


async def read_form(request: web.Request) -> dict[str, str]:
    """Multipart or not; a field that comes twice keeps its last value."""
    form = await request.post()
    return {name: value for name, value in form.items() if isinstance(value, str)}
