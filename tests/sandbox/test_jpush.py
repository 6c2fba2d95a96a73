import json
from typing import Any

import pytest
import urllib3

from tests.sandbox.running import (
    JPUSH_APP_KEY,
    JPUSH_CALLBACK_SECRET,
    JPUSH_MASTER_SECRET,
    Listener,
    Sandbox,
    eventually,
)

DEVICE = "1a0018970a62033f42f"


def ask(
    sandbox: Sandbox, method: str, path: str, content: object = None, *, secret: str = JPUSH_MASTER_SECRET
) -> urllib3.BaseHTTPResponse:
    headers = urllib3.make_headers(basic_auth=f"{JPUSH_APP_KEY}:{secret}")
    body = json.dumps(content).encode() if content is not None else None
    return sandbox.http.request(method, sandbox.url + path, body=body, headers=headers, timeout=5)


def payload(device: str = DEVICE, **changes: object) -> dict[str, Any]:
    shown = {"title": "录用通知", "alert": "请确认。", "extras": {"link": "https://bank.example/n/a/"}}
    return {
        "platform": "all",
        "audience": {"registration_id": [device]},
        "notification": {"android": shown},
        **changes,
    }


def push(sandbox: Sandbox, device: str = DEVICE, **changes: Any) -> urllib3.BaseHTTPResponse:
    return ask(sandbox, "POST", "/v3/push", payload(device, **changes))


def cids(sandbox: Sandbox, count: int = 1) -> list[str]:
    given: list[str] = ask(sandbox, "GET", f"/v3/push/cid?count={count}").json()["cidlist"]
    return given


def code(answer: urllib3.BaseHTTPResponse) -> tuple[int, int]:
    return answer.status, answer.json()["error"]["code"]


def test_a_push_is_kept_as_the_phone_shows_it(sandbox: Sandbox) -> None:
    msg_id = push(sandbox).json()["msg_id"]
    (kept,) = sandbox.messages(channel="push", to=DEVICE)
    assert (kept["subject"], kept["text"], kept["reference"]) == ("录用通知", "请确认。", msg_id)
    assert kept["links"] == ["https://bank.example/n/a/"]
    assert int(msg_id) > 2**53


def test_a_wrong_login_is_refused(sandbox: Sandbox) -> None:
    assert code(ask(sandbox, "GET", "/v3/push/cid", secret="wrong")) == (401, 1004)
    assert code(ask(sandbox, "POST", "/v3/push", payload(), secret="wrong")) == (401, 1004)
    assert sandbox.messages() == []


def test_a_cid_pushes_once_and_gives_the_first_result_again(sandbox: Sandbox) -> None:
    first, second = cids(sandbox, 2)
    assert first.startswith(f"{JPUSH_APP_KEY}-")
    one, again = (push(sandbox, cid=first).json()["msg_id"] for _ in range(2))
    assert one == again != push(sandbox, cid=second).json()["msg_id"]
    assert len(sandbox.messages(channel="push")) == 2


def test_a_cid_that_was_not_handed_out_is_refused(sandbox: Sandbox) -> None:
    assert code(push(sandbox, cid=f"{JPUSH_APP_KEY}-made-up")) == (400, 1003)


@pytest.mark.parametrize(
    ("device", "expected"),
    [("gone-1", (400, 1011)), ("illegal-1", (400, 1003)), ("flooded-1", (403, 2005)), ("", (400, 1003))],
)
def test_a_device_that_gets_nothing_is_refused_with_jpushs_code(
    sandbox: Sandbox, device: str, expected: tuple[int, int]
) -> None:
    assert code(push(sandbox, device)) == expected
    assert sandbox.messages() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"audience": "all"}, 1003),
        ({"audience": {"registration_id": ["a", "b"]}}, 1003),
        ({"notification": {}}, 1002),
        ({"notification": "x"}, 1003),
        ({"notification": {"alert": "字" * 1400}}, 1005),
    ],
)
def test_a_push_that_is_not_to_one_device_or_too_long_is_refused(
    sandbox: Sandbox, changes: dict[str, Any], expected: int
) -> None:
    assert code(push(sandbox, **changes)) == (400, expected)


def test_a_receipt_comes_with_the_push_s_number(sandbox: Sandbox, listener: Listener) -> None:
    msg_id = push(sandbox).json()["msg_id"]
    eventually(lambda: listener.requests)
    (request,) = listener.requests
    assert request.path == f"/callbacks/jpush/{JPUSH_CALLBACK_SECRET}/"
    (told,) = json.loads(request.body)
    assert (told["msg_id"], told["type"]) == (msg_id, 1)


def test_the_report_knows_what_arrived_also_where_no_receipt_came(
    sandbox: Sandbox, listener: Listener
) -> None:
    numbers = [push(sandbox, device).json()["msg_id"] for device in ("silent-1", "offline-1")]
    asked = f"/v3/received/detail?msg_ids={','.join([*numbers, '17'])}"
    rows = eventually(lambda: [row for row in ask(sandbox, "GET", asked).json() if row["jpush_received"]])
    assert [row["msg_id"] for row in rows] == numbers[:1]
    assert listener.requests == []


def test_a_report_of_more_than_a_hundred_numbers_is_refused(sandbox: Sandbox) -> None:
    asked = "/v3/received/detail?msg_ids=" + ",".join(["1"] * 101)
    assert ask(sandbox, "GET", asked).status == 400


def test_a_failing_carrier_pushes_nothing(sandbox: Sandbox) -> None:
    sandbox.faults(fail_rate=1)
    answers = [push(sandbox) for _ in range(20)]
    assert {answer.status for answer in answers} <= {429, 500, 503}
    assert all(answer.headers["X-Rate-Limit-Reset"] == "1" for answer in answers if answer.status == 429)
    assert sandbox.messages() == []
