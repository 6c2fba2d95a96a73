"""What stands in for the carriers: programs in C where the machine has them, else our own sink in Python.

nginx answers over HTTP at once and always the same; `smtp-sink`, of Debian's postfix package, takes mail. Neither
needs to be set up or started beforehand. A carrier with latency is always the sink in Python.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from hrnotify.processes import CHECKOUT, EmbeddedError, any_free_port, wait_until

# Debian keeps servers out of the path of everybody but root.
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
BACKLOG = 1000
READY_SECONDS = 20.0
PYTHON = "bench/sink.py"
NGINX = Template("""\
daemon off;
worker_processes 1;
pid $folder/nginx.pid;
error_log stderr error;
events { worker_connections 4096; }
http {
    access_log off;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    keepalive_requests 100000000;
    default_type application/json;
    server {
        listen 127.0.0.1:$port backlog=$backlog;
        location / { return 200 '{"accepted": true, "reference": "1"}'; }
        location ~ /Messages.json$$ { return 201 '{"sid": "SM00000000000000000000000000000001", "status": "queued"}'; }
        location ~ /stable_token$$ { return 200 '{"access_token": "token", "expires_in": 7200}'; }
        location ~ /message/template/send$$ { return 200 '{"errcode": 0, "errmsg": "ok", "msgid": 1}'; }
    }
}
""")


@dataclass(frozen=True)
class Sink:
    """Ports of the stand-ins for all carriers."""

    http: int
    smtp: int


def program(name: str) -> str | None:
    return shutil.which(name, path=PATH)


def programs_in_use() -> dict[str, str]:
    """Which stand-in answers over which protocol, for who reads the figures."""
    return {
        "http at 0 ms": "nginx" if program("nginx") else PYTHON,
        "http with latency": PYTHON,
        "smtp": "smtp-sink" if program("smtp-sink") else PYTHON,
    }


@contextmanager
def carriers(latency_ms: int) -> Iterator[Sink]:
    """The quickest stand-ins there are for this latency."""
    with ExitStack() as stack:
        ours = stack.enter_context(python_sink(latency_ms))
        http, smtp = ours.http, ours.smtp
        if not latency_ms and program("nginx"):
            http = stack.enter_context(nginx())
        if not latency_ms and program("smtp-sink"):
            smtp = stack.enter_context(smtp_sink())
        yield Sink(http, smtp)


@contextmanager
def python_sink(latency_ms: int) -> Iterator[Sink]:
    sink = Sink(any_free_port(), any_free_port())
    command = [sys.executable, "-m", "bench.sink", str(sink.http), str(sink.smtp), str(latency_ms)]
    with _running(command, port=sink.smtp):
        yield sink


@contextmanager
def nginx() -> Iterator[int]:
    """The port of an nginx of our own, with nothing of the machine's configuration."""
    port = any_free_port()
    with TemporaryDirectory(prefix="bench-nginx-") as folder:
        # Started by root, its worker runs as nobody, who must be able to write bodies here.
        Path(folder).chmod(0o755)
        configuration = Path(folder) / "nginx.conf"
        configuration.write_text(NGINX.substitute(folder=folder, port=port, backlog=BACKLOG))
        with _running(
            [str(program("nginx")), "-e", "stderr", "-p", folder, "-c", str(configuration)], port=port
        ):
            yield port


@contextmanager
def smtp_sink() -> Iterator[int]:
    port = any_free_port()
    # Root's sink must be told whose rights it should have.
    rights = ["-u", "nobody"] if os.geteuid() == 0 else []
    with _running(
        [str(program("smtp-sink")), *rights, "-t", "3600", f"127.0.0.1:{port}", str(BACKLOG)], port=port
    ):
        yield port


@contextmanager
def _running(command: Sequence[str], *, port: int) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=CHECKOUT)
    try:
        wait_until(lambda: process.poll() is not None or listens(port), seconds=READY_SECONDS)
        if process.poll() is not None or not listens(port):
            raise EmbeddedError(f"{Path(command[0]).name} does not start; its own words stand above.")
        yield
    finally:
        process.terminate()
        process.wait()


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def accounts(sink: Sink) -> dict[str, str]:
    """Made-up accounts at the sink. What `.env` could bring in besides is emptied: no real carrier is reached."""
    http = f"http://127.0.0.1:{sink.http}"
    return {
        "SMS_PROVIDERS": "twilio",
        "TWILIO_ACCOUNT_SID": "AC1",
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_FROM": "+15005550006",
        "TWILIO_MESSAGING_SERVICE_SID": "",
        "TWILIO_API_URL": http,
        "WECHAT_APP_ID": "wx1",
        "WECHAT_APP_SECRET": "secret",
        "WECHAT_TOKEN": "token",
        "WECHAT_API_URL": http,
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.smtp}",
        "EMAIL_BACKEND_ESP": "",
        "DEFAULT_FROM_EMAIL": "HR <hr@bank.example>",
        "BOUNCE_DOMAIN": "bounces.bank.example",
        "GATEWAY_URL": "",
        "ALIYUN_ACCESS_KEY_ID": "",
        "JPUSH_APP_KEY": "",
        "SENTRY_DSN": "",
    }
