"""Headquarters' preview is what a candidate would get, letter for letter, from what is in force or from a draft."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from branches.models import Branch, User
from candidates.models import Channel, Language, Offer, Style
from notifications.catalogue import Catalogue
from notifications.models import CoreVersion, LocalValue, TemplateVersion
from notifications.preview import preview
from notifications.publishing import new_core_draft, new_draft
from tests.notifications.admin_pages import as_auditor, as_hq, signed_in

__all__ = ["as_auditor", "as_hq"]
ADDRESS = "admin:notifications_preview"


@pytest.fixture
def texts(pass_notice: TemplateVersion, bj_cbd: Branch) -> TemplateVersion:
    return pass_notice


@pytest.fixture
def draft(texts: TemplateVersion) -> TemplateVersion:
    version = new_draft(texts.template, source=texts)
    version.bodies.filter(channel="sms", language="zh-hans").update(
        text="{{ candidate_name }}，{{ metro_exit }}。"
    )
    return version


def shown(client: Client, **asked: Any) -> Any:
    answer = client.get(reverse(ADDRESS), asked)
    assert answer.status_code == 200
    return answer.context["shown"]


@pytest.mark.parametrize("channel", Channel.values)
@pytest.mark.parametrize("language", Language.values)
def test_every_channel_and_language_is_the_text_that_is_sent(
    as_hq: Client, texts: TemplateVersion, offer: Offer, channel: str, language: str
) -> None:
    seen = shown(as_hq, channel=channel, language=language, style=Style.CONCISE, interview=offer.interview_id)
    sent = preview(offer, purpose="pass_notice", channel=channel, language=language, style=Style.CONCISE)
    assert seen.wording == sent
    assert seen.before is None


def test_a_real_candidate_is_shown_in_their_own_style_and_language(
    as_hq: Client, texts: TemplateVersion, english_offer: Offer
) -> None:
    seen = shown(as_hq, interview=english_offer.interview_id)
    assert seen.wording.text.startswith("[Haiyue Bank] Congratulations, Alex Example.")


def test_a_made_up_candidate_belongs_to_the_branch_that_was_chosen(
    as_hq: Client, draft: TemplateVersion
) -> None:
    version = f"template:{draft.pk}"
    assert "10号线" in shown(as_hq, version=version, branch="BJ-CBD").wording.text
    assert "10号线" not in shown(as_hq, version=version, branch="BJ").wording.text


def test_a_draft_is_shown_with_what_differs_from_what_is_in_force(
    as_hq: Client, draft: TemplateVersion
) -> None:
    seen = shown(as_hq, version=f"template:{draft.pk}", branch="BJ-CBD")
    assert seen.is_changed
    assert "".join(piece.text for piece in seen.pieces if piece.kind != "removed") == seen.wording.text
    assert "".join(piece.text for piece in seen.pieces if piece.kind != "added") == seen.before.text
    assert TemplateVersion.objects.get(pk=draft.pk).is_draft


def test_a_draft_of_the_core_is_shown_in_the_texts_in_force(as_hq: Client, texts: TemplateVersion) -> None:
    core = new_core_draft()
    core.values.update(value="海岳村镇银行")
    seen = shown(as_hq, version=f"core:{core.pk}")
    assert seen.wording.text.startswith("【海岳村镇银行】")
    assert seen.before.text.startswith("【海岳银行】")
    assert seen.wording.core == CoreVersion.objects.get(number=2)


def test_a_draft_of_another_purpose_says_nothing_about_this_one(
    as_hq: Client, draft: TemplateVersion
) -> None:
    answer = as_hq.get(reverse(ADDRESS), {"version": f"template:{draft.pk}", "purpose": "unread"})
    assert answer.context["shown"] is None
    assert answer.context["version"] is None


@pytest.mark.parametrize(
    "asked",
    [
        {"interview": "no-such-number"},
        {"branch": "XX"},
        {"channel": "pigeon"},
        {"purpose": "x", "version": "template:x"},
        {"category": "x"},
        {"interview": "x" * 200},
    ],
)
def test_what_does_not_exist_is_told_beside_its_field(
    as_hq: Client, texts: TemplateVersion, asked: dict[str, str]
) -> None:
    answer = as_hq.get(reverse(ADDRESS), asked)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert answer.context["shown"] is None


def test_a_candidate_is_found_within_the_scope_of_who_asks(
    texts: TemplateVersion, offer: Offer, bj_hr: User, as_hq: Client
) -> None:
    """An administrator without a membership opens the page, and finds nobody."""
    bj_hr.memberships.all().delete()
    bj_hr.is_staff = bj_hr.is_superuser = True
    bj_hr.save()
    assert shown(as_hq, interview=offer.interview_id)
    assert shown(signed_in(bj_hr), interview=offer.interview_id) is None


def test_without_any_branch_or_text_the_page_opens_all_the_same(
    as_hq: Client, as_auditor: Client, bank: Branch
) -> None:
    assert shown(as_hq) is None
    assert shown(as_auditor) is None


def test_local_values_of_the_draft_are_not_touched(as_hq: Client, draft: TemplateVersion) -> None:
    before = list(LocalValue.objects.values())
    shown(as_hq, version=f"template:{draft.pk}", branch="BJ-CBD")
    assert list(LocalValue.objects.values()) == before


def test_branch_hr_does_not_come_in(bj_cbd_hr: User) -> None:
    assert signed_in(bj_cbd_hr).get(reverse(ADDRESS)).status_code == 302


def test_the_preview_is_what_the_catalogue_would_send(
    as_hq: Client, draft: TemplateVersion, offer: Offer
) -> None:
    as_draft = Catalogue.current(branches=[offer.branch]).with_template(draft)
    sent = preview(offer, purpose="pass_notice", channel="sms", catalogue=as_draft)
    seen = shown(as_hq, version=f"template:{draft.pk}", interview=offer.interview_id)
    assert seen.wording == sent
