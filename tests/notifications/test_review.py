"""What is found in a draft before it comes into force."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation
from pytest_django import Settings

from branches.models import Branch
from candidates.models import Channel, Language, Style
from notifications.models import (
    CoreVersion,
    LocalField,
    Passage,
    ProviderRegistration,
    TemplateBody,
    TemplateVersion,
)
from notifications.notes import Note
from notifications.publishing import new_core_draft, new_draft
from notifications.review import review
from tests.factories import WECHAT_TEMPLATE, CoreFieldFactory, LocalFieldFactory, LocalPaperFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


@pytest.fixture
def draft(pass_notice: TemplateVersion, bj_cbd: Branch) -> TemplateVersion:
    """A draft with nothing wrong in it."""
    return new_draft(pass_notice.template, source=pass_notice)


def write(draft: TemplateVersion, text: str, *, channel: str = Channel.SMS, **more: str) -> None:
    draft.bodies.filter(channel=channel, language=Language.CHINESE).update(text=text, **more)


def found(draft: TemplateVersion | CoreVersion, *, stops: bool = True) -> str:
    """All notes of that weight, one a line."""
    return "\n".join(str(note) for note in review(draft) if note.stops == stops)


def test_a_good_draft_has_nothing_against_it(draft: TemplateVersion) -> None:
    assert found(draft, stops=True) == ""


# --- Placeholders and paragraphs -----------------------------------------------------------------
@pytest.mark.parametrize("text", ["{{ salary }}", "{{ settings }}", "{{ candidate_name }}{{ nobody }}"])
def test_an_unknown_placeholder_stops_it(draft: TemplateVersion, text: str) -> None:
    write(draft, text)
    assert "There is no placeholder {{ " in found(draft)


@pytest.mark.parametrize(
    "text", ["{{ Name }}", "{{ candidate.name }}", "{{ candidate_name", "{{{{ position }}", "{{ a|safe }}"]
)
def test_whatever_is_not_a_plain_name_stops_it(draft: TemplateVersion, text: str) -> None:
    write(draft, text)
    assert "written {{ name }}, in small letters" in found(draft)


def passage(draft: TemplateVersion, **more: object) -> Passage:
    given = {
        "key": "graduates",
        "condition": {"category": {"is": ["campus"]}},
        "text": "一",
        "text_en": "one",
    }
    return Passage.objects.create(version=draft, **{**given, **more})


def test_a_paragraph_that_no_text_uses_stops_it(draft: TemplateVersion) -> None:
    passage(draft)
    assert "Paragraph graduates: No text uses it." in found(draft)
    write(draft, "您好。{{ graduates }}{{ answer_at }}")
    assert found(draft) == ""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"text": "{{ salary }}"}, "There is no placeholder {{ salary }}."),
        ({"text": "{{ graduates }}"}, "There is no placeholder {{ graduates }}."),
        ({"text_en": " "}, "It has no text in English."),
    ],
)
def test_what_is_wrong_with_a_paragraph_stops_it(
    draft: TemplateVersion, more: dict[str, str], said: str
) -> None:
    passage(draft, **more)
    write(draft, "您好。{{ graduates }}")
    assert said in found(draft)


@pytest.mark.parametrize("key", ["papers", "metro_exit", "bank_name", "position", "Graduates-1"])
def test_a_paragraph_cannot_take_another_s_name(draft: TemplateVersion, key: str) -> None:
    passage(draft, key=key)
    write(draft, f"您好。{{{{ {key} }}}}")
    assert f"Paragraph {key}: Small letters and underscores only" in found(draft)


def test_overlaps_and_gaps_are_told_and_stop_nothing(draft: TemplateVersion) -> None:
    passage(draft)
    passage(draft, condition={"category": {"not": ["social"]}})
    write(draft, "您好。{{ graduates }}{{ answer_at }}")
    told = found(draft, stops=False)
    assert "Paragraph graduates: Two of them fit one person (Category: Campus)" in told
    assert "Paragraph graduates: Nothing is said to: Category: Lateral." in told
    assert found(draft) == ""


# --- Variants ------------------------------------------------------------------------------------
def test_a_single_paragraph_for_some_leaves_no_gap(draft: TemplateVersion) -> None:
    passage(draft)
    write(draft, "您好。{{ graduates }}{{ answer_at }}")
    assert "Nothing is said" not in found(draft, stops=False)


def test_a_channel_without_a_concise_chinese_text_stops_it(draft: TemplateVersion) -> None:
    draft.bodies.filter(channel=Channel.SMS, language=Language.CHINESE).delete()
    assert "SMS: A concise Chinese text is missing." in found(draft)


def test_a_channel_that_is_on_needs_a_text(draft: TemplateVersion) -> None:
    draft.bodies.filter(channel=Channel.EMAIL).delete()
    assert "Email: A concise Chinese text is missing." in found(draft)


def test_a_missing_language_or_style_is_told(draft: TemplateVersion) -> None:
    draft.bodies.filter(channel=Channel.SMS, language=Language.ENGLISH).delete()
    told = found(draft, stops=False)
    assert "SMS: There is no English text" in told
    assert "Email: There is no detailed letter in English" in told


def test_a_draft_without_any_text_stops_it(draft: TemplateVersion) -> None:
    draft.bodies.all().delete()
    assert found(draft) == "There is no text yet."


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.PUSH])
def test_a_mail_or_push_without_a_subject_stops_it(draft: TemplateVersion, channel: str) -> None:
    write(draft, "您好", channel=channel, subject=" ")
    assert "needs a subject" in found(draft)


# --- Carriers ------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["requested", "refused", "expired"])
def test_a_template_the_carrier_has_not_approved_stops_it(draft: TemplateVersion, state: str) -> None:
    ProviderRegistration.objects.update(state=state)
    assert f"{WECHAT_TEMPLATE} is not approved: {state.capitalize()}." in found(draft)


def test_an_approval_ends_with_its_day(draft: TemplateVersion) -> None:
    ProviderRegistration.objects.update(expires_on=timezone.localdate())
    assert found(draft) == ""
    ProviderRegistration.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    assert "is not approved" in found(draft)


def test_a_template_that_is_not_in_the_register_stops_it(draft: TemplateVersion) -> None:
    ProviderRegistration.objects.update(code="another")
    assert "not in the register" in found(draft)


def test_a_wechat_line_without_a_field_stops_it(draft: TemplateVersion) -> None:
    write(draft, "thing1: {{ position }}\n请尽快确认", channel=Channel.WECHAT)
    assert "“请尽快确认” names no field" in found(draft)


# --- Lengths with real values --------------------------------------------------------------------
def test_a_text_message_of_too_many_parts_stops_it_and_names_the_branches(
    draft: TemplateVersion, bj_cbd: Branch, settings: Settings
) -> None:
    settings.SMS_MAX_PARTS = 2
    bj_cbd.local_values.update(value="很长的地铁说明" * 18)
    write(draft, "{{ candidate_name }}您好。{{ metro_exit }}")
    assert "SMS · Concise · 简体中文: It takes 3 parts" in found(draft)
    assert found(draft).endswith("BJ-CBD")


def test_a_detailed_text_message_is_measured_by_its_own_words(
    draft: TemplateVersion, bj_cbd: Branch, settings: Settings
) -> None:
    settings.SMS_MAX_PARTS = 2
    TemplateBody.objects.create(
        version=draft,
        channel=Channel.SMS,
        style=Style.DETAILED,
        language=Language.CHINESE,
        text="很长的一段说明" * 20,
    )
    assert "SMS · Detailed · 简体中文: It takes 3 parts" in found(draft)


def test_a_wechat_value_that_is_cut_is_told_with_its_branches(draft: TemplateVersion, bj_cbd: Branch) -> None:
    bj_cbd.local_values.update(value="二十个字都放不下的一个非常非常长的地铁出口")
    write(draft, "thing1: {{ metro_exit }}", channel=Channel.WECHAT)
    assert "The field thing1 is cut" in found(draft, stops=False)
    assert "BJ-CBD" in found(draft, stops=False)


# --- What branches have left empty ---------------------------------------------------------------
def test_a_required_field_that_a_branch_left_empty_is_told_with_the_branches(
    draft: TemplateVersion, sh_ljz: Branch
) -> None:
    LocalFieldFactory.create(key="metro_exit")
    LocalField.objects.update(required=True)
    write(draft, "您好。{{ metro_exit }}")
    told = found(draft, stops=False)
    assert "“metro_exit” is not filled by: BJ, SH, SH-LJZ" in told


def test_a_required_field_that_only_a_paragraph_names_is_told_likewise(
    draft: TemplateVersion, sh_ljz: Branch
) -> None:
    LocalFieldFactory.create(key="metro_exit")
    LocalField.objects.update(required=True)
    passage(draft, text="{{ metro_exit }}")
    write(draft, "您好。{{ graduates }}{{ answer_at }}")
    assert "“metro_exit” is not filled by: BJ, SH, SH-LJZ" in found(draft, stops=False)


def test_a_value_for_some_leaves_the_field_empty_for_others(draft: TemplateVersion, bj_cbd: Branch) -> None:
    field = LocalFieldFactory.create(key="metro_exit")
    field.required = True
    field.save()
    write(draft, "您好。{{ metro_exit }}")
    assert "is not filled by: BJ\n" in found(draft, stops=False) + "\n"
    bj_cbd.local_values.update(condition={"category": {"is": ["campus"]}})
    assert "is not filled by: BJ, BJ-CBD" in found(draft, stops=False)


# --- The core ------------------------------------------------------------------------------------
def test_a_core_field_without_a_value_stops_a_core_version(bank: Branch) -> None:
    CoreFieldFactory.create(key="dress")
    assert "dress: It has no value." in found(new_core_draft())


def test_a_core_value_needs_both_languages(bank: Branch) -> None:
    draft = new_core_draft()
    draft.values.update(value_en=" ")
    assert "bank_name: It needs a value in Chinese and in English." in found(draft)


def test_a_longer_core_value_is_told_at_the_texts_it_makes_too_long(
    pass_notice: TemplateVersion, bj_cbd: Branch, settings: Settings
) -> None:
    settings.SMS_MAX_PARTS = 1
    assert found(new_core_draft(), stops=False) == ""
    draft = new_core_draft()
    draft.values.update(value="海岳" * 30)
    assert "Pass notice · SMS · Concise · 简体中文: It takes 2 parts" in found(draft, stops=False)
    assert found(draft) == ""


def test_two_papers_of_one_key_that_fit_one_person_are_told(bank: Branch) -> None:
    draft = new_core_draft()
    for condition in ({"category": {"is": ["campus"]}}, {"category": {"not": ["social"]}}):
        draft.papers.create(key="agreement", name="三方协议", name_en="agreement", condition=condition)
    told = found(draft, stops=False)
    assert "三方协议: Two of them fit one person (Category: Campus)" in told
    assert "Nothing is said" not in told


def test_a_local_paper_that_a_core_one_hides_is_told(bj_cbd: Branch) -> None:
    LocalPaperFactory.create(branch=bj_cbd, key="id_card", name="身份证")
    assert (
        "身份证: A local paper of the same name in the system is not shown; this one counts: BJ-CBD"
        in found(new_core_draft(), stops=False)
    )


def test_a_note_names_the_first_branches_and_counts_the_others() -> None:
    note = Note("Not filled by:", branches=[f"B{number}" for number in range(8)])
    assert str(note) == "Not filled by: B0, B1, B2, B3, B4 and 3 more"
