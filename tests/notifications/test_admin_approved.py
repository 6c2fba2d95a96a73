"""Headquarters approves the wordings from which HR starts a personal message."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from branches.models import Branch
from candidates.models import Offer
from notifications.models import ApprovedWording
from notifications.personal import problems, wording_problems
from notifications.sample.load import HERE
from tests.notifications.admin_pages import as_auditor, as_hq, page

__all__ = ["as_auditor", "as_hq"]
WORDINGS: list[dict[str, Any]] = tomllib.loads((Path(HERE) / "wordings.toml").read_text("utf-8"))["wording"]


def form(**texts: str) -> dict[str, str]:
    stated = {"title": "提醒答复", "title_en": "Please answer", "position": "0", "active": "on"}
    return {**stated, "text": "请您尽快答复。", "text_en": "Please answer soon.", **texts}


def test_headquarters_approves_a_wording(as_hq: Client) -> None:
    assert as_hq.post(page(ApprovedWording, "add"), form()).status_code == 302
    assert ApprovedWording.objects.get().in_language("en") == "Please answer soon."


@pytest.mark.parametrize(
    "texts",
    [
        {"text": "请致电010-5550 6110。"},
        {"text_en": "See https://evil.example/a"},
        {"text": "请于12月20日上午九点到岗报到。"},
        {"text": "{{ candidate_name }}您好。"},
    ],
)
def test_what_hr_could_not_send_is_not_approved(texts: dict[str, str], as_hq: Client) -> None:
    answer = as_hq.post(page(ApprovedWording, "add"), form(**texts))
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == list(texts)
    assert not ApprovedWording.objects.exists()


def test_an_auditor_reads_and_does_not_approve(as_auditor: Client) -> None:
    assert as_auditor.get(page(ApprovedWording)).status_code == 200
    assert as_auditor.post(page(ApprovedWording, "add"), form()).status_code == 403


@pytest.mark.parametrize("wording", WORDINGS, ids=lambda wording: wording["title_en"])
def test_every_wording_of_the_sample_bank_can_be_sent_as_it_stands(
    wording: dict[str, Any], offer: Offer, bank: Branch
) -> None:
    for name in ("text", "text_en"):
        assert wording_problems(wording[name]) == problems(wording[name], offer=offer) == []
        assert len(wording[name]) <= 200
    assert wording["text_en"].isascii()
