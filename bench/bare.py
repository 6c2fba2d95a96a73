"""Requests and mails over kept connections, with nothing around them: jobs for `bench.crew`, without Django."""

from __future__ import annotations

import smtplib
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import local

import urllib3

BODY = b"x" * 400
# The size of a notice in text and HTML; a mail built beforehand costs its sender nothing but the sending.
MAIL = (
    b"From: HR <hr@bank.example>\r\nTo: person@example.com\r\nSubject: Welcome\r\n"
    b"Message-ID: <1@bank.example>\r\n\r\n" + b"\r\n".join([b"x" * 70] * 50) + b"\r\n"
)
SENDER, RECIPIENT = "hr@bank.example", "person@example.com"


@dataclass
class Posts:
    """Posts by urllib3, as many at once as there are threads."""

    port: int
    threads: int
    pool: urllib3.PoolManager = field(init=False)
    crew: ThreadPoolExecutor = field(init=False)

    def open(self) -> None:
        self.pool = urllib3.PoolManager(maxsize=self.threads, retries=False)
        self.crew = ThreadPoolExecutor(self.threads)

    def run(self, count: int) -> None:
        for _ in self.crew.map(self.send, range(count)):
            pass

    def send(self, _number: object) -> None:
        self.pool.request("POST", f"http://127.0.0.1:{self.port}/x", body=BODY)


@dataclass
class Mails:
    """Mails by smtplib, one connection for each thread."""

    port: int
    threads: int
    connections: local = field(init=False)
    crew: ThreadPoolExecutor = field(init=False)

    def open(self) -> None:
        self.connections = local()
        self.crew = ThreadPoolExecutor(self.threads)

    def run(self, count: int) -> None:
        for _ in self.crew.map(self.send, range(count)):
            pass

    def send(self, _number: object) -> None:
        if not hasattr(self.connections, "server"):
            self.connections.server = smtplib.SMTP("127.0.0.1", self.port)
        self.connections.server.sendmail(SENDER, RECIPIENT, MAIL)


@dataclass
class RawPosts:
    """HTTP without any library and without waiting for each answer: what a server can do at most.

    Requests go out in bunches on one connection, and their answers, all of one length, are only counted.
    """

    port: int
    bunch: int = 50
    connection: socket.socket = field(init=False)
    answer_bytes: int = field(init=False)

    def open(self) -> None:
        self.connection = socket.create_connection(("127.0.0.1", self.port))
        self.connection.sendall(self.request)
        self.answer_bytes = len(self.connection.recv(65536))

    @property
    def request(self) -> bytes:
        head = b"POST /Messages.json HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n" % len(BODY)
        return head + BODY

    def run(self, count: int) -> None:
        requests = self.request * self.bunch
        for _ in range(0, count, self.bunch):
            self.connection.sendall(requests)
            _take(self.connection, self.answer_bytes * self.bunch)


@dataclass
class RawMails:
    """SMTP without any library: one mail a bunch, on several connections in turns, answers only counted."""

    port: int
    together: int = 16
    connections: list[socket.socket] = field(init=False)

    def open(self) -> None:
        self.connections = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(self.together)]
        self._all(b"")
        self._all(b"EHLO bench\r\n")

    def run(self, count: int) -> None:
        for _ in range(0, count, self.together):
            self._all(b"MAIL FROM:<%s>\r\n" % SENDER.encode())
            self._all(b"RCPT TO:<%s>\r\n" % RECIPIENT.encode())
            self._all(b"DATA\r\n")
            self._all(MAIL + b".\r\n")

    def _all(self, words: bytes) -> None:
        """Say this on every connection, then read an answer on each."""
        for connection in self.connections:
            connection.sendall(words)
        for connection in self.connections:
            _read_answer(connection)


def _take(connection: socket.socket, missing: int) -> None:
    while missing > 0:
        got = len(connection.recv(min(missing, 1 << 16)))
        if not got:
            raise ConnectionError("the sink closed the connection")
        missing -= got


def _read_answer(connection: socket.socket) -> None:
    """To the last line of an answer: a space after its code, not a hyphen (RFC 5321, 4.2.1)."""
    answer = b""
    while not (answer.endswith(b"\r\n") and answer.split(b"\r\n")[-2][3:4] == b" "):
        part = connection.recv(65536)
        if not part:
            raise ConnectionError("the sink closed the connection")
        answer += part
