from collections.abc import Iterator

import pytest

from tests.sandbox.running import (
    ALIYUN_CALLBACK_SECRET,
    BOUNCE_SECRET,
    JPUSH_CALLBACK_SECRET,
    Listener,
    Sandbox,
    eventually,
    start_sandbox,
)


@pytest.fixture(scope="session")
def listener_of_session() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture(scope="session")
def sandbox_of_session(listener_of_session: Listener) -> Iterator[Sandbox]:
    sandbox = start_sandbox(
        "--wechat-callback",
        listener_of_session.url + "/callbacks/wechat/",
        "--aliyun-callback",
        f"{listener_of_session.url}/callbacks/aliyun/{ALIYUN_CALLBACK_SECRET}/",
        "--gateway-callback",
        f"{listener_of_session.url}/callbacks/gateway/",
        "--jpush-callback",
        f"{listener_of_session.url}/callbacks/jpush/{JPUSH_CALLBACK_SECRET}/",
        "--bounce-callback",
        f"{listener_of_session.url}/callbacks/email/bounce/{BOUNCE_SECRET}/",
    )
    yield sandbox
    assert sandbox.stop() == 0


@pytest.fixture
def sandbox(sandbox_of_session: Sandbox) -> Sandbox:
    """Without faults, messages and receipts under way; its counts go on."""
    sandbox_of_session.reset()
    return sandbox_of_session


@pytest.fixture
def listener(listener_of_session: Listener, sandbox_of_session: Sandbox) -> Listener:
    """Empty, and nothing of an earlier test on its way to it."""
    eventually(sandbox_of_session.settled)
    listener_of_session.requests.clear()
    listener_of_session.answers.clear()
    return listener_of_session
