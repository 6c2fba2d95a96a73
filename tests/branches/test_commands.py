"""The commands that hand out secrets: printed once, alone on standard output, so that they can be piped."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from branches.models import ApiKey, Branch
from candidates.models import InterviewSource

pytestmark = pytest.mark.django_db


def run(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO(), **options)
    return out.getvalue().strip()


def test_create_api_key_prints_a_key_of_that_branch(bj: Branch) -> None:
    key = ApiKey.objects.authenticate(run("create_api_key", "--name", "HRIS", "--branch", "BJ"))
    assert key
    assert (key.name, key.branch) == ("HRIS", bj)


def test_create_api_key_refuses_a_branch_that_does_not_exist(db: None) -> None:
    with pytest.raises(CommandError, match="XX"):
        run("create_api_key", "--name", "HRIS", "--branch", "XX")
    assert not ApiKey.objects.exists()


def test_create_source_prints_its_secret(db: None) -> None:
    secret = run("create_source", "ai-2", "--name", "Platform", "--threshold", "72.5")
    source = InterviewSource.objects.get(slug="ai-2")
    assert secret.startswith("whsec_")
    assert source.secrets == [secret]
    assert source.threshold == 72.5


@pytest.mark.parametrize(
    ("slug", "threshold", "named"),
    [("ai 2", "60", "slug"), ("ai-2", "much", "threshold"), ("ai-2", "1e9", "threshold")],
)
def test_create_source_says_which_argument_is_wrong(slug: str, threshold: str, named: str) -> None:
    with pytest.raises(CommandError, match=named):
        run("create_source", slug, "--name", "Platform", "--threshold", threshold)


def test_create_source_refuses_an_address_that_is_taken(db: None) -> None:
    run("create_source", "ai-2", "--name", "Platform")
    with pytest.raises(CommandError, match="slug"):
        run("create_source", "ai-2", "--name", "Another")
    assert InterviewSource.objects.count() == 1
