"""Aliyun's stand-in, asked by a client that signs as Aliyun's documentation says, and not as the product does."""

import hashlib
import hmac
import json
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

import pytest
import urllib3

from tests.sandbox.running import (
    ALIYUN_CALLBACK_SECRET,
    ALIYUN_KEY_ID,
    ALIYUN_KEY_SECRET,
    ALIYUN_SIGN_NAME,
    Listener,
    Sandbox,
    eventually,
)

NUMBER = "13800138000"
PHONE = f"+86{NUMBER}"
VALUES = {"name": "王小明", "position": "综合柜员"}


def signed(
    sandbox: Sandbox, action: str, asked: dict[str, str], *, secret: str = ALIYUN_KEY_SECRET, **changed: str
) -> tuple[str, dict[str, str]]:
    """Address and headers. `changed`: headers, underscores for hyphens, before signing."""
    query = "&".join(f"{quote(name, safe='~')}={quote(asked[name], safe='~')}" for name in sorted(asked))
    headers = {
        "host": sandbox.url.removeprefix("http://"),
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-acs-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": uuid.uuid4().hex,
        "x-acs-version": "2017-05-25",
        **{name.replace("_", "-"): value for name, value in changed.items()},
    }
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name]}\n" for name in names)
    canonical = f"POST\n/\n{query}\n{lines}\n{';'.join(names)}\n{headers['x-acs-content-sha256']}"
    text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = (
        f"ACS3-HMAC-SHA256 Credential={ALIYUN_KEY_ID},SignedHeaders={';'.join(names)},Signature={signature}"
    )
    return f"{sandbox.url}/?{query}", headers


def ask(sandbox: Sandbox, action: str, asked: dict[str, str], **how: str) -> urllib3.BaseHTTPResponse:
    address, headers = signed(sandbox, action, asked, **how)
    return sandbox.http.request("POST", address, headers=headers, timeout=10)


def send(sandbox: Sandbox, **changed: str) -> dict[str, Any]:
    asked = {
        "PhoneNumbers": NUMBER,
        "SignName": ALIYUN_SIGN_NAME,
        "TemplateCode": "SMS_1001",
        "TemplateParam": json.dumps(VALUES),
        "OutId": "out-1",
        **changed,
    }
    told: dict[str, Any] = ask(sandbox, "SendSms", asked).json()
    return told


def records(sandbox: Sandbox, **changed: str) -> dict[str, Any]:
    today = datetime.now(timezone(timedelta(hours=8))).strftime("%Y%m%d")
    asked = {"PhoneNumber": NUMBER, "SendDate": today, "PageSize": "10", "CurrentPage": "1", **changed}
    told: dict[str, Any] = ask(sandbox, "QuerySendDetails", asked).json()
    return told


@pytest.fixture
def template(sandbox: Sandbox) -> None:
    """SMS_2002 is known to the stand-in with its text."""
    sandbox.post("/aliyun/templates.json", {"SMS_2002": "${name}您好，恭喜通过${position}面试。"})


def test_a_text_is_kept_for_the_phone_and_answered_with_its_number(sandbox: Sandbox) -> None:
    told = send(sandbox)
    assert (told["Code"], told["Message"]) == ("OK", "OK")
    (kept,) = sandbox.messages(channel="sms", to=PHONE)
    assert (kept["reference"], kept["client_id"], kept["from"]) == (told["BizId"], "out-1", ALIYUN_SIGN_NAME)
    assert kept["text"] == "【海岳银行】SMS_1001 name=王小明 position=综合柜员"


@pytest.mark.usefixtures("template")
def test_a_known_template_is_filled_in_as_the_person_reads_it(sandbox: Sandbox) -> None:
    send(sandbox, TemplateCode="SMS_2002")
    assert sandbox.messages()[0]["text"] == "【海岳银行】王小明您好，恭喜通过综合柜员面试。"
    told = send(sandbox, TemplateCode="SMS_2002", TemplateParam='{"name": "王小明"}')
    assert told["Code"] == "isv.TEMPLATE_MISSING_PARAMETERS"


