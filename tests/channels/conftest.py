"""The carriers' stand-in as a process of its own, and settings that lead to it."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from pytest_django import Settings

from notifications.channels.base import Envelope
from notifications.channels.email import transport as email_transport
from tests.sandbox.running import (
    ACCOUNTS,
    AES_KEY,
    ALIYUN_CALLBACK_SECRET,
    ALIYUN_KEY_ID,
    ALIYUN_KEY_SECRET,
    ALIYUN_SIGN_NAME,
    BOUNCE_SECRET,
    GATEWAY_SECRET,
    JPUSH_APP_KEY,
    JPUSH_CALLBACK_SECRET,
    JPUSH_MASTER_SECRET,
    WECHAT_APP_ID,
    WECHAT_SECRET,
    WECHAT_TOKEN,
    Listener,
    Sandbox,
    start_sandbox,
)


@pytest.fixture(scope="session")
def carriers_callbacks() -> Iterator[Listener]:
    """Where the carriers' reports arrive."""
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture(scope="session")
def running_carriers(carriers_callbacks: Listener) -> Iterator[Sandbox]:
    sandbox = start_sandbox(
        "--wechat-callback",
        f"{carriers_callbacks.url}/callbacks/wechat/",
        "--aliyun-callback",
        f"{carriers_callbacks.url}/callbacks/aliyun/{ALIYUN_CALLBACK_SECRET}/",
        "--gateway-callback",
        f"{carriers_callbacks.url}/callbacks/gateway/",
        "--jpush-callback",
        f"{carriers_callbacks.url}/callbacks/jpush/{JPUSH_CALLBACK_SECRET}/",
        "--bounce-callback",
        f"{carriers_callbacks.url}/callbacks/email/bounce/{BOUNCE_SECRET}/",
        environment={**ACCOUNTS, "WECHAT_AES_KEY": AES_KEY},
    )
    yield sandbox
    assert sandbox.stop() == 0


@pytest.fixture
def callbacks(carriers_callbacks: Listener) -> Listener:
    carriers_callbacks.requests.clear()
    return carriers_callbacks


@pytest.fixture
def sandbox(running_carriers: Sandbox, callbacks: Listener, settings: Settings) -> Sandbox:
    """Without faults and messages; the product's settings name its addresses and accounts."""
    running_carriers.reset()
    callbacks.requests.clear()
    settings.TWILIO_API_URL = settings.WECHAT_API_URL = running_carriers.url
    settings.TWILIO_ACCOUNT_SID = ACCOUNTS["TWILIO_ACCOUNT_SID"]
    settings.TWILIO_AUTH_TOKEN = ACCOUNTS["TWILIO_AUTH_TOKEN"]
    settings.ALIYUN_SMS_API_URL = running_carriers.url
    settings.ALIYUN_ACCESS_KEY_ID, settings.ALIYUN_ACCESS_KEY_SECRET = ALIYUN_KEY_ID, ALIYUN_KEY_SECRET
    settings.ALIYUN_SMS_SIGN_NAME = ALIYUN_SIGN_NAME
    settings.ALIYUN_CALLBACK_SECRET = ALIYUN_CALLBACK_SECRET
    settings.GATEWAY_URL = f"{running_carriers.url}/gateway/sms"
    settings.GATEWAY_SECRET = GATEWAY_SECRET
    settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET = WECHAT_APP_ID, WECHAT_SECRET
    settings.WECHAT_TOKEN, settings.WECHAT_AES_KEY = WECHAT_TOKEN, AES_KEY
    settings.JPUSH_API_URL = settings.JPUSH_REPORT_URL = running_carriers.url
    settings.JPUSH_APP_KEY, settings.JPUSH_MASTER_SECRET = JPUSH_APP_KEY, JPUSH_MASTER_SECRET
    settings.JPUSH_CALLBACK_SECRET = JPUSH_CALLBACK_SECRET
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running_carriers.smtp_port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.BOUNCE_SECRET = BOUNCE_SECRET
    settings.PUBLIC_URL = callbacks.url
    return running_carriers


@pytest.fixture
def no_kept_connection() -> Iterator[None]:
    """The test ends without a connection to the mail server kept by this thread."""
    yield
    if connection := getattr(email_transport._local, "connection", None):
        connection.close()
        email_transport._local.connection = None


def envelope(to: str, text: str = "请确认。", *, message_id: UUID | None = None, **more: object) -> Envelope:
    return Envelope(message_id=message_id or uuid4(), to=to, subject="录用通知", text=text, **more)  # type: ignore[arg-type]
