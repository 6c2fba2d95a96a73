"""A pytest plugin: real PostgreSQL and Valkey for the run, and settings that point at nobody.

Loaded by `-p tests.servers` before pytest-django reads the settings. Each run takes a folder of its own
(`var/test`, or `var/test-2` while another run holds that), so that two runs never share a database.
`.env` is not looked at: a developer's real carriers and databases are none of the tests' business.
"""

import base64
import fcntl
import os
from collections.abc import Generator
from pathlib import Path

import pytest

from hrnotify.embedded import EmbeddedServers
from hrnotify.processes import CHECKOUT, EmbeddedError

# Port 9 of the loopback address: nobody listens there, and nothing leaves the machine.
NOWHERE = "http://127.0.0.1:9"
ENVIRONMENT = {
    "SECRET_KEY": "a key that signs nothing outside the tests",
    "FIELD_KEYS": base64.b64encode(bytes(range(32))).decode(),
    "PUBLIC_URL": "http://testserver",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "DEBUG": "false",
    # Each test client would otherwise read all static files anew.
    "STATIC_ON_DEMAND": "true",
    "TIME_ZONE": "Asia/Shanghai",
    "LANGUAGE_CODE": "zh-hans",
    "LOG_LEVEL": "WARNING",
    "SENTRY_DSN": "",
    "SMS_PROVIDERS": "twilio",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "made-up-twilio-token",
    "TWILIO_FROM": "+15005550006",
    "TWILIO_MESSAGING_SERVICE_SID": "",
    "TWILIO_API_URL": NOWHERE,
    "ALIYUN_ACCESS_KEY_ID": "made-up-aliyun-id",
    "ALIYUN_ACCESS_KEY_SECRET": "made-up-aliyun-secret",
    "ALIYUN_SMS_SIGN_NAME": "测试银行",
    "ALIYUN_SMS_API_URL": NOWHERE,
    "ALIYUN_CALLBACK_SECRET": "made-up-aliyun-callback",
    "GATEWAY_URL": f"{NOWHERE}/sms",
    "GATEWAY_SECRET": "whsec_" + base64.b64encode(b"made-up gateway secret..").decode(),
    "EMAIL_URL": "smtp://127.0.0.1:9",
    "EMAIL_BACKEND_ESP": "",
    "ESP_CALLBACK_SECRET": "",
    "DEFAULT_FROM_EMAIL": "HR <hr@bank.example>",
    "BOUNCE_DOMAIN": "bounce.bank.example",
    "BOUNCE_SECRET": "made-up-bounce-secret",
    "WECHAT_APP_ID": "wx0000000000000000",
    "WECHAT_APP_SECRET": "made-up-wechat-secret",
    "WECHAT_TOKEN": "madeupwechattoken",
    "WECHAT_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "WECHAT_API_URL": NOWHERE,
    "JPUSH_APP_KEY": "made-up-jpush-key",
    "JPUSH_MASTER_SECRET": "made-up-jpush-secret",
    "JPUSH_API_URL": NOWHERE,
    "JPUSH_CALLBACK_SECRET": "made-up-jpush-callback",
}


class RunServers:
    """What this run holds until its end: a folder by its lock, and the servers in it."""

    def __init__(self) -> None:
        self.lock = -1
        self.servers: EmbeddedServers | None = None

    def start(self) -> None:
        os.environ.update(ENVIRONMENT)
        wanted = {name: not os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL")}
        if not any(wanted.values()):
            return
        folder = self.take_folder(CHECKOUT / "var")
        self.servers = EmbeddedServers(
            folder=folder, postgres=wanted["DATABASE_URL"], valkey=wanted["REDIS_URL"], durable=False
        )
        self.servers.start()
        if self.servers.postgres:
            os.environ["DATABASE_URL"] = self.servers.postgres.url
            # Emptying all tables between tests may meet a running worker; then the worker gives way, not the test.
            os.environ["PGOPTIONS"] = "-c deadlock_timeout=10s"
        if self.servers.valkey:
            os.environ["REDIS_URL"] = self.servers.valkey.url
            self.servers.wipe_valkey()

    def take_folder(self, var: Path) -> Path:
        number = 1
        while True:
            folder = var / ("test" if number == 1 else f"test-{number}")
            folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(folder / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                number += 1
            else:
                self.lock = lock
                return folder

    def stop(self) -> None:
        servers, self.servers = self.servers, None
        if servers:
            servers.stop()
        if self.lock >= 0:
            os.close(self.lock)
            self.lock = -1


run_servers = RunServers()


# A wrapper runs before every plain hook, so before pytest-django's, which imports the settings.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    try:
        run_servers.start()
    except EmbeddedError as error:
        raise pytest.UsageError(str(error)) from None
    return (yield)


def pytest_unconfigure() -> None:
    run_servers.stop()


@pytest.fixture(scope="session")
def embedded_servers() -> EmbeddedServers:
    """The run's own servers, for tests that stop, empty and start Valkey."""
    if run_servers.servers is None:
        pytest.skip("The servers of DATABASE_URL and REDIS_URL are not ours to stop.")
    return run_servers.servers