def test_an_account_with_registered_templates_takes_no_others_until_told_otherwise(sandbox: Sandbox) -> None:
    sandbox.put("/aliyun/templates.json", {"SMS_3003": "${name}您好。"})
    assert send(sandbox)["Code"] == "isv.SMS_TEMPLATE_ILLEGAL"
    assert send(sandbox, TemplateCode="SMS_3003")["Code"] == "OK"
    sandbox.put("/aliyun/templates.json", {})
    assert send(sandbox)["Code"] == "OK"


@pytest.mark.parametrize(("number", "kept"), [(f"86{NUMBER}", PHONE), ("85212345678", "+85212345678")])
def test_numbers_are_written_in_several_ways(number: str, kept: str, sandbox: Sandbox) -> None:
    send(sandbox, PhoneNumbers=number)
    assert [message["to"] for message in sandbox.messages()] == [kept]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"PhoneNumbers": "13800130001"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"PhoneNumbers": "nobody"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"PhoneNumbers": "13800130002"}, "isv.BUSINESS_LIMIT_CONTROL"),
        ({"SignName": "别的银行"}, "isv.SMS_SIGNATURE_ILLEGAL"),
        ({"TemplateCode": "HY-1"}, "isv.SMS_TEMPLATE_ILLEGAL"),
        ({"TemplateCode": "SMS_unknown"}, "isv.SMS_TEMPLATE_ILLEGAL"),
        ({"TemplateParam": "name=x"}, "isv.INVALID_JSON_PARAM"),
        ({"TemplateParam": '{"n": 5}'}, "isv.INVALID_JSON_PARAM"),
        ({"TemplateParam": '{"n": " "}'}, "isv.TEMPLATE_PARAMS_ILLEGAL"),
        ({"TemplateParam": '{"n": "http://a.example/"}'}, "isv.PARAM_NOT_SUPPORT_URL"),
        ({"TemplateParam": json.dumps({"n": "x" * 36})}, "isv.PARAM_LENGTH_LIMIT"),
    ],
)
def test_a_refused_text_has_aliyuns_code_and_is_not_kept(
    changed: dict[str, str], code: str, sandbox: Sandbox
) -> None:
    assert send(sandbox, **changed)["Code"] == code
    assert sandbox.messages() == []


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ({"secret": "another"}, 400, "SignatureDoesNotMatch"),
        ({"x_acs_date": "2026-01-01T00:00:00Z"}, 400, "InvalidTimeStamp.Expired"),
        ({"x_acs_date": "today"}, 400, "InvalidTimeStamp.Format"),
        ({"x_acs_version": "2018-05-01"}, 400, "InvalidVersion"),
        ({"x_acs_content_sha256": "0" * 64}, 400, "SignatureDoesNotMatch"),
    ],
)
def test_a_request_that_is_not_signed_well_is_refused(
    how: dict[str, str], status: int, code: str, sandbox: Sandbox
) -> None:
    answer = ask(sandbox, "SendSms", {"PhoneNumbers": NUMBER}, **how)
    assert (answer.status, answer.json()["Code"]) == (status, code)


def test_parameters_and_action_are_covered_by_the_signature(sandbox: Sandbox) -> None:
    address, headers = signed(sandbox, "SendSms", {"PhoneNumbers": NUMBER})
    for spoilt_address, spoilt in (
        (address.replace(NUMBER, "13800138001"), headers),
        (address, {**headers, "x-acs-action": "QuerySendDetails"}),
        (address, {**headers, "authorization": ""}),
        (
            address,
            {**headers, "authorization": headers["authorization"].replace(ALIYUN_KEY_ID, "LTAI-other")},
        ),
    ):
        answer = sandbox.http.request("POST", spoilt_address, headers=spoilt, timeout=10)
        assert answer.status in {400, 404}
    unknown = ask(sandbox, "SendEverything", {})
    assert (unknown.status, unknown.json()["Code"]) == (404, "InvalidAction.NotFound")


