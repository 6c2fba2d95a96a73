"""`manage.py preview` prints what would be sent, and stores nothing."""

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from branches.categories import Category
from branches.models import Branch
from candidates.models import Candidate, Channel, Language, PageToken, Style
from notifications.catalogue import Catalogue
from notifications.channels import TRANSPORTS
from notifications.models import Message, Purpose
from notifications.preview import sample_offer
from notifications.sample.load import load_sample
from notifications.way_in import blotted
from notifications.wording import write

pytestmark = pytest.mark.django_db


def preview(capsys: pytest.CaptureFixture[str], *extra: str, **changes: str) -> tuple[str, str]:
    """What it prints: the message, and the remark beside it."""
    options = {"branch": "BJ-CBD", "purpose": "pass_notice", "channel": "sms", **changes}
    call_command("preview", *[f"--{name}={value}" for name, value in options.items()], *extra)
    printed = capsys.readouterr()
    return printed.out, printed.err


@pytest.mark.usefixtures("pass_notice", "bj_cbd")
def test_a_text_message_is_printed_with_its_parts(capsys: pytest.CaptureFixture[str]) -> None:
    message, remark = preview(capsys)
    assert "【海岳银行】恭喜王小明，您已被录用。" in message
    assert "（验证码 1234 5678）" in message
    assert "1 SMS parts" in remark or "2 SMS parts" in remark


@pytest.mark.usefixtures("pass_notice", "bj_cbd")
def test_a_mail_is_printed_with_its_subject_in_the_language_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    message, remark = preview(capsys, channel="email", language="en")
    assert message.startswith("Offer from Haiyue Bank\n\nCongratulations, Wang Xiaoming.\n")
    assert "http://testserver/n/sample" in message
    assert remark == ""


@pytest.mark.usefixtures("pass_notice", "bj_cbd")
def test_nothing_is_stored(capsys: pytest.CaptureFixture[str]) -> None:
    preview(capsys)
    assert not any(model.objects.exists() for model in (Candidate, Message, PageToken))


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.EMAIL, Channel.WECHAT])
@pytest.mark.parametrize("style", Style.values)
@pytest.mark.parametrize("language", Language.values)
def test_what_is_shown_is_what_is_sent_but_for_the_key(
    channel: str, style: str, language: str, capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick ones
    load_sample(password="a long enough password")
    branch = Branch.objects.get(code="BJ-CBD")
    shown, _ = preview(capsys, channel=channel, style=style, language=language)
    offer = sample_offer(branch, category=Category.CAMPUS, style=style, language=language)
    message = Message(offer=offer, purpose=Purpose.PASS_NOTICE, channel=channel)
    catalogue = Catalogue.current(branches=[branch])
    carrier = next(one for one in TRANSPORTS.values() if one.channel == channel)
    sent = write(message, catalogue=catalogue, transport=carrier).wording
    expected = f"{sent.subject}\n\n{sent.text}" if sent.subject else sent.text
    assert blotted(shown.rstrip("\n")) == blotted(expected)


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"branch": "XX"}, "--branch: there is no branch with the code XX"),
        ({"purpose": "greeting"}, "--purpose: invalid choice: 'greeting'"),
        ({"channel": "fax"}, "--channel: invalid choice: 'fax'"),
        ({"purpose": "withdrawal"}, "load_sample or publish a template"),
    ],
)
@pytest.mark.usefixtures("pass_notice", "bj_cbd")
def test_a_wrong_wish_is_answered_with_a_hint(changes: dict[str, str], hint: str) -> None:
    options = {"branch": "BJ-CBD", "purpose": "pass_notice", "channel": "sms", **changes}
    with pytest.raises(CommandError, match=hint):
        call_command("preview", *[f"--{name}={value}" for name, value in options.items()])
