import socket
import subprocess
import sys
import time

import pytest

from tests.sandbox.running import (
    ACCOUNTS,
    ROOT,
    WECHAT_APP_ID,
    WECHAT_SECRET,
    Sandbox,
    eventually,
    start_sandbox,
)


def run(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *options],
        cwd=ROOT,
        env={"PATH": "", **environment},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_it_is_healthy_once_ready(sandbox: Sandbox) -> None:
    assert sandbox.http.request("GET", sandbox.url + "/healthz").status == 200


def test_sigterm_stops_it_within_two_seconds_even_with_clients_waiting() -> None:
    sandbox = start_sandbox("--timeout-after-accept", "1", "--wechat-callback", "http://127.0.0.1:9/")
    login = {"grant_type": "client_credential", "appid": WECHAT_APP_ID, "secret": WECHAT_SECRET}
    token = sandbox.post("/cgi-bin/stable_token", login).json()["access_token"]
    body = b'{"touser": "oA", "template_id": "T", "data": {"thing1": {"value": "x"}}}'
    head = f"POST /cgi-bin/message/template/send?access_token={token} HTTP/1.1\r\nHost: x\r\n"
    host, port = sandbox.url.removeprefix("http://").split(":")
    with (
        socket.create_connection((host, int(port)), timeout=10) as waiting,
        socket.create_connection((host, sandbox.smtp_port), timeout=10) as mail,
    ):
        waiting.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert mail.recv(200).startswith(b"220")
        eventually(sandbox.messages)
        start = time.monotonic()
        assert sandbox.stop() == 0
        assert time.monotonic() - start < 2


def test_a_taken_port_stops_the_start_with_a_hint() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("--port", str(taken.getsockname()[1]), "--smtp-port", "0")
    assert result.returncode == 1
    assert "--port" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("option", "value"), [("--fail-rate", "2"), ("--latency-ms", "soon"), ("--port", "70000")]
)
def test_a_wrong_option_is_named(option: str, value: str) -> None:
    result = run(option, value)
    assert result.returncode == 2
    assert option in result.stderr


def test_a_wrong_aes_key_is_named() -> None:
    result = run(**{**ACCOUNTS, "WECHAT_AES_KEY": "short"})
    assert result.returncode == 2
    assert "WECHAT_AES_KEY" in result.stderr


def test_help_tells_the_magic_recipients() -> None:
    result = run("--help")
    assert all(word in result.stdout for word in ("0003", "greylist", "unfollowed", "--drop-receipts"))


def test_a_carrier_without_settings_is_off() -> None:
    sandbox = start_sandbox(environment={})
    assert sandbox.post("/cgi-bin/stable_token", {}).status == 404
    assert sandbox.stop() == 0