def test_a_request_counts_once(sandbox: Sandbox) -> None:
    nonce = uuid.uuid4().hex
    codes = [ask(sandbox, "SendSms", {}, x_acs_signature_nonce=nonce).json()["Code"] for _ in range(2)]
    assert codes[0] != "SignatureNonceUsed"
    assert codes[1] == "SignatureNonceUsed"


@pytest.mark.parametrize(
    ("number", "success", "code"),
    [
        (NUMBER, True, "DELIVERED"),
        ("13800130003", False, "MOBILE_NOT_ON_SERVICE"),
        ("13800130004", False, "MOBILE_IN_BLACK"),
    ],
)
def test_what_became_of_a_text_is_reported_to_the_secret_address(
    number: str, success: bool, code: str, sandbox: Sandbox, listener: Listener
) -> None:
    told = send(sandbox, PhoneNumbers=number)
    eventually(lambda: listener.requests)
    (request,) = listener.requests
    (report,) = json.loads(request.body)
    assert request.path == f"/callbacks/aliyun/{ALIYUN_CALLBACK_SECRET}/"
    assert (report["success"], report["err_code"]) == (success, code)
    assert (report["biz_id"], report["out_id"], report["phone_number"]) == (told["BizId"], "out-1", number)


def test_a_report_is_repeated_until_a_numeric_code_answers(sandbox: Sandbox, listener: Listener) -> None:
    listener.answers[:] = [(200, "success"), (500, '{"code":0}')]
    before = sandbox.counts("sms")["receipts_retried"]
    send(sandbox)
    eventually(lambda: len(listener.requests) == 3)
    eventually(sandbox.settled)
    assert sandbox.counts("sms")["receipts_retried"] == before + 2
    assert len({request.body for request in listener.requests}) == 1


def test_records_of_a_day_tell_what_became_of_each_newest_first(sandbox: Sandbox) -> None:
    sandbox.faults(drop_receipts=1)
    sent = [send(sandbox, OutId=f"out-{number}")["BizId"] for number in range(3)]
    eventually(lambda: records(sandbox)["SmsSendDetailDTOs"]["SmsSendDetailDTO"][0]["SendStatus"] == 3)
    told = records(sandbox, PageSize="2")
    found = told["SmsSendDetailDTOs"]["SmsSendDetailDTO"]
    assert (told["TotalCount"], [one["OutId"] for one in found]) == ("3", ["out-2", "out-1"])
    assert found[0]["ErrCode"] == "DELIVERED"
    (last,) = records(sandbox, PageSize="2", CurrentPage="2")["SmsSendDetailDTOs"]["SmsSendDetailDTO"]
    assert last["OutId"] == "out-0"
    assert records(sandbox, BizId=sent[1])["TotalCount"] == "1"
    assert records(sandbox, SendDate="20200101")["TotalCount"] == "0"


def test_a_silent_number_waits_for_ever(sandbox: Sandbox, listener: Listener) -> None:
    send(sandbox, PhoneNumbers="13800130005")
    send(sandbox)
    eventually(lambda: listener.requests)
    (record,) = records(sandbox, PhoneNumber="13800130005")["SmsSendDetailDTOs"]["SmsSendDetailDTO"]
    assert (record["SendStatus"], len(listener.requests)) == (1, 1)


def test_a_failing_carrier_gives_temporary_errors_and_keeps_nothing(sandbox: Sandbox) -> None:
    sandbox.faults(fail_rate=1)
    assert {send(sandbox)["Code"] for _ in range(30)} == {
        "InternalError",
        "isp.SYSTEM_ERROR",
        "Throttling.User",
    }
    assert sandbox.messages() == []


def test_a_text_may_be_kept_and_never_answered(sandbox: Sandbox) -> None:
    sandbox.faults(timeout_after_accept=1)
    address, headers = signed(
        sandbox,
        "SendSms",
        {"PhoneNumbers": NUMBER, "SignName": ALIYUN_SIGN_NAME, "TemplateCode": "SMS_1001"},
    )
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        sandbox.http.request("POST", address, headers=headers, timeout=0.5)
    assert len(sandbox.messages(channel="sms")) == 1
