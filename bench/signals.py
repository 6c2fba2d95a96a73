"""Signals in: signed results over HTTP, singly and by batch, until every one is answered.

The web server is the product's own; worker and beat do not run, so that the figure is what comes in and nothing else.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import connection
from standardwebhooks import Webhook

from bench.carriers import listens, python_sink
from bench.figures import Figure
from bench.minimal_view import CREATE, TABLE
from candidates.models import Candidate, InterviewSource, Offer, Signal
from hrnotify.processes import CHECKOUT, any_free_port, wait_until
from hrnotify.stack import web_command
from notifications.models import Message
from tracking.models import Event, Progress

RUNS, SINGLES, BATCHES, BATCH = 5, 3000, 10, 1000
OLD = 2  # batches that are there before
WEB_WORKERS, WEB_THREADS = 2, 16
SINGLE_CONNECTIONS, BATCH_CONNECTIONS = 32, 4
ADDRESS = "/api/v1/interview-results/ai-interview"
BRANCHES = ("BJ-CBD", "BJ-ZGC", "SH-LJZ", "SH-XH", "GD-TH", "GD-NS")
TABLES = (Message, Event, Progress, Signal, Offer, Candidate)
CARRIERS = {
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": "+15005550006",
    "EMAIL_URL": "smtp://127.0.0.1:9",
    "DEFAULT_FROM_EMAIL": "HR <hr@bank.example>",
}


def figures() -> Iterator[Figure]:
    ceiling = _ceiling()
    secret = _unlimited_source()
    with (
        _web("bench.minimal_view:application", FLOOR_SECRET=secret) as minimal,
        _web("hrnotify.wsgi:application", **CARRIERS) as port,
    ):
        # In turns, so that whatever else the machine does meets all three.
        runs = [
            (_floor(minimal, secret), _singles(port, secret), _batches(port, secret)) for _ in range(RUNS)
        ]
    floor, singles, batches = map(statistics.median, zip(*runs, strict=True))
    note = f"floor: a minimal view, signature and one row; the client alone makes {ceiling:,.0f} requests/s"
    yield Figure("results in, one a request", singles, "/s", "≥ 1,000/s", floor, note)
    yield Figure(
        f"results in, {BATCH:,} a request",
        batches,
        "/s",
        "≥ 5,000/s",
        floor,
        "floor: the same, one a request",
    )


def _unlimited_source() -> str:
    """The sample source's secret; its requests are not counted out."""
    InterviewSource.objects.filter(slug="ai-interview").update(requests_per_minute=10_000_000)
    return InterviewSource.objects.get(slug="ai-interview").secret


# --- What is measured ----------------------------------------------------------------------------
def _singles(port: int, secret: str) -> float:
    _start_anew(port, secret)
    bodies = (_encoded(_result(number)) for number in range(SINGLES))
    requests = [_request(ADDRESS, body, secret) for body in bodies]
    seconds = _post_all(port, requests, connections=SINGLE_CONNECTIONS)
    _must_be_planned(SINGLES)
    return SINGLES / seconds


def _batches(port: int, secret: str) -> float:
    _start_anew(port, secret)
    requests = _batch_requests(range(BATCHES * BATCH), secret)
    seconds = _post_all(port, requests, connections=BATCH_CONNECTIONS)
    _must_be_planned(BATCHES * BATCH)
    return BATCHES * BATCH / seconds


def _batch_requests(numbers: range, secret: str) -> list[bytes]:
    results = [_result(number) for number in numbers]
    bodies = (
        _encoded({"results": results[start : start + BATCH]}) for start in range(0, len(results), BATCH)
    )
    return [_request(f"{ADDRESS}/batch", body, secret) for body in bodies]


def _start_anew(port: int, secret: str) -> None:
    """A few old results, looked over: no database in use plans its questions as if the tables were empty."""
    _empty_tables()
    _post_all(port, _batch_requests(range(-OLD * BATCH, 0), secret), connections=1)
    with connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f"ANALYZE {model._meta.db_table}")


