"""Aliyun as its stand-in speaks it: templates and values, what each code leads to, the uncertain, and the reports."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from candidates.models import Offer
from notifications.channels import TRANSPORTS, http, why
from notifications.channels.base import Accepted, Envelope, TransportError
from notifications.channels.sms_aliyun.client import AliyunError
from notifications.channels.sms_aliyun.errors import ERRORS, as_transport_error
from notifications.channels.sms_aliyun.signature import query_string, signed_headers
from notifications.models import Message, Receipt
from notifications.outbox import Tried, finish
from notifications.states import State
from tests.channels.babbler import Babbler
from tests.channels.conftest import envelope
from tests.factories import MessageFactory
from tests.sandbox.running import ALIYUN_CALLBACK_SECRET, Listener, Sandbox, eventually
from tracking.models import Event

ALIYUN = TRANSPORTS["aliyun"]
PHONE = "+8613800138000"
VALUES = {"candidate_name": "王小明", "position": "综合柜员"}
OUR_SECRET = "made-up-aliyun-callback"
RETRY, PERMANENT, UNFIT, UNCERTAIN, THROTTLED = "retry", "permanent", "unfit", "uncertain", "throttled"


def text(to: str = PHONE, **more: Any) -> Envelope:
    return envelope(to, **{"provider_template": "SMS_1001", "template_values": VALUES, **more})


def kind(error: TransportError) -> str:
    found = [name for name in (PERMANENT, UNFIT, UNCERTAIN, THROTTLED) if getattr(error, name)]
    assert len(found) < 2
    return found[0] if found else RETRY


def error_of(sent: Envelope) -> TransportError:
    with pytest.raises(TransportError) as raised:
        ALIYUN.send(sent)
    return raised.value


def look_up_error(repeat: Envelope) -> TransportError:
    with pytest.raises(TransportError) as raised:
        ALIYUN.look_up(repeat)
    return raised.value


@pytest.fixture(autouse=True)
def patience_restored() -> Iterator[None]:
    yield
    http.pool.cache_clear()


@pytest.fixture
def impatient(settings: Settings) -> None:
    """Gives up after half a second; the pool is made anew for it."""
    settings.CARRIER_TIMEOUT_SECONDS = 0.5
    http.pool.cache_clear()


# --- Sending ------------------------------------------------------------------------------------
def test_the_signature_is_that_of_the_example_in_aliyun_s_documentation() -> None:
    image = "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
    headers = signed_headers(
        key_id="YourAccessKeyId",
        key_secret="YourAccessKeySecret",
        host="ecs.cn-shanghai.aliyuncs.com",
        action="RunInstances",
        version="2014-05-26",
        query=query_string({"RegionId": "cn-shanghai", "ImageId": image}),
        at=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        nonce="3156853299f313e23d1673dc12e1703d",
    )
    assert headers["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;"
        "x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_template_values_and_our_id_are_handed_over_and_the_number_kept(sandbox: Sandbox) -> None:
    sandbox.post("/aliyun/templates.json", {"SMS_7001": "${candidate_name}您好，恭喜通过${position}面试。"})
    sent = text(provider_template="SMS_7001")
    accepted = ALIYUN.send(sent)
    (kept,) = sandbox.messages(channel="sms")
    assert kept["text"] == "【海岳银行】王小明您好，恭喜通过综合柜员面试。"
    assert (kept["to"], kept["reference"], kept["client_id"]) == (
        PHONE,
        accepted.reference,
        str(sent.message_id),
    )


def test_a_template_without_variables_needs_no_values(sandbox: Sandbox) -> None:
    ALIYUN.send(text(template_values={}))
    assert len(sandbox.messages(channel="sms")) == 1


@pytest.mark.parametrize("value", ["a b+c&d=e", "a/b?c#d", "~*'()!%20", "您好\n“引号”\\", "😀"])
def test_every_character_of_a_value_is_signed_and_arrives(value: str, sandbox: Sandbox) -> None:
    ALIYUN.send(text(template_values={"v": value}))
    assert sandbox.messages(channel="sms")[0]["text"] == f"【海岳银行】SMS_1001 v={value}"


@pytest.mark.parametrize(
    ("lacking", "code", "named"),
    [
        ({"provider_template": ""}, "no_template", "template"),
        ({"template_values": {**VALUES, "position": " "}}, "empty_value", "position"),
        ({"template_values": {**VALUES, "position": "员" * 36}}, "long_value", "position"),
    ],
)
def test_what_a_template_lacks_is_told_before_anything_is_sent(
    lacking: dict[str, Any], code: str, named: str, sandbox: Sandbox, settings: Settings
) -> None:
    before = sandbox.counts("sms")["requests"]
    error = error_of(text(**lacking))
    assert (error.code, kind(error)) == (code, UNFIT)
    assert named in error.reason
    assert "王小明" not in error.reason
    settings.SMS_PROVIDERS = ["twilio", "aliyun"]
    assert why("sms", code) == str(ERRORS[code])
    assert sandbox.counts("sms")["requests"] == before


def test_a_number_abroad_is_written_without_its_plus_sign(sandbox: Sandbox) -> None:
    ALIYUN.send(text("+85212345678"))
    assert [kept["to"] for kept in sandbox.messages()] == ["+85212345678"]


def test_no_number_gets_an_address_in_a_value() -> None:
    assert not ALIYUN.takes_link(PHONE)
    assert not ALIYUN.takes_link("+85212345678")


def test_a_number_and_a_value_are_in_no_log_whatever_its_level(
    sandbox: Sandbox, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    quieted = settings.LOGGING["loggers"]["urllib3"]["level"]
    with caplog.at_level(logging.DEBUG), caplog.at_level(quieted, logger="urllib3"):
        ALIYUN.send(text())
        error_of(text("+8613800130001"))
    assert "138001" not in caplog.text
    assert "%E7%8E%8B" not in caplog.text


# --- What each answer leads to ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "message", "status", "expected", "wait"),
    [
        ("isv.MOBILE_NUMBER_ILLEGAL", "非法手机号", 200, PERMANENT, None),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1", 200, THROTTLED, 60),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5", 200, THROTTLED, 3600),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:50", 200, PERMANENT, None),
        ("isv.BUSINESS_LIMIT_CONTROL", "", 200, PERMANENT, None),
        ("isv.DAY_LIMIT_CONTROL", "触发日发送限额", 200, RETRY, None),
        ("isv.MONTH_LIMIT_CONTROL", "触发月发送限额", 200, RETRY, None),
        ("isv.SMS_SIGN_ILLEGAL", "签名禁止使用", 200, UNFIT, None),
        ("isv.SMS_SIGNATURE_ILLEGAL", "短信签名不合法", 200, UNFIT, None),
        ("isv.SMS_TEMPLATE_ILLEGAL", "短信模版不合法", 200, UNFIT, None),
        ("isv.TEMPLATE_MISSING_PARAMETERS", "模版缺少变量", 200, UNFIT, None),
        ("isv.INVALID_JSON_PARAM", "", 200, UNFIT, None),
        ("isv.PARAM_LENGTH_LIMIT", "", 200, UNFIT, None),
        ("isv.PARAM_NOT_SUPPORT_URL", "", 200, UNFIT, None),
        ("isv.BLACK_KEY_CONTROL_LIMIT", "", 200, PERMANENT, None),
        ("isv.A_NEW_ONE", "", 200, PERMANENT, None),
        ("isv.OUT_OF_SERVICE", "业务停机", 200, RETRY, None),
        ("isv.AMOUNT_NOT_ENOUGH", "账户余额不足", 200, RETRY, None),
        ("isv.ACCOUNT_ABNORMAL", "", 200, RETRY, None),
        ("isp.RAM_PERMISSION_DENY", "", 200, RETRY, None),
        ("isp.SYSTEM_ERROR", "系统错误", 200, UNCERTAIN, None),
        ("Throttling", "", 400, THROTTLED, None),
        ("Throttling.User", "", 503, THROTTLED, None),
        ("TooMany", "", 429, THROTTLED, None),
        ("SignatureDoesNotMatch", "", 400, RETRY, None),
        ("SignatureNonceUsed", "", 400, UNCERTAIN, None),
        ("IncompleteSignature", "", 400, RETRY, None),
        ("InvalidAccessKeyId.NotFound", "", 404, RETRY, None),
        ("InvalidAccessKeyId.Inactive", "", 403, RETRY, None),
        ("InvalidTimeStamp.Expired", "", 400, RETRY, None),
        ("Forbidden.RAM", "", 403, RETRY, None),
        ("NoPermission", "", 403, RETRY, None),
        ("InternalError", "", 500, UNCERTAIN, None),
        ("ServiceUnavailable", "", 503, UNCERTAIN, None),
        ("MissingPhoneNumbers", "", 400, PERMANENT, None),
    ],
)
def test_each_code_leads_to_its_next_step(
    code: str, message: str, status: int, expected: str, wait: float | None
) -> None:
    error = as_transport_error(AliyunError(code=code, message=message, status=status, retry_after=None))
    assert (kind(error), error.retry_after, error.code) == (expected, wait, code)


def test_every_code_that_is_explained_is_explained_in_words() -> None:
    assert all(str(words).endswith((".", "。")) for words in ERRORS.values())


@pytest.mark.parametrize(
    ("to", "code"),
    [("+8613800130001", "isv.MOBILE_NUMBER_ILLEGAL"), ("+8613800130002", "isv.BUSINESS_LIMIT_CONTROL")],
)
def test_a_number_that_cannot_get_it_is_a_permanent_failure(sandbox: Sandbox, to: str, code: str) -> None:
    error = error_of(text(to))
    assert (error.code, kind(error)) == (code, PERMANENT)
    assert to.removeprefix("+86") not in str(error)


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("ALIYUN_ACCESS_KEY_ID", "InvalidAccessKeyId.NotFound"),
        ("ALIYUN_ACCESS_KEY_SECRET", "SignatureDoesNotMatch"),
    ],
)
def test_a_refused_account_is_ours_to_mend_and_not_the_message_s_end(
    sandbox: Sandbox, settings: Settings, setting: str, code: str
) -> None:
    setattr(settings, setting, "wrong")
    error = error_of(text())
    assert (error.code, kind(error)) == (code, RETRY)
    assert ERRORS[code]


def test_what_is_not_registered_is_left_to_the_next_carrier(sandbox: Sandbox, settings: Settings) -> None:
    sandbox.put("/aliyun/templates.json", {"SMS_7001": "${candidate_name}您好，恭喜通过${position}面试。"})
    try:
        assert (error := error_of(text())).code == "isv.SMS_TEMPLATE_ILLEGAL"
        assert kind(error) == UNFIT
        ALIYUN.send(text(provider_template="SMS_7001"))
    finally:
        sandbox.put("/aliyun/templates.json", {})
    settings.ALIYUN_SMS_SIGN_NAME = "别的银行"
    assert (error := error_of(text())).code == "isv.SMS_SIGNATURE_ILLEGAL"
    assert kind(error) == UNFIT


def test_a_busy_carrier_throttles_and_a_broken_one_leaves_it_uncertain(sandbox: Sandbox) -> None:
    sandbox.faults(fail_rate=1)
    assert {error.code: kind(error) for error in (error_of(text()) for _ in range(30))} == {
        "InternalError": UNCERTAIN,
        "isp.SYSTEM_ERROR": UNCERTAIN,
        "Throttling.User": THROTTLED,
    }


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b"<html>welcome</html>", UNCERTAIN),
        (200, b"", UNCERTAIN),
        (200, b"[]", UNCERTAIN),
        (200, b'{"Code": null}', UNCERTAIN),
        (200, b'{"Code": {"a": 1}}', UNCERTAIN),
        (200, b"[" * 100_000, UNCERTAIN),
        (502, b"Bad Gateway", UNCERTAIN),
        (429, b"slow down", THROTTLED),
        (407, b"proxy login", RETRY),
        (302, b"", RETRY),
    ],
)
def test_an_answer_that_is_not_aliyun_s_is_never_taken_for_a_yes(
    status: int, body: bytes, expected: str, settings: Settings
) -> None:
    with Babbler(status, body) as babbler:
        settings.ALIYUN_SMS_API_URL = babbler.url
        error = error_of(text())
    assert (kind(error), error.code) == (expected, str(status))


def test_a_yes_with_a_strange_number_can_be_stored(settings: Settings) -> None:
    with Babbler(200, json.dumps({"Code": "OK", "BizId": "\0" + "9" * 200 + "\ud800"}).encode()) as babbler:
        settings.ALIYUN_SMS_API_URL = babbler.url
        assert ALIYUN.send(text()) == Accepted("9" * 100)


@pytest.mark.usefixtures("sandbox")
def test_nobody_listening_means_that_nothing_was_sent(settings: Settings) -> None:
    settings.ALIYUN_SMS_API_URL = "http://127.0.0.1:9"
    assert kind(error_of(text())) == RETRY


# --- The uncertain ------------------------------------------------------------------------------
def repeat_of(sent: Envelope, *, minutes_ago: float = 2) -> Envelope:
    since = timezone.now() - timedelta(minutes=minutes_ago)
    return text(sent.to, message_id=sent.message_id, first_sent_at=since)


def test_no_answer_is_uncertain_and_the_records_tell_that_it_was_taken(
    impatient: None, sandbox: Sandbox
) -> None:
    sandbox.faults(timeout_after_accept=1)
    sent = text()
    assert kind(error_of(sent)) == UNCERTAIN
    sandbox.faults(timeout_after_accept=0)
    assert len(sandbox.messages(channel="sms")) == 1
    assert ALIYUN.look_up(repeat_of(sent)) == Accepted("")


def test_the_look_up_takes_no_other_text_and_no_other_number(sandbox: Sandbox) -> None:
    sent = text()
    ALIYUN.send(sent)
    assert ALIYUN.look_up(repeat_of(text())) is None
    assert ALIYUN.look_up(repeat_of(text("+8613800138001", message_id=sent.message_id))) is None
    assert ALIYUN.look_up(repeat_of(sent)) is not None


def test_the_look_up_reads_every_page_and_every_day_since(sandbox: Sandbox) -> None:
    sent = text()
    ALIYUN.send(sent)
    for _ in range(50):
        ALIYUN.send(text())
    before = sandbox.counts("sms")["requests"]
    assert ALIYUN.look_up(repeat_of(sent, minutes_ago=2 * 24 * 60)) is not None
    assert sandbox.counts("sms")["requests"] - before == 4  # two empty days, then two pages


def test_right_after_a_try_an_empty_record_proves_nothing(sandbox: Sandbox) -> None:
    error = look_up_error(repeat_of(text(), minutes_ago=0.5))
    assert (kind(error), error.code, error.retry_after) == (UNCERTAIN, "not_recorded", 60)


def test_a_record_of_failure_sends_the_message_to_the_next_channel(sandbox: Sandbox) -> None:
    sent = text("+8613800130003")
    ALIYUN.send(sent)
    eventually(sandbox.settled)
    error = look_up_error(repeat_of(sent))
    assert (kind(error), error.code) == (PERMANENT, "MOBILE_NOT_ON_SERVICE")


def test_a_look_up_that_fails_leaves_it_uncertain(sandbox: Sandbox, settings: Settings) -> None:
    repeat = repeat_of(text())
    settings.ALIYUN_ACCESS_KEY_SECRET = "wrong"
    assert kind(look_up_error(repeat)) == UNCERTAIN
    settings.ALIYUN_SMS_API_URL = "http://127.0.0.1:9"
    assert kind(look_up_error(repeat)) == UNCERTAIN


@pytest.mark.parametrize(
    "told",
    [
        {"Code": "OK"},
        {"Code": "OK", "TotalCount": "many", "SmsSendDetailDTOs": {"SmsSendDetailDTO": []}},
        {"Code": "OK", "TotalCount": "1", "SmsSendDetailDTOs": {"SmsSendDetailDTO": ["x"]}},
        {"Code": "OK", "TotalCount": "1", "SmsSendDetailDTOs": None},
    ],
)
def test_records_that_cannot_be_read_leave_it_uncertain(told: dict[str, Any], settings: Settings) -> None:
    with Babbler(200, json.dumps(told).encode()) as babbler:
        settings.ALIYUN_SMS_API_URL = babbler.url
        assert kind(look_up_error(repeat_of(text()))) == UNCERTAIN


# --- Reports ------------------------------------------------------------------------------------
@pytest.fixture
def message(offer: Offer) -> Message:
    return MessageFactory.create(offer=offer, state=State.ACCEPTED, provider="aliyun", reference="900^0")


def report_of(message: Message, **changed: Any) -> dict[str, Any]:
    return {
        "phone_number": "13800138000",
        "send_time": "2026-12-07 09:00:00",
        "report_time": "2026-12-07 09:00:03",
        "success": True,
        "err_code": "DELIVERED",
        "err_msg": "用户接收成功",
        "sms_size": "1",
        "biz_id": "900^0",
        "out_id": str(message.pk),
        **changed,
    }


def post(client: Client, content: object, *, secret: str = OUR_SECRET) -> HttpResponse:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post(f"/callbacks/aliyun/{secret}/", data=body, content_type="application/json")  # type: ignore[return-value]


def state_of(message: Message) -> str:
    return Message.objects.get(pk=message.pk).state


def must_have_left_no_trace(answered: HttpResponse, message: Message) -> None:
    assert answered.status_code == 403
    assert state_of(message) == State.ACCEPTED
    assert not Receipt.objects.exists()


@pytest.mark.django_db
def test_reports_are_kept_applied_and_answered_as_aliyun_asks(client: Client, message: Message) -> None:
    answered = post(client, [report_of(message)])
    assert (answered.status_code, json.loads(answered.content)) == (200, {"code": 0, "msg": "received"})
    assert state_of(message) == State.DELIVERED
    kept = Receipt.objects.get()
    assert (kept.message, kept.word, kept.reference, kept.code) == (message, "DELIVERED", "900^0", "")
    assert "err_msg=用户接收成功" in kept.raw


@pytest.mark.django_db
def test_one_request_may_report_on_several_texts(client: Client, offer: Offer, sh_offer: Offer) -> None:
    first, second = (
        MessageFactory.create(offer=one, state=State.ACCEPTED, provider="aliyun") for one in (offer, sh_offer)
    )
    failed = report_of(second, success=False, err_code="MOBILE_IN_BLACK", biz_id="901^0")
    post(client, [report_of(first), failed])
    assert (state_of(first), state_of(second)) == (State.DELIVERED, State.UNDELIVERED)
    assert Message.objects.get(pk=second.pk).error_code == "MOBILE_IN_BLACK"


@pytest.mark.django_db
def test_a_thousand_reports_in_one_request_are_not_too_many(client: Client, message: Message) -> None:
    others = [report_of(message, out_id="", biz_id=f"{number}^0") for number in range(1000)]
    assert post(client, [*others, report_of(message)]).status_code == 200
    assert Receipt.objects.count() == 1001


@pytest.mark.django_db
def test_a_replay_changes_nothing(client: Client, message: Message) -> None:
    for _ in range(3):
        assert post(client, [report_of(message), report_of(message)]).status_code == 200
    assert Receipt.objects.count() == 1
    assert Event.objects.filter(message_id=message.pk, kind="delivered").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("out_id", ["", "of-another-system"])
def test_a_report_without_our_id_before_the_answer_is_matched_by_its_number_later(
    client: Client, offer: Offer, out_id: str
) -> None:
    lease = uuid4()
    message = MessageFactory.create(offer=offer, state=State.SENDING, provider="aliyun", lease=lease)
    post(client, [report_of(message, out_id=out_id, biz_id="77^0")])
    assert (Receipt.objects.get().message, state_of(message)) == (None, State.SENDING)
    finish(lease=lease, tried=[Tried(message.pk, Accepted("77^0"), timezone.now(), 200)])
    assert state_of(message) == State.DELIVERED


@pytest.mark.django_db
def test_a_report_with_our_id_before_the_answer_is_applied_at_once(client: Client, offer: Offer) -> None:
    lease = uuid4()
    message = MessageFactory.create(offer=offer, state=State.SENDING, provider="aliyun", lease=lease)
    post(client, [report_of(message, biz_id="77^0")])
    assert state_of(message) == State.DELIVERED
    finish(lease=lease, tried=[Tried(message.pk, Accepted("77^0"), timezone.now(), 200)])
    assert state_of(message) == State.DELIVERED


@pytest.mark.django_db
def test_a_text_found_by_look_up_gets_its_number_from_its_report(client: Client, offer: Offer) -> None:
    message = MessageFactory.create(offer=offer, state=State.ACCEPTED, provider="aliyun", reference="")
    post(client, [report_of(message, biz_id="78^0")])
    assert Message.objects.get(pk=message.pk).reference == "78^0"


@pytest.mark.django_db
@pytest.mark.parametrize("success", [None, "yes", {"a": 1}])
def test_an_unknown_word_is_kept_for_people_to_see(client: Client, message: Message, success: object) -> None:
    post(client, [report_of(message, success=success, err_code="SOMETHING_NEW")])
    assert state_of(message) == State.ACCEPTED
    assert Receipt.objects.get().word == "SOMETHING_NEW"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "secret",
    [
        "wrong",
        "made-up-aliyun-callbac",
        "made-up-aliyun-callback/x",
        "made-up-aliyun-callbackk",
        "秘密",
    ],
)
def test_a_forged_report_is_refused_and_leaves_no_trace(
    client: Client, message: Message, secret: str
) -> None:
    must_have_left_no_trace(post(client, [report_of(message)], secret=secret), message)
    must_have_left_no_trace(client.post("/callbacks/aliyun/", data=b"[]", content_type="text/plain"), message)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_get_is_refused(client: Client, message: Message) -> None:
    body = json.dumps([report_of(message)])
    answered = client.generic("GET", f"/callbacks/aliyun/{OUR_SECRET}/", body, "application/json")
    must_have_left_no_trace(answered, message)  # type: ignore[arg-type]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"no json", b"1", b'"x"', b"[1]", b"[[]]", b"[" * 20_000, b"[null]"]
)
def test_a_body_that_holds_no_reports_is_refused(client: Client, message: Message, body: bytes) -> None:
    must_have_left_no_trace(post(client, body), message)


@pytest.mark.django_db
def test_characters_that_cannot_be_stored_are_left_out(client: Client, message: Message) -> None:
    body = json.dumps([report_of(message, err_msg="a\0b\ud800c", err_code="DELI\0VERED", more={"x": ["y"]})])
    assert post(client, body.encode()).status_code == 200
    assert Receipt.objects.get().word == "DELIVERED"
    assert state_of(message) == State.DELIVERED


@pytest.mark.django_db
def test_what_the_stand_in_reports_is_understood(
    sandbox: Sandbox, callbacks: Listener, client: Client, message: Message
) -> None:
    ALIYUN.send(text(message_id=message.pk))
    eventually(lambda: callbacks.requests)
    (request,) = callbacks.requests
    assert request.path == f"/callbacks/aliyun/{ALIYUN_CALLBACK_SECRET}/"
    post(client, request.body, secret=ALIYUN_CALLBACK_SECRET)
    assert state_of(message) == State.DELIVERED


# --- Settings -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name",
    ["ALIYUN_ACCESS_KEY_ID", "ALIYUN_ACCESS_KEY_SECRET", "ALIYUN_SMS_SIGN_NAME", "ALIYUN_CALLBACK_SECRET"],
)
def test_half_of_its_settings_is_a_contradiction_that_names_the_rest(settings: Settings, name: str) -> None:
    setattr(settings, name, "")
    (problem,) = ALIYUN.contradictions()
    assert name in problem


def test_none_of_its_settings_switches_it_off(settings: Settings) -> None:
    for name in ALIYUN.needs:
        setattr(settings, name, "")
    assert ALIYUN.contradictions() == []
    assert ALIYUN.missing_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALIYUN_CALLBACK_SECRET", "short"),
        ("ALIYUN_CALLBACK_SECRET", "a secret with spaces in it"),
        ("ALIYUN_CALLBACK_SECRET", "a/secret/with/slashes"),
        ("ALIYUN_SMS_SIGN_NAME", "【海岳银行】"),
        ("ALIYUN_SMS_API_URL", "dysmsapi.aliyuncs.com"),
        ("ALIYUN_SMS_API_URL", "https://dysmsapi.aliyuncs.com/sms"),
    ],
)
def test_a_setting_that_cannot_be_meant_so_is_named_and_not_repeated(
    settings: Settings, name: str, value: str
) -> None:
    setattr(settings, name, value)
    (problem,) = ALIYUN.contradictions()
    assert name in problem
    assert value not in problem
