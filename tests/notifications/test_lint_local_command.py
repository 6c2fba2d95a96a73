"""What `manage.py lint_local` prints: per branch what contradicts the core, and with --cases how good the lint is."""

import pytest
from django.core.management import call_command
from pytest_django import Settings

from branches.models import Branch
from notifications.lint import Kind
from notifications.lint_cases import FOLDER, measure
from notifications.models import LocalField, LocalPaper, LocalValue
from notifications.sample.load import load_sample
from tests.factories import LocalFieldFactory, LocalValueFactory


def printed(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    call_command("lint_local", *options)
    return capsys.readouterr().out


@pytest.fixture
def sample(db: None, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick ones
    load_sample(password="a long enough password")


def test_the_sample_bank_contradicts_itself_nowhere(sample: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys) == "13 branches, 0 findings.\n"


def test_what_contradicts_the_core_is_told_at_the_branch_that_states_it(
    sample: None, capsys: pytest.CaptureFixture[str]
) -> None:
    field = LocalField.objects.get(key="papers_note")
    LocalValue.objects.filter(branch__code="BJ", field=field).update(value="学位证书带复印件即可")
    branch = Branch.objects.get(code="SH-LJZ")
    LocalPaper.objects.create(branch=branch, key="hukou", name="户口本", name_en="household register")
    out = printed(capsys)
    assert "BJ\n  papers_note (zh-hans): " in out
    assert "SH-LJZ\n  hukou (zh-hans): " in out
    assert "BJ-CBD" not in out  # it inherits the text, and could not mend it


def test_conditions_that_compete_or_leave_somebody_out_are_told(
    bj: Branch, capsys: pytest.CaptureFixture[str]
) -> None:
    field = LocalFieldFactory.create(key="arrival")
    for condition in ({"category": {"is": ["campus"]}}, {"category": {"not": ["social"]}}):
        LocalValueFactory.create(branch=bj, field=field, condition=condition, value="到3层")
    assert "arrival" in printed(capsys)
    assert "社会招聘" not in printed(capsys)  # an optional text may be for some only
    LocalField.objects.update(required=True)
    assert "社会招聘" in printed(capsys)


def test_the_lint_is_measured_on_cases_of_every_kind() -> None:
    for measured in measure():
        assert measured.contradicting >= 44
        assert measured.harmless >= 36
    cases = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.toml"))
    assert all(f'contradicts = "{kind}"' in cases for kind in Kind)


def test_the_measure_says_what_was_missed_and_what_was_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "--cases")
    for measured in measure():
        assert f"recall {measured.recall:.1%}" in out
        assert f"false alarms {measured.false_alarm_rate:.1%}" in out
        assert all(case.text in out for case in (*measured.missed, *measured.false_alarms))


def test_the_lint_finds_most_and_seldom_cries_wolf_on_what_it_was_not_developed_on() -> None:
    unseen = measure()[-1]
    assert unseen.contradicting + unseen.harmless >= 200
    assert unseen.recall >= 0.9
    assert unseen.false_alarm_rate <= 0.05
