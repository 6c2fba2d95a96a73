"""What branches state, in headquarters' pages: how they differ, what is missing, and what nobody may state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from branches.categories import Category
from branches.models import Branch
from candidates.models import Channel
from notifications.admin.local_differences import field_rows, paper_rows
from notifications.models import LocalField, LocalPaper, LocalValue, ProviderRegistration
from tests.factories import LocalFieldFactory, LocalPaperFactory, LocalValueFactory, core
from tests.notifications.admin_pages import as_auditor, as_hq, page

__all__ = ["as_auditor", "as_hq"]
CAMPUS = {"category": {"is": ["campus"]}}


def branches() -> list[Branch]:
    return list(Branch.objects.all())


def required_field() -> LocalField:
    """The metro exit, which every branch must state."""
    field = LocalFieldFactory.create()
    field.required = True
    field.save()
    return field


# --- How branches differ ------------------------------------------------------------------------
def test_each_branch_shows_its_own_value_or_from_where_it_has_it(
    bj_cbd: Branch, sh: Branch, sh_ljz: Branch
) -> None:
    field = required_field()
    LocalValueFactory.create(branch=sh, value="2号线")
    rows = {one.branch.code: one for one in field_rows(field, branches())}
    assert list(rows) == ["HQ", "BJ", "BJ-CBD", "SH", "SH-LJZ"]
    assert [(row.chinese, row.source) for row in rows["BJ-CBD"].rows] == [
        ("10号线示例站D口，步行约6分钟", None)
    ]
    assert [(row.chinese, row.source) for row in rows["SH-LJZ"].rows] == [("2号线", sh)]
    assert len(rows["BJ"].gaps) == 1  # everybody
    assert rows["HQ"].gaps == []  # nobody joins there
    assert rows["SH-LJZ"].gaps == rows["BJ-CBD"].gaps == []


def test_a_value_for_some_leaves_the_others_to_the_node_above(bj: Branch, bj_cbd: Branch) -> None:
    field = required_field()
    LocalValue.objects.all().delete()
    LocalValueFactory.create(branch=bj, value="都走C口")
    LocalValueFactory.create(branch=bj_cbd, value="校招走D口", condition=CAMPUS)
    [row] = [one for one in field_rows(field, branches()) if one.branch == bj_cbd]
    assert [(line.chinese, line.source) for line in row.rows] == [("校招走D口", None), ("都走C口", bj)]
    assert row.gaps == []
    LocalValue.objects.filter(branch=bj).delete()
    [row] = [one for one in field_rows(field, branches()) if one.branch == bj_cbd]
    assert len(row.gaps) == len(Category) - 1


def test_papers_are_compared_likewise_and_the_cores_are_told(bj: Branch, bj_cbd: Branch) -> None:
    LocalPaperFactory.create(branch=bj_cbd, key="id_card", name="身份证")
    [row] = [one for one in paper_rows(branches()) if one.branch == bj_cbd]
    own, inherited = sorted(row.rows, key=lambda line: line.source is not None)
    assert own.note
    assert (inherited.chinese, inherited.note, inherited.source) == ("社保转移证明", "", bj)


def test_what_no_branch_has_filled_is_shown_first(as_hq: Client, bj: Branch, bj_cbd: Branch) -> None:
    field = LocalFieldFactory.create(key="metro_exit")
    LocalField.objects.update(required=False)
    LocalField.objects.filter(pk=field.pk).update(required=True)
    address = reverse("admin:notifications_local_differences")
    LocalValue.objects.filter(branch__in=[bj, bj_cbd]).delete()
    assert "BJ-CBD" in [one.branch.code for one in as_hq.get(address).context["missing"]]
    LocalValueFactory.create(branch=bj, field=field)
    assert "BJ-CBD" not in [one.branch.code for one in as_hq.get(address).context["missing"]]


@pytest.mark.parametrize("asked", [{}, {"field": "metro_exit"}, {"field": "papers"}, {"field": "no-such"}])
def test_the_page_opens_for_headquarters_and_the_auditor(
    as_hq: Client, as_auditor: Client, bj_cbd: Branch, asked: dict[str, str]
) -> None:
    for client in (as_hq, as_auditor):
        assert client.get(reverse("admin:notifications_local_differences"), asked).status_code == 200


def test_the_page_asks_no_more_for_more_branches(
    as_hq: Client, bj_cbd: Branch, sh: Branch, sh_ljz: Branch, django_assert_max_num_queries: Any
) -> None:
    address = reverse("admin:notifications_local_differences")
    with django_assert_max_num_queries(30) as first:
        as_hq.get(address, {"field": "papers"})
    LocalPaperFactory.create(branch=sh_ljz)
    LocalPaperFactory.create(branch=sh)
    with django_assert_max_num_queries(len(first) + 2):  # the copy in this process is read anew
        as_hq.get(address, {"field": "papers"})


def test_what_contradicts_the_core_is_shown_with_the_words_that_do(
    as_hq: Client, as_auditor: Client, bj_cbd: Branch
) -> None:
    address = reverse("admin:notifications_local_contradictions")
    assert as_hq.get(address).context["branches"] == []
    LocalValueFactory.create(
        branch=bj_cbd, field=LocalFieldFactory.create(key="arrival"), value="身份证带复印件即可", value_en=""
    )
    shown = as_auditor.get(address)
    [of_branch] = shown.context["branches"]
    assert of_branch.branch == bj_cbd
    assert "<mark>" in shown.content.decode()


# --- Editing ------------------------------------------------------------------------------------
def value_form(branch: Branch, **facts: Any) -> dict[str, Any]:
    field = LocalFieldFactory.create(key="parking", max_length=5)
    return {"branch": branch.pk, "field": field.pk, "value": "有", "value_en": "", **facts}


def test_a_value_for_some_is_stated_by_choosing(as_hq: Client, bj: Branch) -> None:
    chosen = {"condition-category": "is", "condition-category-values": ["campus"]}
    assert as_hq.post(page(LocalValue, "add"), value_form(bj, **chosen)).status_code == 302
    value = LocalValue.objects.get(value="有")
    assert value.condition == CAMPUS
    shown = as_hq.get(page(LocalValue)).content.decode()
    assert "校园招聘" in shown
    form = {"branch": bj.pk, "field": value.field_id, "value": "有", "value_en": "", "condition-category": ""}
    as_hq.post(page(LocalValue, "change", value.pk), form)
    value.refresh_from_db()
    assert value.condition == {}


@pytest.mark.parametrize("value", ["123456", "一\n二", "{{ x }}"])
def test_a_value_keeps_to_its_fields_rules(as_hq: Client, bj: Branch, value: str) -> None:
    answer = as_hq.post(page(LocalValue, "add"), value_form(bj, value=value))
    assert "value" in answer.context["adminform"].form.errors
    assert not LocalValue.objects.exists()


def test_the_same_people_are_not_told_two_things(as_hq: Client, bj: Branch) -> None:
    form = value_form(bj)
    as_hq.post(page(LocalValue, "add"), form)
    assert as_hq.post(page(LocalValue, "add"), form | {"value": "无"}).status_code == 200
    assert LocalValue.objects.count() == 1


def paper_form(branch: Branch, **facts: Any) -> dict[str, Any]:
    names = {"key": "permit", "name": "居住证", "name_en": "residence permit", "demand": "required"}
    rest = {"form": "original", "kept_months": 3, "position": 0, "purpose": "", "purpose_en": ""}
    return {"branch": branch.pk, **names, **rest, "valid_months": "", **facts}


@pytest.mark.parametrize(
    "facts", [{"key": "id_card"}, {"name": "身 份证"}, {"name_en": "id Card"}, {"demand": "forbidden"}]
)
def test_a_paper_of_the_core_is_not_stated_by_a_branch(
    as_hq: Client, bj: Branch, facts: dict[str, str]
) -> None:
    answer = as_hq.post(page(LocalPaper, "add"), paper_form(bj, **facts))
    assert set(answer.context["adminform"].form.errors) == set(facts)
    assert LocalPaper.objects.count() == 1


def test_what_must_never_be_asked_for_is_not_asked_for_as_a_copy(as_hq: Client, bj: Branch) -> None:
    core(papers=[{"key": "hepatitis_b_test", "name": "乙肝检测", "demand": "forbidden"}])
    answer = as_hq.post(page(LocalPaper, "add"), paper_form(bj, name="乙肝检测复印件"))
    assert set(answer.context["adminform"].form.errors) == {"name"}


def test_a_paper_of_the_branchs_own_is_stated(as_hq: Client, bj: Branch) -> None:
    assert as_hq.post(page(LocalPaper, "add"), paper_form(bj)).status_code == 302
    assert LocalPaper.objects.get(key="permit").name == "居住证"


def test_the_auditor_reads_conditions_in_words(as_auditor: Client, bj: Branch) -> None:
    value = LocalValueFactory.create(branch=bj, condition=CAMPUS)
    shown = as_auditor.get(page(LocalValue, "change", value.pk)).content.decode()
    assert "校园招聘" in shown
    assert "condition-category" not in shown
    assert as_auditor.post(page(LocalValue, "change", value.pk), value_form(bj)).status_code == 403


# --- The register -------------------------------------------------------------------------------
def test_a_carrier_is_chosen_from_those_there_are(as_hq: Client, bj: Branch) -> None:
    facts = {"kind": "signature", "code": "海岳银行", "content": "", "state": "requested", "note": ""}
    for provider, kept in (("pigeon", False), ("twilio", True)):
        as_hq.post(page(ProviderRegistration, "add"), {**facts, "provider": provider, "expires_on": ""})
        assert ProviderRegistration.objects.filter(provider=provider).exists() == kept
    shown = as_hq.get(page(ProviderRegistration)).content.decode()
    assert f"twilio · {Channel.SMS.label}" in shown


def test_an_approval_that_ran_out_is_shown_as_such(as_hq: Client, bank: Branch) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    entry = ProviderRegistration.objects.create(
        provider="wechat", kind="template", code="T1", state="approved", expires_on=yesterday
    )
    model_admin = as_hq.get(page(ProviderRegistration)).context["cl"].model_admin
    assert model_admin.stands(entry)[0] == "expired"
    entry.expires_on = None
    assert model_admin.stands(entry)[0] == "approved"


def test_headquarters_is_told_of_letters_that_hide_or_turn_words_in_a_paper(
    as_hq: Client, bj: Branch
) -> None:
    form = {
        "branch": bj.pk,
        "key": "own",
        "name_en": "permit",
        "demand": "required",
        "kept_months": 0,
        "position": 0,
    }
    for name in ("居住\u202e证", "{{ bank_name }}", "居住\u3164证"):
        assert as_hq.post(page(LocalPaper, "add"), {**form, "name": name}).status_code == 200
    waived = {**form, "name": "学历学位证书（原件）", "demand": "not_needed"}
    assert as_hq.post(page(LocalPaper, "add"), waived).status_code == 200
    assert not LocalPaper.objects.filter(key="own").exists()
    assert as_hq.post(page(LocalPaper, "add"), {**form, "name": "居住\u200b证"}).status_code == 302
    assert LocalPaper.objects.get(key="own").name == "居住证"
