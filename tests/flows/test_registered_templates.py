"""A bank whose only carrier of text messages sends registered templates: from the signal to the candidate's answer."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from pytest_django import Settings

from hrnotify.demo import registrations
from hrnotify.demo.phone import Phone
from hrnotify.stack import Stack
from notifications.models import ProviderRegistration
from notifications.states import State
from tests.house import House
from tests.platform import result
from tests.sandbox.running import eventually
from tracking.models import Kind, Progress, Stage


@pytest.fixture(scope="module")
def by_templates_only() -> Iterator[None]:
    """In the environment of the processes that are started next."""
    before = os.environ.get("SMS_PROVIDERS")
    os.environ["SMS_PROVIDERS"] = "aliyun"
    yield
    os.environ.pop("SMS_PROVIDERS")
    if before is not None:
        os.environ["SMS_PROVIDERS"] = before


@pytest.fixture(scope="module")
def running_stack(by_templates_only: None, running_stack: Stack) -> Stack:
    return running_stack


@pytest.fixture
def address(running_stack: Stack, settings: Settings) -> None:
    """The address in the registered texts is the one that the processes send."""
    settings.PUBLIC_URL = running_stack.variables["PUBLIC_URL"]


@pytest.fixture
def registered(address: None, house: House) -> House:
    """The sandbox's carrier knows the sample bank's templates, and takes no others."""
    registrations.tell(sandbox=house.stack.sandbox_url)
    return house


def test_a_candidate_reads_the_registered_text_and_opens_the_page_by_its_code(registered: House) -> None:
    offer_id = registered.signal(result()).json()["offer_id"]
    message = registered.wait_until_state(offer_id, State.DELIVERED)
    [sent] = registered.inbox(channel="sms")
    assert (message.provider, message.channel) == ("aliyun", "sms")
    assert sent["text"] == message.text
    assert sent["text"].startswith(f"【{settings.ALIYUN_SMS_SIGN_NAME}】王小明您好，恭喜您通过海岳银行")
    assert f"{settings.PUBLIC_URL}/n/ （验证码 " in sent["text"]
    assert "$" not in sent["text"]
    phone = Phone(number="+8613800138000")
    phone.open(sent)
    assert phone.confirm()
    eventually(lambda: Progress.objects.get(pk=offer_id).stage == Stage.CONFIRMED)
    assert message.offer.events.filter(kind=Kind.OPENED).exists()


def test_what_the_carrier_has_not_registered_goes_by_mail(registered: House) -> None:
    ProviderRegistration.objects.filter(code="SMS_4600011").delete()
    registrations.tell(sandbox=registered.stack.sandbox_url)
    offer_id = registered.signal(result()).json()["offer_id"]
    refused = registered.wait_until_state(offer_id, State.REJECTED)
    assert (refused.channel, refused.error_code) == ("sms", "isv.SMS_TEMPLATE_ILLEGAL")
    assert registered.wait_until_state(offer_id, State.ACCEPTED).channel == "email"
    assert not registered.inbox(channel="sms")
