"""Settings that are missing or contradict each other stop the start, and say what to do."""

import base64

import pytest
from django.core.checks import ERROR, CheckMessage
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django import Settings

from hrnotify.checks import carriers, deployment
from notifications.channels import open_channels


def found() -> list[CheckMessage]:
    return [*deployment(), *carriers()]


def only_error() -> CheckMessage:
    [problem] = found()
    assert problem.level == ERROR
    assert problem.hint
    return problem


def test_the_settings_of_the_tests_are_fine() -> None:
    assert found() == []


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL"])
def test_what_is_required_is_named_when_it_is_missing(settings: Settings, name: str) -> None:
    setattr(settings, name, "")
    problem = only_error()
    assert problem.msg == f"{name} is not set."
    assert name in str(problem.hint)


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [""],
        ["not base64!"],
        [base64.b64encode(b"too short").decode()],
        [base64.b64encode(b"x" * 33).decode()],
    ],
)
def test_keys_that_cannot_encrypt_are_an_error_that_does_not_repeat_them(
    settings: Settings, keys: list[str]
) -> None:
    settings.FIELD_KEYS = keys
    problem = only_error()
    assert problem.msg.startswith("FIELD_KEYS: ")
    assert not any(key and key in problem.msg for key in keys)


@pytest.mark.parametrize("url", ["", "hr.bank.example", "ftp://hr.bank.example", "https://", "http:///n/"])
def test_an_address_candidates_cannot_open_is_an_error(settings: Settings, url: str) -> None:
    settings.PUBLIC_URL = url
    assert only_error().id == "hrnotify.E005"


def test_an_address_without_https_is_a_warning_except_on_this_machine(settings: Settings) -> None:
    settings.PUBLIC_URL = "http://hr.bank.example"
    [problem] = found()
    assert (problem.id, problem.level < ERROR) == ("hrnotify.W005", True)
    for fine in ("http://localhost:8000", "http://127.0.0.1:8000", "https://hr.bank.example"):
        settings.PUBLIC_URL = fine
        assert found() == []


CARRIERS = {
    "sms": ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"],
    "email": ["EMAIL_URL", "DEFAULT_FROM_EMAIL"],
    "wechat": ["WECHAT_APP_ID", "WECHAT_APP_SECRET", "WECHAT_TOKEN"],
    "push": ["JPUSH_APP_KEY", "JPUSH_MASTER_SECRET"],
}


@pytest.mark.parametrize(
    ("channel", "name"), [(ch, name) for ch, names in CARRIERS.items() for name in names]
)
def test_half_of_a_carrier_s_settings_is_an_error_that_names_the_other_half(
    settings: Settings, channel: str, name: str
) -> None:
    setattr(settings, name, "")
    assert name in only_error().msg
    assert channel not in open_channels()


@pytest.mark.parametrize("channel", CARRIERS)
def test_none_of_a_carrier_s_settings_just_switches_it_off(settings: Settings, channel: str) -> None:
    for name in CARRIERS[channel]:
        setattr(settings, name, "")
    assert found() == []
    assert set(open_channels()) == set(CARRIERS) - {channel}


def test_a_messaging_service_stands_in_for_a_sender(settings: Settings) -> None:
    settings.TWILIO_FROM, settings.TWILIO_MESSAGING_SERVICE_SID = "", "MG" + "0" * 32
    assert found() == []
    assert "sms" in open_channels()


def test_a_wechat_key_of_the_wrong_length_is_an_error(settings: Settings) -> None:
    settings.WECHAT_AES_KEY = "too short"
    assert "WECHAT_AES_KEY" in only_error().msg
    assert "too short" not in only_error().msg
    settings.WECHAT_AES_KEY = ""
    assert found() == []


def test_an_sms_provider_nobody_knows_is_an_error(settings: Settings) -> None:
    settings.SMS_PROVIDERS = ["twilio", "pigeon"]
    problem = only_error()
    assert "'pigeon'" in problem.msg
    assert "twilio" in str(problem.hint)


@pytest.mark.django_db
def test_a_command_does_not_start_with_wrong_settings(settings: Settings) -> None:
    call_command("check")
    settings.SMS_PROVIDERS = ["pigeon"]
    with pytest.raises(SystemCheckError, match="pigeon"):
        call_command("check")


@pytest.mark.parametrize(
    "rates", [{"carrier-pigeon": 5.0}, {"twilio": 0.0}, {"twilio": -1.0}, {"twilio": float("nan")}]
)
def test_a_rate_of_nobody_or_that_is_none_is_an_error(settings: Settings, rates: dict[str, float]) -> None:
    settings.CARRIER_RATES = rates
    assert only_error().id == "hrnotify.E012"
    assert next(iter(rates)) in only_error().msg


def test_a_lease_that_runs_out_while_a_batch_is_still_sent_is_an_error(settings: Settings) -> None:
    settings.LEASE_SECONDS, settings.CARRIER_TIMEOUT_SECONDS = 60, 15.0
    assert only_error().id == "hrnotify.E013"
    settings.LEASE_SECONDS = 61
    assert found() == []