def _floor(port: int, secret: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        cursor.execute(f"TRUNCATE {TABLE}")
    requests = [_request("/take", _encoded(_result(number)), secret) for number in range(SINGLES)]
    return SINGLES / _post_all(port, requests, connections=SINGLE_CONNECTIONS)


def _ceiling() -> float:
    """Requests a second that the client makes where answering costs next to nothing."""
    with python_sink(0) as carrier:
        requests = [_request("/x", b"x" * 700, "whsec_AAAA")] * SINGLES
        return SINGLES / _post_all(carrier.http, requests, connections=SINGLE_CONNECTIONS)


def _must_be_planned(count: int) -> None:
    """A figure counts only if everything was kept and planned, once."""
    kept = {model.__name__: model._default_manager.count() - OLD * BATCH for model in TABLES}
    if set(kept.values()) != {count}:
        raise RuntimeError(f"{count} results came in, and kept were {kept}")


def _empty_tables() -> None:
    tables = ", ".join(model._meta.db_table for model in TABLES)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} CASCADE")


# --- The interview platform ----------------------------------------------------------------------
def _result(number: int) -> dict[str, object]:
    """A result as it comes, of another person each time; negative numbers for those of before."""
    first_day = datetime.now(UTC) + timedelta(days=14)
    candidate = {
        "name": f"王{chr(0x4E00 + number % 5000)}{chr(0x5E00 + number // 5000 % 5000)}",
        "phone": f"+86138{number % 10**8:08d}",
        "email": f"person{number}@example.com",
        "id_number": f"E{number % 10**8:08d}",
        "category": "campus",
        "wechat_openid": None,
        "push_id": None,
        "preferred_channels": ["sms", "email"],
        "style": "concise",
        "language": "zh-hans",
    }
    data = {
        "interview_id": f"AI-{number}",
        "score": 86.5,
        "result": "passed",
        "candidate": candidate,
        "position": {"code": "TELLER", "title": "综合柜员"},
        "branch": BRANCHES[number % len(BRANCHES)],
        "onboarding_at": first_day.isoformat(timespec="seconds"),
    }
    return {"type": "interview.completed", "timestamp": datetime.now(UTC).isoformat(), "data": data}


def _encoded(payload: object) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()


def _request(address: str, body: bytes, secret: str) -> bytes:
    """A whole signed request as bytes, so that sending it costs next to nothing."""
    delivery, moment = f"msg_{uuid4().hex}", datetime.now(UTC)
    head = [
        f"POST {address} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"webhook-id: {delivery}",
        f"webhook-timestamp: {int(moment.timestamp())}",
        f"webhook-signature: {Webhook(secret).sign(delivery, moment, body.decode())}",
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def _post_all(port: int, requests: Sequence[bytes], *, connections: int) -> float:
    """Seconds until all are answered with 202, over so many kept connections at once."""
    failures: list[Exception] = []
    shares = [requests[first::connections] for first in range(connections)]
    threads = [threading.Thread(target=_post_share, args=(port, share, failures)) for share in shares]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return time.perf_counter() - started


def _post_share(port: int, requests: Sequence[bytes], failures: list[Exception]) -> None:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for request in requests:
                client.sendall(request)
                _read_answer(client)
    except (OSError, RuntimeError) as error:
        failures.append(error)


def _read_answer(client: socket.socket) -> None:
    """Raises RuntimeError for an answer that is not a success."""
    received = client.recv(65536)
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _more(client)
    if not received.startswith(b"HTTP/1.1 20"):
        raise RuntimeError(received[:2000].decode(errors="replace"))
    left = end + 4 + _length(received[:end]) - len(received)
    while left > 0:
        left -= len(_more(client))


def _more(client: socket.socket) -> bytes:
    received = client.recv(65536)
    if not received:
        raise RuntimeError("the server has closed the connection")
    return received


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0] or 0)


# --- The web server ------------------------------------------------------------------------------
@contextmanager
def _web(application: str, **variables: str) -> Iterator[int]:
    """A web server as the product's is started, for this WSGI application; its port."""
    port = any_free_port()
    command = [*web_command(port=port, workers=WEB_WORKERS, threads=WEB_THREADS)[:-1], application]
    environment = {**os.environ, "DATABASE_URL": settings.DATABASE_URL, **variables}
    process = subprocess.Popen(command, cwd=CHECKOUT, env=environment)
    try:
        if not wait_until(lambda: listens(port), seconds=60):
            raise RuntimeError("the web server does not come up")
        yield port
    finally:
        process.terminate()
        process.wait()
