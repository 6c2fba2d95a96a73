"""A running sandbox, a listener for its receipts, and patience."""

import base64
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import urllib3

ROOT = Path(__file__).resolve().parents[2]
READY = re.compile(r"sandbox ready: (http://127\.0\.0\.1:\d+)/ .*smtp://127\.0\.0\.1:(\d+)")

TWILIO_SID = "AC" + "5a" * 16
TWILIO_TOKEN = "a token of the tests"
ALIYUN_KEY_ID = "LTAI-of-the-tests"
ALIYUN_KEY_SECRET = "a key of the tests"
ALIYUN_SIGN_NAME = "海岳银行"
ALIYUN_CALLBACK_SECRET = "an-sms-callback-of-the-tests"
GATEWAY_SECRET = "whsec_" + base64.b64encode(b"a gateway's secret of the tests").decode()
WECHAT_APP_ID = "wx00000000000000aa"
WECHAT_SECRET = "a secret of the tests"
WECHAT_TOKEN = "wechat-token-of-the-tests"
JPUSH_APP_KEY = "aa0000000000000000000000"
JPUSH_MASTER_SECRET = "a push secret of the tests"
BOUNCE_SECRET = "a-bounce-secret-of-the-tests"
JPUSH_CALLBACK_SECRET = "a-push-callback-of-the-tests"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

ACCOUNTS = {
    "TWILIO_ACCOUNT_SID": TWILIO_SID,
    "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
    "ALIYUN_ACCESS_KEY_ID": ALIYUN_KEY_ID,
    "ALIYUN_ACCESS_KEY_SECRET": ALIYUN_KEY_SECRET,
    "ALIYUN_SMS_SIGN_NAME": ALIYUN_SIGN_NAME,
    "GATEWAY_SECRET": GATEWAY_SECRET,
    "WECHAT_APP_ID": WECHAT_APP_ID,
    "WECHAT_APP_SECRET": WECHAT_SECRET,
    "WECHAT_TOKEN": WECHAT_TOKEN,
    "JPUSH_APP_KEY": JPUSH_APP_KEY,
    "JPUSH_MASTER_SECRET": JPUSH_MASTER_SECRET,
}
FAULTLESS = {
    "latency_ms": 0,
    "receipt_delay_ms": 20,
    "fail_rate": 0,
    "drop_receipts": 0,
    "duplicate_receipts": 0,
    "reorder_receipts": 0,
    "timeout_after_accept": 0,
}

T = TypeVar("T")


def eventually(probe: Callable[[], T], *, within: float = 10) -> T:
    """The first true answer of `probe`; fails after `within` seconds."""
    deadline = time.monotonic() + within
    while not (answer := probe()):
        assert time.monotonic() < deadline, f"not within {within} s; last answer: {answer!r}"
        time.sleep(0.02)
    return answer


@dataclass(kw_only=True)
class Sandbox:
    process: subprocess.Popen[str]
    url: str
    smtp_port: int
    http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False))

    def get(self, path: str, **query: str) -> Any:
        answer = self.http.request("GET", self.url + path, fields=query, timeout=10)
        assert answer.status == 200, answer.data
        return answer.json()

    def post(self, path: str, content: object, *, timeout: float = 10) -> urllib3.BaseHTTPResponse:
        return self.http.request("POST", self.url + path, json=content, timeout=timeout)

    def put(self, path: str, content: object) -> urllib3.BaseHTTPResponse:
        return self.http.request("PUT", self.url + path, json=content, timeout=10)

    def faults(self, **values: float) -> None:
        answer = self.post("/faults.json", values)
        assert answer.status == 200, answer.data

    def messages(self, **query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/inbox.json", **query)["messages"]
        return found

    def counts(self, channel: str) -> dict[str, int]:
        counted: dict[str, int] = self.get("/stats.json")[channel]
        return counted

    def settled(self) -> bool:
        """No receipt is under way any more."""
        stats = self.get("/stats.json")
        return not any(stats[channel]["receipts_pending"] for channel in ("sms", "email", "wechat", "push"))

    def reset(self) -> None:
        self.faults(**FAULTLESS)
        eventually(self.settled)
        self.http.request("DELETE", self.url + "/inbox.json", timeout=10)

    def stop(self) -> int:
        """Exit code after SIGTERM."""
        self.http.clear()
        self.process.terminate()
        try:
            return self.process.wait(timeout=10)
        finally:
            self.process.kill()
            assert self.process.stdout is not None
            self.process.stdout.close()


def start_sandbox(*options: str, environment: Mapping[str, str] = ACCOUNTS) -> Sandbox:
    """On free ports; returns once it says that it is ready."""
    clean = {name: value for name, value in os.environ.items() if name not in ACCOUNTS}
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0", "--receipt-delay-ms", "20", *options],
        cwd=ROOT,
        env={**clean, "WECHAT_AES_KEY": "", "SANDBOX_SMTP_PORT": "", **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    ready = READY.match(line)
    assert ready, f"no ready line: {line!r}"
    return Sandbox(process=process, url=ready[1], smtp_port=int(ready[2]))


@dataclass(frozen=True, kw_only=True)
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


class Listener:
    """Where receipts arrive. `answers`: (HTTP status, body) for the next ones; then 200 and what its carrier wants."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: list[tuple[int, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                content = '{"code":0}' if "/aliyun/" in self.path else "success"
                status, answer = listener.answers.pop(0) if listener.answers else (200, content)
                listener.requests.append(
                    Request(path=self.path, headers=dict(self.headers.items()), body=body)
                )
                self.send_response(status)
                self.end_headers()
                self.wfile.write(answer.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Silent."""

        return Handler

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
