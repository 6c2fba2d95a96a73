"""The interview platform: results signed beforehand, and sent over kept connections at next to no cost."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from standardwebhooks import Webhook

from bench.figures import NotMeasured
from bench.rows import BRANCH
from candidates.models import Channel, InterviewSource
from notifications.sample.load import SOURCE_SLUG

CONNECTIONS = 8
TAKEN = (b"HTTP/1.1 202", b"HTTP/1.1 200")
CHANNELS = (Channel.SMS, Channel.WECHAT, Channel.EMAIL)
# More than anything here sends; the product would rightly turn away a source that is faster than agreed.
ANY_PACE = 100_000_000


def source() -> InterviewSource:
    """The sample bank's own platform, at whatever pace it likes."""
    InterviewSource.objects.filter(slug=SOURCE_SLUG).update(requests_per_minute=ANY_PACE)
    return InterviewSource.objects.get(slug=SOURCE_SLUG)


def result(number: int, *, channels: Sequence[Channel] = CHANNELS) -> dict[str, Any]:
    """A person passed; preferred channels take turns by the person's number."""
    now = datetime.now(UTC)
    return {
        "type": "interview.completed",
        "timestamp": now.isoformat(),
        "data": {
            "interview_id": f"AI-{number}",
            "score": 86.5,
            "result": "passed",
            "candidate": {
                "name": "王小明",
                "phone": f"+86138{number:08d}",
                "email": f"person{number}@example.com",
                "wechat_openid": f"openid{number}",
                "category": "campus",
                "preferred_channels": [channels[number % len(channels)]],
                "style": "detailed",
                "language": "zh-hans",
            },
            "position": {"code": "TELLER", "title": "综合柜员"},
            "branch": BRANCH,
            "onboarding_at": (now + timedelta(days=14)).isoformat(),
        },
    }


class Signer:
    """Whole requests, from the first line to the end of the body."""

    def __init__(self, source: InterviewSource, *, run: str) -> None:
        """`run` makes the deliveries of one run other ones than those of the run before."""
        self.address, self.run = f"/api/v1/interview-results/{source.slug}", run
        self.webhook = Webhook(source.secret)

    def single(self, number: int, *, channels: Sequence[Channel] = CHANNELS) -> bytes:
        return self._request(f"{self.run}-{number}", "", result(number, channels=channels))

    def batch(self, numbers: Sequence[int]) -> bytes:
        results = {"results": [result(number) for number in numbers]}
        return self._request(f"{self.run}-batch-{numbers[0]}", "/batch", results)

    def _request(self, delivery: str, tail: str, payload: dict[str, Any]) -> bytes:
        text, now = json.dumps(payload, ensure_ascii=False), datetime.now(UTC)
        body = text.encode()
        head = (
            f"POST {self.address}{tail} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"webhook-id: {delivery}\r\nwebhook-timestamp: {int(now.timestamp())}\r\n"
            f"webhook-signature: {self.webhook.sign(delivery, now, text)}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


class Line:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=60)

    def send(self, request: bytes) -> None:
        """Raises NotMeasured."""
        self.connection.sendall(request)
        head, _, body = self._read_head().partition(b"\r\n\r\n")
        missing = _length(head) - len(body)
        while missing > 0:
            body += self._read()
            missing = _length(head) - len(body)
        if not head.startswith(TAKEN) or b'"refused"' in body:
            raise NotMeasured(f"{head.splitlines()[0].decode()}: {body[:300].decode(errors='replace')}")

    def _read_head(self) -> bytes:
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._read()
        return answer

    def _read(self) -> bytes:
        if not (part := self.connection.recv(65536)):
            raise NotMeasured("the web server closed the connection")
        return part


def send_all(requests: Sequence[bytes], *, port: int) -> None:
    """Over a few connections at once, each its share. Raises NotMeasured."""
    shares = [requests[start::CONNECTIONS] for start in range(CONNECTIONS)]
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        for _ in threads.map(_send_share, shares, [port] * CONNECTIONS):
            pass


def _send_share(requests: Sequence[bytes], port: int) -> None:
    if requests:
        line = Line(port)
        for request in requests:
            line.send(request)
        line.connection.close()


def _length(head: bytes) -> int:
    for name, _, value in (row.partition(b":") for row in head.split(b"\r\n")):
        if name.lower() == b"content-length":
            return int(value)
    raise NotMeasured("an answer without a length")
