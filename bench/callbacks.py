"""Carriers' callbacks: receipts over HTTP until every one is answered, and then counted in the database.

The web server is the product's own; worker and beat do not run. Each answer means that the receipt is stored and its
message moved.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import random
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone
from uuid_utils.compat import uuid7

from bench.figures import Figure
from bench.minimal_view import CREATE, TABLE
from bench.rows import empty_tables, plan
from candidates.models import Channel
from hrnotify.processes import CHECKOUT, any_free_port, port_is_free, wait_until
from hrnotify.stack import web_command
from notifications.channels.sms_gateway.signature import signed_headers
from notifications.models import Message, Receipt
from notifications.states import State

RUNS, MESSAGES, IN_ONE_REQUEST = 5, 3000, 1000
WEB_WORKERS, WEB_THREADS = 2, 16  # as docker-compose starts it
CONNECTIONS = 32
SECRET = f"whsec_{base64.b64encode(b'the gateway of a benchmark').decode()}"
TOKEN, PUBLIC_URL = "token", "https://hr.bank.example"
CARRIERS = {
    "PUBLIC_URL": PUBLIC_URL,
    "ALLOWED_HOSTS": "127.0.0.1",
    "SMS_PROVIDERS": "twilio,gateway",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_FROM": "+15005550006",
    "GATEWAY_URL": "http://127.0.0.1:9/sms",
    "GATEWAY_SECRET": SECRET,
    "FLOOR_SECRET": SECRET,
}


def figures() -> Iterator[Figure]:
    with _web("bench.minimal_view:application") as port:
        floor = statistics.median(_floor(port) for _ in range(RUNS))
    note = "floor: a minimal view, the gateway's signature and one row"
    with _web("hrnotify.wsgi:application") as port:
        for name, carrier, count, made in (
            ("Twilio status callbacks in, two for each message", "twilio", 2 * MESSAGES, _twilio_callbacks),
            ("gateway reports in, one a request", "gateway", MESSAGES, _gateway_reports),
            (f"gateway reports in, {IN_ONE_REQUEST:,} a request", "gateway", MESSAGES, _gateway_batches),
        ):
            rates = [_rate(port, made(_messages(carrier)), count) for _ in range(RUNS)]
            aim = "" if made is _gateway_batches else "≥ 2,000/s"
            yield Figure(name, statistics.median(rates), "/s", aim, floor, note)


# --- What is measured ----------------------------------------------------------------------------
def _messages(carrier: str) -> list[UUID]:
    """So many messages, each with the carrier."""
    empty_tables()
    Receipt.objects.all().delete()
    plan(Channel.SMS, count=MESSAGES)
    Message.objects.update(state=State.ACCEPTED, provider=carrier, accepted_at=timezone.now())
    return list(Message.objects.values_list("pk", flat=True))


def _rate(port: int, requests: Sequence[bytes], receipts: int) -> float:
    """Receipts a second, all of them answered; counts only if every one is kept and every message has moved."""
    seconds = asyncio.run(_post_all(port, requests))
    kept, moved = Receipt.objects.count(), Message.objects.filter(state=State.DELIVERED).count()
    if (kept, moved) != (receipts, MESSAGES):
        raise RuntimeError(f"{receipts} receipts came in, {kept} were kept, and {moved} of {MESSAGES} moved")
    return receipts / seconds


def _floor(port: int) -> float:
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        cursor.execute(f"TRUNCATE {TABLE}")
    requests = [_gateway_request("/take", [uuid7()]) for _ in range(MESSAGES)]
    return MESSAGES / asyncio.run(_post_all(port, requests))


# --- The carriers --------------------------------------------------------------------------------
def _twilio_callbacks(messages: Sequence[UUID]) -> list[bytes]:
    """`sent` and `delivered` of each message, in no order."""
    requests = [_twilio_request(pk, word) for pk in messages for word in ("sent", "delivered")]
    random.Random(1).shuffle(requests)
    return requests


def _twilio_request(message: UUID, word: str) -> bytes:
    sid = f"SM{message.hex}"
    form = {
        "AccountSid": "AC1",
        "ApiVersion": "2010-04-01",
        "From": "+15005550006",
        "MessageSid": sid,
        "MessageStatus": word,
        "SmsSid": sid,
        "SmsStatus": word,
        "To": "+8613800138000",
    }
    path = f"/callbacks/twilio/{message}/"
    signed = PUBLIC_URL + path + "".join(name + form[name] for name in sorted(form))
    signature = base64.b64encode(hmac.digest(TOKEN.encode(), signed.encode(), hashlib.sha1)).decode()
    return _request(
        path,
        urlencode(form),
        {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature},
    )


def _gateway_reports(messages: Sequence[UUID]) -> list[bytes]:
    return [_gateway_request("/callbacks/gateway/", [pk]) for pk in messages]


def _gateway_batches(messages: Sequence[UUID]) -> list[bytes]:
    parts = [messages[first : first + IN_ONE_REQUEST] for first in range(0, len(messages), IN_ONE_REQUEST)]
    return [_gateway_request("/callbacks/gateway/", part) for part in parts]


def _gateway_request(path: str, messages: Sequence[UUID]) -> bytes:
    at = timezone.now().isoformat(timespec="seconds")
    reports = [{"id": str(pk), "status": "delivered", "code": "", "at": at} for pk in messages]
    body = json.dumps(reports if len(reports) > 1 else reports[0])
    signed = signed_headers(secret=SECRET, delivery=str(uuid7()), body=body)
    return _request(path, body, {"Content-Type": "application/json", **signed})


def _request(path: str, body: str, headers: dict[str, str]) -> bytes:
    """A whole request as bytes, so that sending it costs next to nothing."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", body]).encode()


