"""A mail server: SMTP with 8BITMIME, SMTPUTF8 and SIZE. Keeps what it gets and delivers nothing.

Told an address for it, it also hands in what comes back to the return path, as a mail server's pipe does.
"""

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.carriers.letter import read_letter
from sandbox.carriers.mail_back import Returned, header_of, mail_back
from sandbox.desk import Desk
from sandbox.inbox import Message, Shown
from sandbox.options import HOST, Options
from sandbox.receipts import Post, Step

NAME = "smtp"
CHANNEL = "email"
REMEMBER_GREYLISTED = 100_000

MAGIC = (
    ("bounce…@", "550 5.1.1 at RCPT"),
    ("greylist…@", "451 4.7.1 the first time, then accepted"),
    ("full…@", "452 4.2.2 at RCPT"),
    ("undeliverable…@", "accepted, later a bounce 5.1.1"),
    ("oldbounce…@", "accepted, later a bounce as qmail writes it"),
    ("delayed…@", "accepted, later a notice of delay 4.4.1"),
    ("away…@", "accepted, later an auto-reply"),
    ("complains…@", "accepted, later a complaint (ARF)"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The letter as it came, unread: parsing costs more than receiving."""

    raw: bytes

    @property
    def size(self) -> int:
        return len(self.raw)

    def show(self) -> Shown:
        return read_letter(self.raw)


def build(*, options: Options, desk: Desk) -> "MailServer":
    return MailServer(port=options.smtp_port, desk=desk, bounce_callback=options.bounce_callback)


class MailServer:
    name = NAME

    def __init__(self, *, port: int, desk: Desk, bounce_callback: str) -> None:
        self.port = port
        self.desk = desk
        self.bounce_callback = bounce_callback
        self.address = ""
        self._server: asyncio.Server | None = None
        self._connections: set[Connection] = set()

    def routes(self) -> Iterable[web.RouteDef]:
        return ()

    async def start(self) -> None:
        # It reports every line it reads; the inbox is the better place to look.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        loop = asyncio.get_running_loop()
        handler = Handler(desk=self.desk, bounce_callback=self.bounce_callback)
        self._server = await loop.create_server(
            lambda: Connection(handler, desk=self.desk, open_now=self._connections), HOST, self.port
        )
        self.address = f"smtp://{HOST}:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._server:
            self._server.close()
        for connection in tuple(self._connections):
            connection.hang_up()


class Connection(SMTP):
    """Counts itself, as a product that reconnects for every mail is slow at a real server too."""

    def __init__(self, handler: "Handler", *, desk: Desk, open_now: "set[Connection]") -> None:
        super().__init__(
            handler,
            enable_SMTPUTF8=True,
            hostname="sandbox.localhost",
            ident="sandbox",
            loop=asyncio.get_running_loop(),
        )
        self._desk = desk
        self._open_now = open_now

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._desk.counts.add(CHANNEL, "connections")
        self._open_now.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._open_now.discard(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()


class Handler:
    """The hooks' names and order of arguments are aiosmtpd's."""

    def __init__(self, *, desk: Desk, bounce_callback: str) -> None:
        self.desk = desk
        self.bounce_callback = bounce_callback
        self._greylisted: OrderedDict[str, None] = OrderedDict()

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = self.refusal(address)
        if refusal:
            self.desk.counts.add(CHANNEL, "requests")
            self.desk.counts.add(CHANNEL, "refused")
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    def refusal(self, address: str) -> str:
        local = address.lower()
        if local.startswith("bounce"):
            return "550 5.1.1 No such user here"
        if local.startswith("full"):
            return "452 4.2.2 Mailbox full"
        if local.startswith("greylist") and self.is_new(local):
            return "451 4.7.1 Greylisted, please try again later"
        return ""

    def is_new(self, address: str) -> bool:
        if address in self._greylisted:
            return False
        self._greylisted[address] = None
        if len(self._greylisted) > REMEMBER_GREYLISTED:
            self._greylisted.popitem(last=False)
        return True

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.desk.counts.add(CHANNEL, "requests")
        await self.desk.faults.answer_slowly()
        if self.desk.faults.carrier_fails():
            self.desk.counts.add(CHANNEL, "faulted")
            return "451 4.3.0 Temporary failure, please try again"
        reference = self.keep(envelope)
        await self.desk.perhaps_never_answer(CHANNEL)
        return f"250 2.0.0 Ok: queued as {reference}"

    def keep(self, envelope: Envelope) -> str:
        queue_id = secrets.token_hex(6).upper()
        mail = Mail(raw=bytes(envelope.original_content or b""))
        for place, address in enumerate(envelope.rcpt_tos):
            reference = f"{queue_id}-{place}" if place else queue_id
            message = self.desk.inbox.keep(channel=CHANNEL, to=address, reference=reference, content=mail)
            self.desk.counts.add(CHANNEL, "kept")
            if self.bounce_callback:
                self.perhaps_send_back(message, sender=str(envelope.mail_from or ""), raw=mail.raw)
        return queue_id

    def perhaps_send_back(self, message: Message, *, sender: str, raw: bytes) -> None:
        found = mail_back(Returned(sender=sender, to=message.to, header=header_of(raw)))
        if found is None:
            return
        kind, body = found
        post = Post(url=self.bounce_callback, headers={"Content-Type": "message/rfc822"}, body=body)
        self.desk.receipts.send_back(message=message, steps=[Step(status=kind, build=lambda: post)])
