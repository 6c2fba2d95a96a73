"""Is a signal the platform's own? Each way of signing, with what an attacker or a clock may do to it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from candidates.models import InterviewSource, Verifier
from candidates.verifiers import SignatureRefused, mapped, verify

# The published vector of Standard Webhooks.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"test": 2432232314}'
DELIVERY = "msg_p5jXN8AQM9LWM0D4loKWxJek"
SENT = datetime.fromtimestamp(1614265330, tz=UTC)
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
HEADERS = {"webhook-id": DELIVERY, "webhook-timestamp": "1614265330", "webhook-signature": SIGNATURE}


def source(verifier: Verifier = Verifier.STANDARD_WEBHOOKS, **fields: str) -> InterviewSource:
    return InterviewSource(**{"verifier": verifier, "secret": SECRET, **fields})


def refused(*, headers: dict[str, str], body: str = BODY, by: InterviewSource | None = None) -> str:
    with pytest.raises(SignatureRefused) as refusal:
        verify(source=by or source(), headers=headers, body=body)
    return str(refusal.value)


# --- Standard Webhooks --------------------------------------------------------------------------
@time_machine.travel(SENT, tick=False)
def test_the_published_vector_is_accepted_and_names_its_delivery() -> None:
    assert verify(source=source(), headers=HEADERS, body=BODY) == DELIVERY


@pytest.mark.parametrize("minutes", [-4.9, 4.9])
def test_five_minutes_either_way_are_tolerated(minutes: float) -> None:
    with time_machine.travel(SENT + timedelta(minutes=minutes), tick=False):
        assert verify(source=source(), headers=HEADERS, body=BODY) == DELIVERY


@pytest.mark.parametrize("minutes", [-5.1, 5.1, 60 * 24 * 365])
def test_an_older_or_newer_signal_is_refused(minutes: float) -> None:
    with time_machine.travel(SENT + timedelta(minutes=minutes), tick=False):
        refused(headers=HEADERS)


@time_machine.travel(SENT, tick=False)
def test_whatever_is_altered_the_signature_does_not_fit() -> None:
    refused(headers=HEADERS, body=f"{BODY} ")
    refused(headers={**HEADERS, "webhook-id": "msg_other"})
    refused(headers={**HEADERS, "webhook-timestamp": "1614265331"})
    refused(headers=HEADERS, by=source(secret="whsec_" + base64.b64encode(b"another").decode()))
    for name in HEADERS:
        refused(headers={key: value for key, value in HEADERS.items() if key != name})


@pytest.mark.parametrize(
    "signature",
    ["", "v1", "v1,", "v1,%%%", "v2,abc", ",", " ", "v1,\u00e9", "v1,YQ==,b", "x" * 5000, "v1,a v1 v1,"],
)
@time_machine.travel(SENT, tick=False)
def test_a_malformed_signature_is_refused_and_nothing_worse(signature: str) -> None:
    assert SECRET not in refused(headers={**HEADERS, "webhook-signature": signature})


@pytest.mark.parametrize("timestamp", ["", "now", "1e999", "99999999999999999999", "-1", "NaN"])
def test_a_malformed_timestamp_is_refused(timestamp: str) -> None:
    refused(headers={**HEADERS, "webhook-timestamp": timestamp})


@given(signature=st.text(), timestamp=st.text(), delivery=st.text())
def test_no_headers_make_it_fail_otherwise(signature: str, timestamp: str, delivery: str) -> None:
    names = ("webhook-signature", "webhook-timestamp", "webhook-id")
    refused(headers=dict(zip(names, (signature, timestamp, delivery), strict=True)))


@time_machine.travel(SENT, tick=False)
def test_one_signature_of_several_is_enough() -> None:
    headers = {**HEADERS, "webhook-signature": f"v1,{base64.b64encode(b'x' * 32).decode()} {SIGNATURE}"}
    assert verify(source=source(), headers=headers, body=BODY) == DELIVERY


@time_machine.travel(SENT, tick=False)
def test_while_a_secret_is_replaced_the_one_before_it_is_valid() -> None:
    new = "whsec_" + base64.b64encode(b"the new secret of 24 byt").decode()
    replaced = source(secret=new, previous_secret=SECRET)
    assert verify(source=replaced, headers=HEADERS, body=BODY) == DELIVERY
    refused(headers=HEADERS, by=source(secret=new, previous_secret=""))


def test_a_source_without_a_secret_accepts_nothing() -> None:
    assert "no secret" in refused(headers=HEADERS, by=source(secret=""))
    empty = base64.b64encode(hmac.new(b"", BODY.encode(), hashlib.sha256).digest()).decode()
    refused(headers={**HEADERS, "webhook-signature": f"v1,{empty}"}, by=source(secret=""))


# --- Smb-Signature ------------------------------------------------------------------------------
def smb(body: str, secret: str = SECRET) -> dict[str, str]:
    return {"smb-signature": hmac.new(secret.encode(), body.encode(), hashlib.sha1).hexdigest().upper()}


def smb_body(**changes: object) -> str:
    envelope = {"event": "done", "ts": int(SENT.timestamp() * 1000), "tid": "t-1", "payload": {}}
    return json.dumps(envelope | changes, ensure_ascii=False)


@time_machine.travel(SENT, tick=False)
@pytest.mark.parametrize(
    "ts", [int(SENT.timestamp()), int(SENT.timestamp() * 1000), str(int(SENT.timestamp()))]
)
def test_an_smb_signature_is_accepted_with_seconds_and_milliseconds(ts: object) -> None:
    body = smb_body(ts=ts)
    assert verify(source=source(Verifier.SMB_SIGNATURE), headers=smb(body), body=body) == "t-1"


@time_machine.travel(SENT, tick=False)
def test_a_repeat_with_another_ts_is_the_same_delivery() -> None:
    bodies = [smb_body(), smb_body(ts=int(SENT.timestamp()) + 60)]
    by = source(Verifier.SMB_SIGNATURE)
    assert {verify(source=by, headers=smb(body), body=body) for body in bodies} == {"t-1"}


@time_machine.travel(SENT, tick=False)
@pytest.mark.parametrize(
    "changes",
    [
        {"ts": int((SENT - timedelta(minutes=6)).timestamp())},
        {"ts": None},
        {"ts": "soon"},
        {"ts": 1e400},
        {"ts": []},
        {"tid": ""},
        {"tid": None},
        {"tid": "x" * 151},
        {"tid": "a\nb"},
    ],
)
def test_an_smb_signal_without_a_proper_time_or_id_is_refused(changes: dict[str, object]) -> None:
    body = smb_body(**changes)
    refused(headers=smb(body), body=body, by=source(Verifier.SMB_SIGNATURE))


@time_machine.travel(SENT, tick=False)
def test_a_wrong_smb_signature_is_refused() -> None:
    body, by = smb_body(), source(Verifier.SMB_SIGNATURE)
    for headers in (
        {},
        {"smb-signature": ""},
        {"smb-signature": "ÄÖ"},
        smb(body, "another"),
        smb(f"{body} "),
    ):
        refused(headers=headers, body=body, by=by)
    for text in ("[]", "nonsense", ""):
        refused(headers=smb(text), body=text, by=by)


# --- An API key ---------------------------------------------------------------------------------
def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"anyone:{password}".encode()).decode()


@pytest.mark.parametrize("authorization", [f"Bearer {SECRET}", f"bearer {SECRET}", basic(SECRET)])
def test_an_api_key_is_accepted_as_bearer_or_basic(authorization: str) -> None:
    by = source(Verifier.API_KEY)
    headers = {"authorization": authorization}
    assert verify(source=by, headers={**headers, "webhook-id": "d-1"}, body=BODY) == "d-1"
    first, second = (verify(source=by, headers=headers, body=body) for body in (BODY, BODY))
    assert first == second != verify(source=by, headers=headers, body="{}")


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer wrong", "Basic", "Basic %%%", basic("wrong"), "Basic /w==", "Bearer ü"],
)
def test_a_wrong_or_malformed_api_key_is_refused(authorization: str) -> None:
    assert SECRET not in refused(headers={"authorization": authorization}, by=source(Verifier.API_KEY))


# --- The mapping of fields ----------------------------------------------------------------------
def test_a_body_in_our_form_stays_as_it_is() -> None:
    assert mapped(source(), BODY) == BODY


def test_a_mapping_puts_their_fields_into_our_form() -> None:
    by = InterviewSource(field_mapping={"candidate.name": "payload.user.realName", "branch": "payload.org"})
    theirs = json.dumps({"payload": {"user": {"realName": "王小明"}, "org": "BJ", "other": 1}})
    assert json.loads(mapped(by, theirs)) == {"data": {"candidate": {"name": "王小明"}, "branch": "BJ"}}


@pytest.mark.parametrize("theirs", ["", "[]", "5", '{"payload": 5}', '{"payload": {"user": []}}'])
def test_what_a_mapping_does_not_find_is_left_out(theirs: str) -> None:
    by = InterviewSource(field_mapping={"candidate.name": "payload.user.realName"})
    assert json.loads(mapped(by, theirs)) == {"data": {}}