# --- The client ----------------------------------------------------------------------------------
class _Line(asyncio.Protocol):
    """One kept connection; as soon as a request is answered, the next one follows."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self.requests, self.received = requests, b""
        self.transport: asyncio.Transport | None = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self.transport = transport
            self.next()

    def next(self) -> None:
        request = next(self.requests, None)
        if self.transport and request:
            self.transport.write(request)
        elif not self.ended.done():
            self.ended.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.received += data
        if not _is_whole(self.received):
            return
        answer, self.received = self.received, b""
        if not answer.startswith(b"HTTP/1.1 20"):
            self.ended.set_exception(RuntimeError(answer[:500].decode(errors="replace")))
        else:
            self.next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(exc or RuntimeError("the server has closed the connection"))


def _is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
    return bool(end) and len(body) >= int(length or 0)


async def _post_all(port: int, requests: Sequence[bytes]) -> float:
    """Seconds until all are answered with a success, over so many kept connections at once."""
    loop, left = asyncio.get_running_loop(), iter(requests)
    started = time.perf_counter()
    lines = [await loop.create_connection(lambda: _Line(left), "127.0.0.1", port) for _ in range(CONNECTIONS)]
    await asyncio.gather(*(line.ended for _, line in lines))
    seconds = time.perf_counter() - started
    for transport, _ in lines:
        transport.close()
    return seconds


# --- The web server ------------------------------------------------------------------------------
@contextmanager
def _web(application: str) -> Iterator[int]:
    """A web server as the product's is started, for this WSGI application; its port."""
    port = any_free_port()
    command = [*web_command(port=port, workers=WEB_WORKERS, threads=WEB_THREADS)[:-1], application]
    environment = {**os.environ, "DATABASE_URL": settings.DATABASE_URL, **CARRIERS}
    process = subprocess.Popen(command, cwd=CHECKOUT, env=environment)
    try:
        if not wait_until(lambda: not port_is_free(port), seconds=60):
            raise RuntimeError("the web server does not come up")
        yield port
    finally:
        process.terminate()
        process.wait()
