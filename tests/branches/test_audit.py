"""Every change of rights and settings is kept, however it was made; headquarters and the auditor read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from branches import changes
from branches.audit import note_key
from branches.changes import Asked, Change, followed_models, page
from branches.models import ApiKey, Branch, Membership, Role, User
from candidates.models import InterviewSource
from candidates.sources import replace_secret
from hrnotify.middleware import NoteWhoChanges
from notifications.models import TemplateVersion
from notifications.publishing import new_draft
from tests.branches.people import auditor_of, member
from tests.dashboard.story import signed_in
from tests.factories import LocalPaperFactory

PAGE = "admin:audit_changes"
APPEND_ONLY = "Cannot update or delete rows"


def kept(**asked: Any) -> list[Change]:
    """The newest changes, in English."""
    with translation.override("en"):
        return page(Asked(**asked)).changes


def said(change: Change) -> dict[str, tuple[str, str]]:
    return {one.label: (one.before or "", one.after or "") for one in change.differences}


def by_sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [str(value) for value in values])


def with_triggers_off(statement: str, *, label: str = "branches.Branch") -> None:
    """What only the owner of the tables can do; `statement` names the table as {table}."""
    table = followed_models()[label]._meta.db_table
    for step in (
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        statement,
        "ALTER TABLE {table} ENABLE TRIGGER ALL",
    ):
        by_sql(step.format(table=table))


def an_hour_passes() -> None:
    with_triggers_off("UPDATE {table} SET pgh_created_at = pgh_created_at - interval '1 hour'")


# --- However it was made ------------------------------------------------------------------------
def test_a_change_through_the_admin_is_kept_with_who_and_from_where(
    hq: User, bj_cbd_hr: User, bj_cbd: Branch
) -> None:
    form = {"username": "bj-cbd", "display_name": "李华", "email": "", "is_active": "on"}
    inline = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    address = reverse("admin:branches_user_change", args=[bj_cbd_hr.pk])
    signed_in(hq).post(address, form | inline, REMOTE_ADDR="10.1.2.3")
    change = kept(model="branches.User")[0]
    assert (change.who, change.address, change.happened) == ("hq", "10.1.2.3", "Changed")
    assert (change.record, change.record_id) == ("李华", bj_cbd_hr.pk)
    assert said(change) == {"display name": ("", "李华")}


def test_a_bulk_change_through_the_orm_is_kept_row_by_row(bj_cbd_hr: User, sh_ljz_hr: User) -> None:
    Membership.objects.update(role=Role.REVIEWER, categories=["campus", "intern"])
    found = kept(model="branches.Membership")[:2]
    assert {change.record.split(" · ")[0] for change in found} == {"bj-cbd", "sh-ljz"}
    for change in found:
        assert said(change) == {"role": ("Branch HR", "Reviewer"), "candidates": ("", "Campus · Intern")}
        assert (change.who, change.address) == ("", "")


def test_a_change_by_sql_is_kept_before_and_after(source: InterviewSource) -> None:
    by_sql("UPDATE candidates_interviewsource SET threshold = 75, active = false")
    change = kept()[0]
    assert change.model == "interview source"
    assert said(change) == {"passes from this score": ("60.00", "75.00"), "active": ("yes", "no")}


def test_what_came_and_what_went_is_kept_with_its_values(bj: Branch, stranger: User) -> None:
    given = Membership.objects.create(user=stranger, branch=bj, role=Role.REVIEWER)
    Membership.objects.filter(pk=given.pk).delete()
    went, came = kept(record=given.pk)
    assert (came.happened, went.happened) == ("Added", "Deleted")
    assert said(came)["role"] == ("", "Reviewer")
    assert said(went)["role"] == ("Reviewer", "")
    assert went.record == "stranger · Reviewer · BJ Beijing Branch"


def test_rows_older_than_the_audit_have_a_before_too(bj: Branch) -> None:
    with_triggers_off("DELETE FROM {table}")
    Branch.objects.filter(pk=bj.pk).update(phone="010-5550 9999")
    assert said(kept()[0]) == {"official landline": ("010-5550 6110", "010-5550 9999")}


def test_a_saving_that_changes_nothing_leaves_nothing(bj: Branch, source: InterviewSource) -> None:
    before = len(kept())
    Branch.objects.get(pk=bj.pk).save()
    source.save()
    assert len(kept()) == before


# --- In words -----------------------------------------------------------------------------------
def test_a_move_in_the_tree_tells_from_where_to_where_for_all_that_moved(
    bj: Branch, bj_cbd: Branch, sh: Branch
) -> None:
    Branch.objects.move(Branch.objects.get(pk=bj.pk), Branch.objects.get(pk=sh.pk), pos="last-child")
    moved = {change.record.split()[0]: said(change) for change in kept(model="branches.Branch")[:2]}
    assert moved == {
        "BJ": {"belongs to": ("HQ", "HQ › SH")},
        "BJ-CBD": {"belongs to": ("HQ › BJ", "HQ › SH › BJ")},
    }


def test_a_place_in_the_tree_is_told_as_it_was_then(
    bank: Branch, bj: Branch, bj_cbd: Branch, sh: Branch
) -> None:
    """What stood there was called otherwise before, and is called otherwise or gone by now."""

    def rename(code: str) -> None:
        by_sql("UPDATE branches_branch SET code = %s WHERE id = %s", code, sh.pk)
        an_hour_passes()

    rename("SH-2")
    Branch.objects.move(Branch.objects.get(pk=bj_cbd.pk), Branch.objects.get(pk=sh.pk), pos="last-child")
    an_hour_passes()
    rename("SH-3")
    Branch.objects.filter(pk=bj.pk).delete()
    moved = kept(record=bj_cbd.pk, model="branches.Branch")[0]
    assert said(moved) == {"belongs to": ("HQ › BJ", "HQ › SH-2")}


def test_what_is_gone_is_still_called_by_its_name(bj_cbd: Branch, stranger: User) -> None:
    given = Membership.objects.create(user=stranger, branch=bj_cbd, role=Role.REVIEWER)
    Branch.objects.filter(pk=bj_cbd.pk).delete()
    [change] = [one for one in kept(record=given.pk) if one.happened == "Deleted"]
    assert change.record == "stranger · Reviewer · BJ-CBD CBD Sub-branch"
    assert said(change)["branch"] == ("BJ-CBD CBD Sub-branch", "")


def test_moments_and_structures_are_told_plainly(source: InterviewSource, bj_cbd_hr: User) -> None:
    until = timezone.make_aware(timezone.datetime(2026, 12, 31, 18, 0))  # type: ignore[attr-defined]
    bj_cbd_hr.memberships.update(until=until)
    assert said(kept()[0]) == {"until": ("", "2026-12-31 18:00")}
    InterviewSource.objects.update(field_mapping={"candidate.name": "user.realName"})
    assert said(kept()[0]) == {"field mapping": ("", "candidate.name: user.realName")}


# --- Secrets ------------------------------------------------------------------------------------
def test_that_a_password_changed_is_kept_and_what_it_is_is_not(hq: User, bj_cbd_hr: User) -> None:
    signed_in(hq).post(
        reverse("admin:auth_user_password_change", args=[bj_cbd_hr.pk]),
        {"password1": "quite another one 7", "password2": "quite another one 7"},
    )
    change = kept(record=bj_cbd_hr.pk)[0]
    assert (change.who, change.record) == ("hq", "bj-cbd")
    assert said(change) == {"password": ("", "a new value, which is not kept")}


def test_no_secret_and_no_address_of_a_person_is_kept(
    hq: User, bj: Branch, source: InterviewSource, bj_cbd_hr: User
) -> None:
    key, plain = ApiKey.objects.issue(name="HRIS", branch=bj)
    secret = replace_secret(source)
    User.objects.filter(pk=bj_cbd_hr.pk).update(email="hua.li@bank.example", first_name="Hua")
    everything = ""
    for model in followed_models().values():
        everything += str(list(model._default_manager.values()))
    assert "HRIS" in everything
    for hidden in (plain, key.key_hash, secret, hq.password, "hua.li", "Hua"):
        assert hidden not in everything


def test_that_a_source_s_secret_was_replaced_is_kept(source: InterviewSource) -> None:
    replace_secret(source)
    change = kept(record=source.pk)[0]
    assert list(said(change)) == ["secret since"]


def test_signing_in_is_no_change(bj_cbd_hr: User) -> None:
    before = len(kept())
    signed_in(bj_cbd_hr)
    assert len(kept()) == before


# --- Changeable by nobody -----------------------------------------------------------------------
OURS = ["branches.ApiKey", "branches.Branch", "branches.Membership", "branches.User"]


@pytest.mark.parametrize("label", [*OURS, "candidates.InterviewSource"])
def test_what_is_kept_is_changed_by_nobody(
    label: str, bj_cbd_hr: User, source: InterviewSource, bj: Branch
) -> None:
    ApiKey.objects.issue(name="HRIS", branch=bj)
    model: Any = followed_models()[label]
    table = model._meta.db_table
    tries: list[Callable[[], object]] = [
        lambda: model.objects.update(pgh_label="x"),
        lambda: model.objects.all().delete(),
        lambda: by_sql(f"UPDATE {table} SET pgh_context = '{{}}'"),  # noqa: S608  the table is ours
        lambda: by_sql(f"DELETE FROM {table}"),  # noqa: S608
    ]
    for attempt in tries:
        with pytest.raises(DatabaseError, match=APPEND_ONLY), transaction.atomic():
            attempt()


def test_every_audited_model_keeps_all_and_is_append_only() -> None:
    """Whichever models other apps audit."""
    for kept_model in followed_models().values():
        model: Any = kept_model
        assert {"insert", "before", "update", "delete"} <= {one.label for one in model.pgh_trackers}, model
        assert "append_only" in {trigger.name for trigger in model._meta.triggers}, model


# --- Who and from where -------------------------------------------------------------------------
def changing(
    branch: Branch, then: Callable[[], None] = lambda: None
) -> Callable[[HttpRequest], HttpResponse]:
    def view(_request: HttpRequest) -> HttpResponse:
        then()
        Branch.objects.filter(pk=branch.pk).update(phone=f"010-{uuid4().int % 10**8:08d}")
        return HttpResponse()

    return view


def context_of(branch: Branch) -> Any:
    kept_model: Any = Branch.pgh_event_model
    return kept_model.objects.filter(pgh_obj_id=branch.pk).order_by("-pgh_id")[0].pgh_context


def test_the_address_asked_for_is_not_kept(rf: RequestFactory, bj: Branch, hq: User) -> None:
    request = rf.post("/dashboard/somewhere/?q=13800138000", REMOTE_ADDR="10.1.2.3")
    request.user = hq
    NoteWhoChanges(changing(bj))(request)
    assert context_of(bj) == {"user": str(hq.pk), "address": "10.1.2.3"}


@pytest.mark.parametrize(("method", "path"), [("post", "/api/v1/interview-results/ai/"), ("get", "/admin/")])
def test_signals_and_reading_pay_nothing_for_it(
    rf: RequestFactory, bj: Branch, method: str, path: str
) -> None:
    with CaptureQueriesContext(connection) as queries:
        NoteWhoChanges(changing(bj))(getattr(rf, method)(path))
    assert context_of(bj) is None
    assert "set_config" not in queries.captured_queries[0]["sql"]


def test_a_machine_is_kept_by_the_name_of_its_key(rf: RequestFactory, bj: Branch) -> None:
    key, _ = ApiKey.objects.issue(name="HRIS", branch=bj)
    view = changing(bj, lambda: note_key(key))
    NoteWhoChanges(view)(rf.put("/api/v1/branches/BJ/content"))
    change = kept(record=bj.pk)[0]
    assert (change.who, change.address) == ("API key HRIS", "127.0.0.1")
    assert change in kept(who="HRIS")


# --- The page -----------------------------------------------------------------------------------
def shown(client: Client, **asked: Any) -> list[Change]:
    answer = client.get(reverse(PAGE), asked)
    assert answer.status_code == 200
    found: list[Change] = answer.context["page"].changes
    return found


def test_headquarters_and_the_auditor_read_the_page_and_nobody_else(
    bank: Branch, hq: User, bj_cbd_hr: User
) -> None:
    for user in (hq, auditor_of(bank)):
        answer = signed_in(user).get(reverse(PAGE))
        assert answer.status_code == 200
        assert "bj-cbd" in answer.content.decode()
    assert signed_in(bj_cbd_hr).get(reverse(PAGE)).status_code == 302
    assert signed_in(member(bank, Role.REVIEWER)).get(reverse(PAGE)).status_code == 302


def test_a_part_is_told_with_what_it_is_a_part_of(pass_notice: TemplateVersion, bj: Branch) -> None:
    draft = new_draft(pass_notice.template, source=pass_notice)
    draft.bodies.get(channel="sms", language="en").delete()
    assert kept()[0].record == "Pass notice v2 · SMS · Concise · English"
    LocalPaperFactory.create(branch=bj, key="permit", name_en="residence permit", form="copy")
    assert kept()[0].record == "BJ Beijing Branch · residence permit (copy)"


def test_for_whom_something_is_meant_is_told_in_words(bj: Branch) -> None:
    LocalPaperFactory.create(branch=bj, key="permit", condition={"category": {"is": ["campus"]}})
    assert said(kept()[0])["only for"] == ("", "Category: Campus")


def test_the_page_is_narrowed_by_kind_by_person_and_by_record(
    hq: User, bj: Branch, bj_cbd_hr: User, rf: RequestFactory
) -> None:
    request = rf.post("/admin/")
    request.user = hq
    NoteWhoChanges(changing(bj))(request)
    client = signed_in(hq)
    assert {change.model for change in shown(client, model="branches.Branch")} == {"机构"}
    assert [change.record_id for change in shown(client, who="hq")] == [bj.pk]
    assert shown(client, who="nobody") == []
    # A person's record takes the person's memberships in: rights are given there.
    about = {change.model for change in shown(client, record=str(bj_cbd_hr.pk))}
    assert about == {"人员", "任职"}


def test_the_history_of_a_record_is_what_was_kept_of_it(hq: User, bj: Branch, bj_cbd_hr: User) -> None:
    key, _ = ApiKey.objects.issue(name="HRIS", branch=bj)
    client = signed_in(hq)
    for record, name in ((bj, "branch"), (bj_cbd_hr, "user"), (key, "apikey")):
        answer = client.get(reverse(f"admin:branches_{name}_history", args=[record.pk]), follow=True)
        assert record.pk in {change.record_id for change in answer.context["page"].changes}


def test_nonsense_in_the_filter_is_explained_and_shows_nothing(hq: User) -> None:
    answer = signed_in(hq).get(reverse(PAGE), {"record": "x", "model": "auth.Group"})
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"record", "model"}
    assert answer.context["page"] is None


def test_a_place_in_the_list_that_makes_no_sense_is_its_beginning(hq: User) -> None:
    for place in ("x", "2026~y", "a~b~c", "2026-01-01T00:00:00+00:00~branches.User~x"):
        assert shown(signed_in(hq), before=place)


@pytest.mark.parametrize("at_once", [False, True], ids=["one after the other", "all at the same moment"])
def test_pages_follow_each_other_without_gaps_and_without_counting(
    hq: User, bj_cbd_hr: User, sh_ljz_hr: User, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    for label in followed_models() if at_once else ():
        with_triggers_off("UPDATE {table} SET pgh_created_at = '2026-11-25 09:00+08'", label=label)
    whole = [(change.at, change.record_id, change.happened) for change in kept()]
    monkeypatch.setattr(changes, "PER_PAGE", 3)
    client, seen = signed_in(hq), []
    address = reverse(PAGE)
    client.cookies["django_language"] = "en"
    while address:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        assert not any("COUNT(" in query["sql"] for query in queries.captured_queries)
        found = answer.context["page"].changes
        seen += [(change.at, change.record_id, change.happened) for change in found]
        older = re.search(r'rel="next" href="([^"]*)"', answer.content.decode())
        address = reverse(PAGE) + older[1].replace("&amp;", "&") if older else ""
    assert len(seen) > 9
    assert seen == whole
    assert [at for at, *_ in whole] == sorted((at for at, *_ in whole), reverse=True)


def test_a_long_history_takes_as_many_queries_as_a_short_one(hq: User, bj: Branch, bj_cbd_hr: User) -> None:
    counts = []
    for _ in range(2):
        for step in range(changes.PER_PAGE):
            Branch.objects.filter(pk=bj.pk).update(phone=f"010-{step:08d}")
            bj_cbd_hr.memberships.update(until=timezone.now() + timedelta(days=step))
        with CaptureQueriesContext(connection) as queries:
            assert kept()
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_the_page_changes_nothing(hq: User, bank: Branch) -> None:
    for user in (hq, auditor_of(bank)):
        assert signed_in(user).post(reverse(PAGE)).status_code in {403, 405}
