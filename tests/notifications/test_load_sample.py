"""The sample bank in the database: complete, usable at once, and unharmed by a second loading."""

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.test import RequestFactory
from pytest_django import Settings

from branches.models import Branch, Membership, User
from candidates.models import Channel, InterviewSource
from notifications.models import (
    CoreField,
    LocalField,
    LocalValue,
    NotificationTemplate,
    Purpose,
    TemplateBody,
    TemplateVersion,
)
from tests.platform import SECRET

pytestmark = pytest.mark.django_db
MODELS = (Branch, User, Membership, CoreField, LocalField, LocalValue, NotificationTemplate)
MORE_MODELS = (TemplateVersion, TemplateBody, InterviewSource)
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
    before = {model: list(model.objects.order_by("pk").values()) for model in (*MODELS, *MORE_MODELS)}
    printed = load(capsys)
    after = {model: list(model.objects.order_by("pk").values()) for model in (*MODELS, *MORE_MODELS)}
    assert after == before
    assert printed.count("(unchanged)") == 7
