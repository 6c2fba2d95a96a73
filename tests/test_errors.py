"""What a Sentry server gets to know. The product runs as a process of its own: the reporter takes hold of it whole."""

import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hrnotify.processes import CHECKOUT

PHONE, KEY = "13800138000", "K" * 32
# A request that fails with a key in its address, and an error whose text repeats a person's data.
FAILING = f"""
import django, sentry_sdk
django.setup()
from django.test import Client
import portal.keys
portal.keys.PageToken = None
assert Client(raise_request_exception=False).get("/n/{KEY}/").status_code == 500
try:
    raise ValueError("no such number: {PHONE}")
except ValueError as error:
    sentry_sdk.capture_exception(error)
sentry_sdk.flush(5)
"""


class Sentry(ThreadingHTTPServer):
    heard: list[str]


class Handler(BaseHTTPRequestHandler):
    server: Sentry

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        packed = self.headers.get("Content-Encoding") == "gzip"
        self.server.heard.append((gzip.decompress(body) if packed else body).decode())
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def sentry() -> Iterator[Sentry]:
    server = Sentry(("127.0.0.1", 0), Handler)
    server.heard = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_errors_are_reported_without_the_persons_they_were_about(sentry: Sentry) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "hrnotify.settings",
        "SENTRY_DSN": f"http://key@127.0.0.1:{sentry.server_port}/1",
    }
    subprocess.run([sys.executable, "-c", FAILING], cwd=CHECKOUT, env=environment, check=True, timeout=60)
    reports = [text for text in sentry.heard if '"exception"' in text]
    assert len(reports) == 2
    assert "AttributeError" in reports[0]
    assert "ValueError" in reports[1]
    assert not any(secret in report for secret in (PHONE, KEY) for report in reports)
