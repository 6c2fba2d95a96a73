"""The whole house on real parts: web server, worker, beat and sandbox as processes on the test database."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
import urllib3
from django.conf import settings
from django.db import connection

from candidates.models import InterviewSource
from hrnotify.embedded import EmbeddedServers
from hrnotify.processes import any_free_pair, any_free_port
from hrnotify.stack import Stack
from notifications.models import Message
from notifications.sample.load import load_sample
from tests import platform
from tests.sandbox.running import eventually

TO_SANDBOX = ("TWILIO_API_URL", "ALIYUN_SMS_API_URL", "WECHAT_API_URL", "JPUSH_API_URL")


@dataclass(frozen=True)
class House:
    """The running processes, and the two addresses the outside knows."""

    stack: Stack
    http: urllib3.PoolManager

    def signal(self, payload: dict[str, Any], **signature: Any) -> urllib3.BaseHTTPResponse:
        return self._post("", payload, **signature)

    def signal_batch(self, payloads: list[dict[str, Any]]) -> urllib3.BaseHTTPResponse:
        return self._post("/batch", {"results": payloads})

    def _post(self, tail: str, payload: dict[str, Any], **signature: Any) -> urllib3.BaseHTTPResponse:
        body = platform.encode(payload)
        address = f"{self.stack.web_url}/api/v1/interview-results/ai-interview{tail}"
        headers = {"Content-Type": "application/json", **platform.signed(body, **signature)}
        return self.http.request("POST", address, body=body, headers=headers, timeout=60)

    def inbox(self, **query: str) -> list[dict[str, Any]]:
        """What the carriers have got, oldest first."""
        answer = self.http.request(
            "GET", f"{self.stack.sandbox_url}/inbox.json", fields={"limit": "10000", **query}
        )
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

    def faults(self, **values: float) -> None:
        answer = self.http.request("POST", f"{self.stack.sandbox_url}/faults.json", json=values)
        assert answer.status == 200, answer.data

    def wait_until_state(self, offer_id: str, state: str, *, within: float = 20) -> Message:
        """The offer's message in that state."""
        messages = Message.objects.filter(offer=UUID(offer_id), state=state)
        return cast(Message, eventually(messages.all().first, within=within))


@pytest.fixture(scope="module")
def running_stack(django_db_setup: None, embedded_servers: EmbeddedServers) -> Iterator[Stack]:
    """Started once for the stories of a module; the tables are emptied between them."""
    port, sandbox_port = any_free_port(), any_free_pair()
    sandbox = f"http://127.0.0.1:{sandbox_port}"
    variables = {
        "DATABASE_URL": database_url_of_tests(),
        "REDIS_URL": settings.REDIS_URL,
        "PGOPTIONS": "",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "GATEWAY_URL": f"{sandbox}/gateway/sms",
        "EMAIL_URL": f"smtp://127.0.0.1:{sandbox_port + 1}",
        "SWEEP_SECONDS": "1",
        "LEASE_SECONDS": "9",
        "CARRIER_TIMEOUT_SECONDS": "2",
        **dict.fromkeys(TO_SANDBOX, sandbox),
    }
    folder = Path(embedded_servers.folder) / "stack"
    with Stack(
        port=port, sandbox=True, sandbox_port=sandbox_port, variables=variables, folder=folder
    ) as stack:
        yield stack


def database_url_of_tests() -> str:
    """For processes that work on the tests' own database."""
    name = str(connection.settings_dict["NAME"])
    plain, _, query = settings.DATABASE_URL.partition("?")
    return f"{plain.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


@pytest.fixture
def house(transactional_db: None, running_stack: Stack) -> Iterator[House]:
    """The sample bank, an empty inbox, no faults."""
    load_sample(password="a long enough password", source_secret=platform.SECRET)
    assert InterviewSource.objects.filter(slug="ai-interview").exists()
    house = House(running_stack, urllib3.PoolManager(retries=False, maxsize=32))
    house.http.request("DELETE", f"{running_stack.sandbox_url}/inbox.json")
    house.faults(latency_ms=0, receipt_delay_ms=30, fail_rate=0, drop_receipts=0, timeout_after_accept=0)
    yield house
    running_stack.check()
