"""The sample bank's texts, as `manage.py preview` prints them: one wording, and every branch's local truth."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from branches.models import Branch, User
from candidates.models import Channel, Style
from notifications.models import CoreVersion, LocalField, LocalPaper, LocalValue, Purpose
from notifications.publishing import new_core_draft, publish
from notifications.sample.load import load_sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def sample(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick ones
    load_sample(password="a long enough password")


@pytest.fixture
def shown(sample: None, capsys: pytest.CaptureFixture[str]) -> Any:
    def preview(branch: str, **asked: str) -> str:
        """The pass notice as a detailed letter, unless something else is asked for."""
        wanted = {"purpose": Purpose.PASS_NOTICE, "channel": Channel.EMAIL, "style": Style.DETAILED, **asked}
        call_command(
            "preview", *(f"--{name}={value}" for name, value in {"branch": branch, **wanted}.items())
        )
        return capsys.readouterr().out

    return preview


CITIES = {"BJ-CBD": "社保转移证明", "BJ-TZ": "社保转移证明", "SH-LJZ": "居住证", "SH-HQ": "居住证"}


@pytest.mark.parametrize(("branch", "paper"), CITIES.items())
def test_each_city_asks_for_its_own_paper(shown: Any, branch: str, paper: str) -> None:
    text = shown(branch, category="social")
    assert f"· {paper}" in text
    others = set(CITIES.values()) - {paper}
    assert not any(f"· {other}" in text for other in others)


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.SMS])
def test_a_graduate_in_beijing_reads_that_no_social_security_certificate_is_needed(
    shown: Any, channel: str
) -> None:
    asked = {"channel": channel, "purpose": Purpose.THREE_DAYS, "style": Style.CONCISE}
    assert "无需提供：社保转移证明" in shown("BJ-CBD", category="campus", **asked)
    lateral = shown("BJ-CBD", category="social", **asked)
    assert "无需提供" not in lateral
    assert "社保转移证明原件" in lateral


def test_the_english_letter_says_the_same(shown: Any) -> None:
    assert "Not needed: social security transfer certificate" in shown(
        "BJ-CBD", category="campus", language="en"
    )
    lateral = shown("BJ-CBD", category="social", language="en")
    assert "· social security transfer certificate (original)" in lateral
    assert "Not needed" not in lateral


def test_graduates_read_a_paragraph_of_their_own(shown: Any) -> None:
    assert "确认三方协议已经签章" in shown("SH-LJZ", category="campus")
    assert "三方协议" not in shown("SH-LJZ", category="social")


def test_guangzhou_names_one_hospital_and_foshan_any(shown: Any) -> None:
    for branch in ("GD-TH", "GD-NS"):
        assert "仅限广州市越秀区岳安医院" in shown(branch)
    foshan = shown("GD-FT")
    assert "佛山市二级及以上公立医院均可" in foshan
    assert "岳安医院" not in foshan


def test_a_branch_adds_its_metro_exit(shown: Any) -> None:
    field, branch = LocalField.objects.get(key="metro_exit"), Branch.objects.get(code="BJ-CBD")
    LocalValue.objects.filter(branch=branch, field=field).update(value="10号线金台夕照站C口")
    assert "地铁出行：10号线金台夕照站C口" in shown("BJ-CBD")
    assert "金台夕照" not in shown("BJ-ZGC")


def test_no_branch_makes_a_copy_of_an_original(shown: Any) -> None:
    branch = Branch.objects.get(code="BJ-CBD")
    LocalPaper.objects.create(branch=branch, key="degree", name="学历学位证书", name_en="-", form="copy")
    LocalPaper.objects.create(branch=branch, key="id_card", name="身份证", name_en="-", demand="not_needed")
    for category in ("campus", "social", "intern"):
        text = shown("BJ-CBD", category=category)
        assert "· 学历学位证书原件" in text
        assert "· 身份证原件及复印件" in text
        assert "学历学位证书复印件" not in text


def test_one_changed_core_paper_shows_at_every_branch(shown: Any) -> None:
    draft = new_core_draft()
    draft.papers.filter(key="health_report").update(name="入职体检报告", valid_months=3)
    publish(draft, by=User.objects.get(username="hq"))
    for branch in Branch.objects.filter(depth__gt=1):
        assert "· 入职体检报告原件（3个月内）" in shown(branch.code)
    assert CoreVersion.objects.count() == 2


def test_the_command_prints_what_it_is_asked_for_and_says_what_is_wrong() -> None:
    """From outside, as a script would call it."""
    answer = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "preview",
            "--branch",
            "X",
            "--purpose",
            "nonsense",
            "--channel",
            "sms",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    assert "--purpose" in answer.stderr
