"""The sample bank in the database: complete, usable at once, and unharmed by a second loading."""

from datetime import time

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.test import RequestFactory
from pytest_django import Settings

from branches.models import Branch, Membership, User
from candidates.models import Channel, DeferralPolicy, InterviewSource
from notifications.local_sending import WindowFacts, nearest_above, window_problems
from notifications.models import (
    ChannelStrategy,
    CoreField,
    LocalField,
    LocalValue,
    NotificationTemplate,
    Purpose,
    ReminderRule,
    SendWindow,
    TemplateBody,
    TemplateVersion,
)
from tests.platform import SECRET

pytestmark = pytest.mark.django_db
MODELS = (Branch, User, Membership, CoreField, LocalField, LocalValue, NotificationTemplate)
MORE_MODELS = (TemplateVersion, TemplateBody, InterviewSource)
PLANNING = (ChannelStrategy, ReminderRule, SendWindow, DeferralPolicy)
PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Password and secret are taken from the environment."""
    monkeypatch.setenv("SAMPLE_PASSWORD", PASSWORD)
    monkeypatch.setenv("SAMPLE_SOURCE_SECRET", SECRET)


@pytest.fixture
def unnamed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SAMPLE_PASSWORD", "SAMPLE_SOURCE_SECRET"):
        monkeypatch.delenv(name, raising=False)


def load(capsys: pytest.CaptureFixture[str]) -> str:
    call_command("load_sample")
    return capsys.readouterr().out


@pytest.mark.usefixtures("named")
def test_it_loads_the_whole_bank(capsys: pytest.CaptureFixture[str]) -> None:
    load(capsys)
    codes = set(Branch.objects.values_list("code", flat=True))
    assert {"HQ", "BJ", "SH", "GD", "BJ-CBD", "BJ-ZGC", "BJ-TZ", "SH-LJZ", "GD-FT"} <= codes
    assert len(codes) == 13
    branch, above = Branch.objects.get(code="BJ-CBD"), Branch.objects.get(code="BJ")
    assert branch.path_and_above[1] == above.path
    assert set(NotificationTemplate.objects.values_list("purpose", flat=True)) == set(Purpose.values)
    assert not TemplateVersion.objects.filter(published_at__isnull=True).exists()
    assert set(TemplateBody.objects.values_list("channel", flat=True)) == set(Channel.values)


@pytest.mark.usefixtures("named")
def test_the_bank_has_its_strategies_rules_windows_and_policies(capsys: pytest.CaptureFixture[str]) -> None:
    load(capsys)
    for model in PLANNING:
        for row in model.objects.all():
            row.full_clean()
    assert set(ReminderRule.objects.values_list("kind", flat=True)) == set(ReminderRule.Kind.values)
    assert ChannelStrategy.objects.filter(purpose="", condition={}).count() == 1
    assert SendWindow.objects.get(branch__code="SH-LJZ").slot_from == time(15)
    windows = SendWindow.objects.select_related("branch")
    for window in windows:
        above = nearest_above(SendWindow, window.branch)
        assert list(window_problems(WindowFacts.of(window), above=above)) == []


@pytest.mark.usefixtures("named")
def test_the_people_sign_in_with_the_password_given(capsys: pytest.CaptureFixture[str]) -> None:
    load(capsys)
    for username in ("hq", "bj", "bj-cbd", "sh-ljz", "gd-th", "audit"):
        user = authenticate(RequestFactory().get("/"), username=username, password=PASSWORD)
        assert isinstance(user, User)
        assert user.is_staff == (username in {"hq", "audit"})
    assert InterviewSource.objects.get(slug="ai-interview").secret == SECRET


@pytest.mark.usefixtures("unnamed")
def test_without_wishes_random_logins_and_a_secret_are_made_and_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    printed = load(capsys)
    passwords = [line.rpartition("password: ")[2] for line in printed.splitlines() if "password: " in line]
    assert len(set(passwords)) == 6
    assert authenticate(RequestFactory().get("/"), username="hq", password=passwords[0])
    assert InterviewSource.objects.get(slug="ai-interview").secret in printed


@pytest.mark.usefixtures("unnamed")
def test_loading_again_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    load(capsys)
    Branch.objects.filter(code="BJ").update(phone="010-0000 0000")
    SendWindow.objects.filter(branch__code="HQ").update(opens_at=time(9))
    ReminderRule.objects.filter(number=1).update(active=False)
    before = {
        model: list(model.objects.order_by("pk").values()) for model in (*MODELS, *MORE_MODELS, *PLANNING)
    }
    printed = load(capsys)
    after = {
        model: list(model.objects.order_by("pk").values()) for model in (*MODELS, *MORE_MODELS, *PLANNING)
    }
    assert after == before
    assert printed.count("(unchanged)") == 7
