"""A carrier that takes everything and costs next to nothing: HTTP and SMTP on two ports, with a latency if asked.

python -m bench.sink HTTP_PORT SMTP_PORT [LATENCY_MS]
"""

from __future__ import annotations

import asyncio
import sys
from itertools import count
from typing import cast

numbers = count(1)


class HttpSink(asyncio.Protocol):
    """Answers as the carrier whose address is asked; reads no more of a request than its length."""

    def __init__(self, latency: float) -> None:
        self.latency, self.buffer = latency, b""
        self.transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            length = end + 4 + _length(head)
            if len(self.buffer) < length:
                return
            self.buffer = self.buffer[length:]
            asyncio.get_running_loop().call_later(self.latency, self.answer, head.split(b" ", 2)[1])

    def answer(self, path: bytes) -> None:
        status, body = _body(path)
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        if self.transport and not self.transport.is_closing():
            self.transport.write(head.encode() + body)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def _body(path: bytes) -> tuple[str, bytes]:
    number = next(numbers)
    if b"/Messages.json" in path:
        return "201 Created", b'{"sid": "SM%032d", "status": "queued"}' % number
    if b"/stable_token" in path:
        return "200 OK", b'{"access_token": "token", "expires_in": 7200}'
    if b"/message/template/send" in path:
        return "200 OK", b'{"errcode": 0, "errmsg": "ok", "msgid": %d}' % number
    return "200 OK", b'{"accepted": true, "reference": "%d"}' % number


class SmtpSink(asyncio.Protocol):
    """As much of SMTP (RFC 5321) as a client needs to hand over mail after mail on one connection."""

    def __init__(self, latency: float) -> None:
        self.latency, self.buffer, self.in_mail = latency, b"", False
        self.transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.WriteTransport, transport)
        self.say(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            end = self.buffer.find(b"\r\n.\r\n" if self.in_mail else b"\r\n")
            if end < 0:
                return
            line, self.buffer = self.buffer[:end], self.buffer[end + (5 if self.in_mail else 2) :]
            if self.in_mail:
                self.in_mail = False
                asyncio.get_running_loop().call_later(self.latency, self.say, b"250 taken\r\n")
            else:
                self.command(line[:4].upper())

    def command(self, verb: bytes) -> None:
        self.in_mail = verb == b"DATA"
        self.say(b"354 go on\r\n" if self.in_mail else b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")

    def say(self, words: bytes) -> None:
        if self.transport and not self.transport.is_closing():
            self.transport.write(words)


async def serve(http_port: int, smtp_port: int, latency: float) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: HttpSink(latency), "127.0.0.1", http_port)
    await loop.create_server(lambda: SmtpSink(latency), "127.0.0.1", smtp_port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    latency_ms = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), latency_ms / 1000))
