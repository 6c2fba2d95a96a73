"""Headquarters drafts, checks, publishes, takes back and rolls back; what is published nobody changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from branches.models import Branch, RefusedAttempt, User
from candidates.models import Channel
from notifications.admin.placeholders import LABELS, placeholder_groups
from notifications.admin.templates import PASSAGE_NAME
from notifications.facts import FILLED_BY_SYSTEM
from notifications.in_force import in_force, version_before
from notifications.lengths import parts_of
from notifications.models import CoreVersion, LocalField, Passage, TemplateBody, TemplateVersion
from notifications.publishing import new_draft, publish
from tests.factories import CoreFieldFactory, LocalFieldFactory
from tests.notifications.admin_pages import DIALOG, as_auditor, as_hq, page

__all__ = ["as_auditor", "as_hq"]
FORM_OF_A_MOMENT = "%Y-%m-%dT%H:%M"


@pytest.fixture
def draft(pass_notice: TemplateVersion) -> TemplateVersion:
    return new_draft(pass_notice.template, source=pass_notice)


def version_form(version: TemplateVersion, passages: list[dict[str, Any]], **texts: str) -> dict[str, Any]:
    """The form of a version with these paragraphs added; `texts` replaces the texts of a channel."""
    fields: dict[str, Any] = {"note": "", "passages-TOTAL_FORMS": len(passages), "passages-INITIAL_FORMS": 0}
    for number, passage in enumerate(passages):
        fields |= {f"passages-{number}-{name}": value for name, value in passage.items()}
    bodies = list(version.bodies.all())
    fields |= {"bodies-TOTAL_FORMS": len(bodies), "bodies-INITIAL_FORMS": len(bodies)}
    for number, body in enumerate(bodies):
        names = ("channel", "style", "language", "subject", "text", "provider_template")
        values = {name: getattr(body, name) for name in names} | {"id": body.pk, "version": version.pk}
        values["text"] = texts.get(body.channel, body.text)
        fields |= {f"bodies-{number}-{name}": value for name, value in values.items()}
    return fields


GRADUATES = {
    "key": "for_graduates",
    "text": "应届生请带{{ position }}三方协议。",
    "text_en": "Graduates: bring the agreement.",
    "condition-category": "is",
    "condition-category-values": ["campus"],
}


# --- Editing ------------------------------------------------------------------------------------
def test_a_paragraph_and_the_text_that_uses_it_are_saved_together(
    as_hq: Client, draft: TemplateVersion
) -> None:
    sms = "{{ candidate_name }}：{{ for_graduates }}{{ answer_at }}"
    answer = as_hq.post(page(TemplateVersion, "change", draft.pk), version_form(draft, [GRADUATES], sms=sms))
    assert answer.status_code == 302
    passage = draft.passages.get()
    assert passage.condition == {"category": {"is": ["campus"]}}
    assert set(draft.bodies.filter(channel="sms").values_list("text", flat=True)) == {sms}
    shown = as_hq.get(page(TemplateVersion, "change", draft.pk)).content.decode()
    assert "for_graduates · 招聘类别" in shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "For-Graduates"},
        {"key": "candidate_name"},
        {"text": "{{ no_such_field }}"},
        {"text_en": "{{ for_graduates }}"},  # no paragraph within a paragraph
        {"condition-category": "is", "condition-category-values": []},
        {"condition-city": "is", "condition-city-values": []},
    ],
)
def test_a_paragraph_that_could_not_be_sent_is_refused(
    as_hq: Client, draft: TemplateVersion, wrong: dict[str, Any]
) -> None:
    form = version_form(draft, [GRADUATES | wrong])
    assert as_hq.post(page(TemplateVersion, "change", draft.pk), form).status_code == 200
    assert not draft.passages.exists()


def test_a_text_nobody_touched_is_the_same_after_saving(as_hq: Client, draft: TemplateVersion) -> None:
    form = version_form(draft, [])
    as_a_browser_sends = {
        name: value.replace("\n", "\r\n") if isinstance(value, str) else value for name, value in form.items()
    }
    assert as_a_browser_sends != form
    as_hq.post(page(TemplateVersion, "change", draft.pk), as_a_browser_sends | {"note": "只改说明"})
    draft.refresh_from_db()
    assert draft.note == "只改说明"
    context = as_hq.get(page(TemplateVersion, "publish", draft.pk)).context
    assert context["differences"] == []


def test_a_draft_is_saved_and_checked_with_one_button(
    as_hq: Client, draft: TemplateVersion, hq: User
) -> None:
    change = page(TemplateVersion, "change", draft.pk)
    assert 'name="_check"' in as_hq.get(change).content.decode()
    answer = as_hq.post(change, version_form(draft, []) | {"note": "改过", "_check": ""})
    assert answer["Location"] == page(TemplateVersion, "publish", draft.pk)
    draft.refresh_from_db()
    assert draft.note == "改过"
    publish(draft, by=hq)
    assert 'name="_check"' not in as_hq.get(change).content.decode()


def test_a_paragraph_named_in_chinese_is_told_which_letters_are_possible(
    as_hq: Client, draft: TemplateVersion
) -> None:
    form = version_form(draft, [GRADUATES | {"key": "实习生"}])
    shown = as_hq.post(page(TemplateVersion, "change", draft.pk), form)
    [passages, _] = shown.context["inline_admin_formsets"]
    assert passages.formset.errors[0]["key"] == [PASSAGE_NAME]


def test_a_draft_that_says_the_same_is_told_to_change_nothing(as_hq: Client, draft: TemplateVersion) -> None:
    address = page(TemplateVersion, "publish", draft.pk)
    assert "changes-nothing" in as_hq.get(address).content.decode()
    draft.bodies.filter(channel=Channel.SMS).update(text="恭喜{{ candidate_name }}：{{ answer_at }}")
    assert "changes-nothing" not in as_hq.get(address).content.decode()


def test_all_placeholders_are_offered_with_label_and_sample(
    as_hq: Client, draft: TemplateVersion, bj_cbd: Branch
) -> None:
    LocalFieldFactory.create(key="parking", label="停车")
    Passage.objects.create(version=draft, key="for_graduates", text="应届", text_en="New")
    offered = {one.name: one for group in placeholder_groups(draft) for one in group.placeholders}
    assert set(offered) >= FILLED_BY_SYSTEM | {"bank_name", "metro_exit", "parking", "for_graduates"}
    assert offered["bank_name"].sample == "海岳银行"
    assert offered["metro_exit"].sample.startswith("10号线")
    assert offered["papers"].sample == "身份证原件及复印件、学历学位证书原件"
    shown = as_hq.get(page(TemplateVersion, "change", draft.pk)).content.decode()
    assert all(f"{{{{ {name} }}}}" in shown for name in offered)


def test_every_name_the_system_fills_has_a_label() -> None:
    assert set(LABELS) == FILLED_BY_SYSTEM


def test_the_page_of_a_draft_asks_no_more_for_more_paragraphs(
    as_hq: Client, draft: TemplateVersion, django_assert_max_num_queries: Any
) -> None:
    address = page(TemplateVersion, "change", draft.pk)
    for number in range(2):
        Passage.objects.create(version=draft, key=f"p{'x' * number}", text="a", text_en="a")
    with django_assert_max_num_queries(100) as few:
        as_hq.get(address)
    for number in range(2, 8):
        Passage.objects.create(version=draft, key=f"p{'x' * number}", text="a", text_en="a")
    with django_assert_max_num_queries(len(few)):
        as_hq.get(address)


# --- Check and publish --------------------------------------------------------------------------
def test_the_check_tells_what_stops_what_is_to_be_known_and_what_differs(
    as_hq: Client, draft: TemplateVersion, bj_cbd: Branch, sh_ljz: Branch
) -> None:
    LocalField.objects.update(required=True)
    field = draft.bodies.filter(channel="sms", language="zh-hans").get()
    field.text += "{{ metro_exit }}"
    field.save()
    context = as_hq.get(page(TemplateVersion, "publish", draft.pk)).context
    assert context["stops"] == []
    assert ["SH", "SH-LJZ"] in [sorted(set(note.branches) - {"BJ"}) for note in context["warnings"]]
    assert [title for title, _ in context["differences"]] == [str(field)]
    draft.bodies.filter(channel=Channel.EMAIL).update(subject="")
    answer = as_hq.get(page(TemplateVersion, "publish", draft.pk))
    assert len(answer.context["stops"]) == 2
    assert 'name="publish"' not in answer.content.decode()


def test_sms_parts_are_told_for_each_text(draft: TemplateVersion, bj_cbd: Branch, sh_ljz: Branch) -> None:
    draft.bodies.filter(channel="sms", language="zh-hans").update(text="{{ metro_exit }}" + "长" * 50)
    chinese, english = sorted(parts_of(draft), key=lambda one: one.text.language, reverse=True)
    assert (chinese.fewest, chinese.most, chinese.at) == (1, 2, "BJ-CBD")
    assert english.most == 1


def test_publishing_counts_from_now_or_from_a_moment_in_the_banks_time(
    as_hq: Client, draft: TemplateVersion, hq: User
) -> None:
    address = page(TemplateVersion, "publish", draft.pk)
    ahead = (timezone.localtime() + timedelta(days=2)).replace(second=0, microsecond=0)
    answer = as_hq.post(address, {"at": ahead.strftime(FORM_OF_A_MOMENT)})
    assert answer["Location"] == page(TemplateVersion, "change", draft.pk)
    draft.refresh_from_db()
    assert (draft.published_at, draft.published_by) == (ahead, hq)
    assert in_force(draft) != draft
    second = new_draft(draft.template, source=draft)
    as_hq.post(page(TemplateVersion, "publish", second.pk), {"at": ""})
    assert in_force(draft) == second


def test_a_moment_in_the_past_is_refused_beside_its_field(as_hq: Client, draft: TemplateVersion) -> None:
    past = (timezone.localtime() - timedelta(days=2)).strftime(FORM_OF_A_MOMENT)
    answer = as_hq.post(page(TemplateVersion, "publish", draft.pk), {"at": past})
    assert answer.context["form"].errors["at"]
    draft.refresh_from_db()
    assert draft.is_draft


def test_what_stops_a_version_stops_the_crafted_post_as_well(as_hq: Client, draft: TemplateVersion) -> None:
    draft.bodies.filter(channel=Channel.EMAIL).update(subject="")
    answer = as_hq.post(page(TemplateVersion, "publish", draft.pk))
    assert answer.status_code == 200
    draft.refresh_from_db()
    assert draft.is_draft


def test_a_scheduled_version_is_taken_back(as_hq: Client, draft: TemplateVersion, hq: User) -> None:
    publish(draft, by=hq, at=timezone.now() + timedelta(days=1))
    as_hq.post(page(TemplateVersion, "take_back", draft.pk), DIALOG)
    draft.refresh_from_db()
    assert draft.is_draft
    assert as_hq.post(page(TemplateVersion, "take_back", draft.pk), DIALOG).status_code == 403


def test_an_older_version_is_rolled_back_to_by_asking_and_posting(
    as_hq: Client, pass_notice: TemplateVersion, draft: TemplateVersion, hq: User
) -> None:
    draft.bodies.filter(channel="sms").update(text="{{ answer_at }}")
    publish(draft, by=hq)
    address = page(TemplateVersion, "roll_back", pass_notice.pk)
    assert as_hq.get(address).status_code == 200
    assert in_force(draft) == draft
    as_hq.post(address, DIALOG)
    newest = in_force(draft)
    assert newest.number == 3
    assert newest.based_on_id == pass_notice.pk
    assert set(newest.bodies.values_list("text")) == set(pass_notice.bodies.values_list("text"))
    current = page(TemplateVersion, "roll_back", newest.pk)
    assert as_hq.post(current, DIALOG).status_code == 403  # nothing to go back to


def test_versions_are_compared_with_the_one_before_or_any_other(
    as_hq: Client, pass_notice: TemplateVersion, draft: TemplateVersion, hq: User
) -> None:
    draft.bodies.filter(channel="sms", language="zh-hans").update(text="{{ answer_at }}")
    publish(draft, by=hq)
    draft.refresh_from_db()
    assert version_before(draft) == pass_notice
    address = page(TemplateVersion, "differences", draft.pk)
    assert len(as_hq.get(address).context["differences"]) == 1
    third = new_draft(draft.template, source=draft)
    assert as_hq.get(address, {"other": str(third.pk)}).context["differences"] == []
    assert len(as_hq.get(address, {"other": "nonsense"}).context["differences"]) == 1


def test_the_list_tells_draft_scheduled_in_force_and_replaced(
    as_hq: Client, pass_notice: TemplateVersion, hq: User, django_assert_max_num_queries: Any
) -> None:
    template = pass_notice.template
    publish(new_draft(template, source=pass_notice), by=hq)
    publish(new_draft(template, source=pass_notice), by=hq, at=timezone.now() + timedelta(days=1))
    new_draft(template, source=pass_notice)
    with django_assert_max_num_queries(15):
        rows = as_hq.get(page(TemplateVersion)).context["cl"].result_list
    model_admin = as_hq.get(page(TemplateVersion)).context["cl"].model_admin
    assert [model_admin.state(row)[0] for row in rows] == ["draft", "scheduled", "in_force", "replaced"]


# --- What is published --------------------------------------------------------------------------
@pytest.mark.parametrize("view", ["change", "delete"])
@pytest.mark.parametrize("ahead", [None, timedelta(days=1)])
def test_a_try_to_change_what_is_published_is_refused_and_recorded(
    as_hq: Client, draft: TemplateVersion, hq: User, view: str, ahead: timedelta | None
) -> None:
    publish(draft, by=hq, at=timezone.now() + ahead if ahead else None)
    form = version_form(draft, [GRADUATES], sms="x") | {"post": "yes"}
    answer = as_hq.post(page(TemplateVersion, view, draft.pk), form, REMOTE_ADDR="10.0.0.7")
    assert answer.status_code == 403
    assert not TemplateBody.objects.filter(text="x").exists()
    assert not draft.passages.exists()
    attempt = RefusedAttempt.objects.get()
    assert (attempt.user, attempt.what) == (hq, "content.published_version")
    assert (attempt.target, attempt.from_address) == (str(draft.pk), "10.0.0.7")


def test_a_core_version_in_force_is_refused_and_recorded_likewise(as_hq: Client, bank: Branch) -> None:
    core = CoreVersion.objects.get()
    assert as_hq.post(page(CoreVersion, "change", core.pk), {"note": "x"}).status_code == 403
    assert RefusedAttempt.objects.get().target == str(core.pk)
    core.refresh_from_db()
    assert core.note == ""


def test_a_text_is_not_moved_into_a_published_version_by_a_drafts_form(
    as_hq: Client, pass_notice: TemplateVersion, draft: TemplateVersion
) -> None:
    theirs = pass_notice.bodies.filter(channel="sms")[0]
    form = version_form(draft, []) | {"bodies-0-id": theirs.pk, "bodies-0-text": "x"}
    as_hq.post(page(TemplateVersion, "change", draft.pk), form)
    theirs.refresh_from_db()
    assert theirs.text != "x"
    with pytest.raises(DatabaseError), transaction.atomic():
        TemplateBody.objects.filter(pk=theirs.pk).update(text="x")


# --- Who only reads -----------------------------------------------------------------------------
def test_the_auditor_reads_it_all_and_changes_nothing(
    as_auditor: Client, pass_notice: TemplateVersion, draft: TemplateVersion
) -> None:
    Passage.objects.create(
        version=draft,
        key="for_graduates",
        condition={"category": {"is": ["campus"]}},
        text="应届",
        text_en="N",
    )
    for view in ("change", "publish", "differences", "published_text"):
        shown = as_auditor.get(page(TemplateVersion, view, draft.pk))
        assert shown.status_code == 200, view
        assert 'name="_save"' not in shown.content.decode()
        assert 'name="publish"' not in shown.content.decode()
    assert (
        "condition-category" not in as_auditor.get(page(TemplateVersion, "change", draft.pk)).content.decode()
    )
    for view in ("change", "publish", "new_draft", "delete"):
        assert as_auditor.post(page(TemplateVersion, view, draft.pk), DIALOG).status_code == 403, view
    draft.refresh_from_db()
    assert draft.is_draft
    assert TemplateVersion.objects.count() == 2


def test_a_page_of_a_version_that_does_not_exist_is_not_found(as_hq: Client, bank: Branch) -> None:
    core = CoreFieldFactory.create()  # some id of another table
    for view in ("differences", "published_text"):
        assert as_hq.get(page(TemplateVersion, view, core.pk)).status_code == 404
    assert as_hq.get(reverse("admin:notifications_templateversion_publish", args=["x"])).status_code in {
        403,
        404,
    }
