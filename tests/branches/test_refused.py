"""What somebody tried and may not do is refused, and on record: who, what, on what, from where."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from branches import audit_pages
from branches.audit import note_refused
from branches.models import ApiKey, Branch, RefusedAttempt, Role, User
from candidates.models import InterviewSource, Offer
from notifications.models import TemplateVersion
from tests.branches.people import auditor_of, member
from tests.dashboard.story import signed_in

PAGE = "admin:audit_refused"


def tried() -> list[tuple[str, str, str]]:
    """Who tried what on what, the newest first."""
    attempts = RefusedAttempt.objects.select_related("user").order_by("-pk")
    return [(str(row.user or row.key_name), row.what, row.target) for row in attempts]


@pytest.fixture
def noted(bj_cbd_hr: User) -> RefusedAttempt:
    note_refused(by=bj_cbd_hr, what="content.core_field", target="papers BJ-CBD", from_address="10.1.2.3")
    return RefusedAttempt.objects.get()


# --- The record ---------------------------------------------------------------------------------
def test_a_try_is_kept_with_all_there_is_to_know(noted: RefusedAttempt, bj_cbd_hr: User) -> None:
    assert (noted.user, noted.key_name, noted.what) == (bj_cbd_hr, "", "content.core_field")
    assert (noted.target, noted.from_address) == ("papers BJ-CBD", "10.1.2.3")


def test_a_machine_is_kept_by_the_name_of_its_key(bj: Branch) -> None:
    key, _ = ApiKey.objects.issue(name="HRIS", branch=bj)
    note_refused(by=key, what="content.core_field", target="papers", from_address=None)
    assert tried() == [("HRIS", "content.core_field", "papers")]


def test_a_target_of_any_length_and_make_is_kept(bj_cbd_hr: User) -> None:
    note_refused(by=bj_cbd_hr, what="content.core_field", target="x\0" * 500, from_address=None)
    assert RefusedAttempt.objects.get().target == "x" * 200


def test_a_try_is_somebodys(db: None) -> None:
    with pytest.raises(IntegrityError, match="refused_to_one"), transaction.atomic():
        RefusedAttempt.objects.create(what="content.core_field")


def by_sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "change",
    [
        lambda: RefusedAttempt.objects.update(what="x"),
        lambda: RefusedAttempt.objects.get().delete(),
        lambda: by_sql("UPDATE branches_refusedattempt SET target = ''"),
        lambda: by_sql("DELETE FROM branches_refusedattempt"),
    ],
)
def test_the_record_is_changed_by_nobody(noted: RefusedAttempt, change: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError, match="Cannot update or delete rows"), transaction.atomic():
        change()


# --- In the admin -------------------------------------------------------------------------------
def test_a_crafted_post_of_branch_hr_is_refused_and_kept(bj_cbd_hr: User, source: InterviewSource) -> None:
    address = reverse("admin:candidates_interviewsource_change", args=[source.pk])
    answer = signed_in(bj_cbd_hr).post(address, {"name": "mine"}, REMOTE_ADDR="10.1.2.3")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("admin:login"))
    source.refresh_from_db()
    assert source.name == "AI interview"
    assert tried() == [("bj-cbd", "admin.change", f"candidates_interviewsource_change {source.pk}")]
    assert RefusedAttempt.objects.get().from_address == "10.1.2.3"


def test_headquarters_own_try_at_the_past_is_kept(hq: User, offer: Offer) -> None:
    address = reverse("admin:candidates_offer_change", args=[offer.pk])
    assert signed_in(hq).post(address, {"state": "confirmed"}).status_code == 403
    assert tried() == [("hq", "admin.change", f"candidates_offer_change {offer.pk}")]


def test_one_try_is_kept_once_by_the_page_that_knows_it_best(hq: User, pass_notice: TemplateVersion) -> None:
    address = reverse("admin:notifications_templateversion_change", args=[pass_notice.pk])
    assert signed_in(hq).post(address, {"note": "x"}).status_code == 403
    assert tried() == [("hq", "content.published_version", str(pass_notice.pk))]


def test_only_an_id_is_kept_of_an_address(bj_cbd_hr: User) -> None:
    address = reverse("admin:candidates_offer_change", args=["13800138000"])
    signed_in(bj_cbd_hr).post(address)
    assert tried() == [("bj-cbd", "admin.change", "candidates_offer_change")]


def test_reading_searching_and_signing_out_are_no_tries(
    bank: Branch, bj_cbd_hr: User, hq: User, offer: Offer
) -> None:
    offers = reverse("admin:candidates_offer_changelist")
    signed_in(bj_cbd_hr).get(offers)
    signed_in(hq).post(offers, {"person": "王小明"})
    auditor = signed_in(auditor_of(bank))
    assert auditor.post(offers, {"person": "王小明"}).status_code == 302
    signed_in(bj_cbd_hr).post(reverse("admin:logout"))
    Client().post(offers, {"action": "delete_selected"})  # whoever has not signed in has no name to keep
    assert tried() == []


# --- The auditor --------------------------------------------------------------------------------
@pytest.fixture
def auditor(bank: Branch) -> User:
    return auditor_of(bank)


def test_an_auditors_post_is_refused_and_kept_even_where_a_page_would_take_it(
    auditor: User, bj_cbd_hr: User
) -> None:
    client = signed_in(auditor)
    address = reverse("admin:branches_user_change", args=[bj_cbd_hr.pk])
    assert client.post(address, {"display_name": "x", "person": "x"}).status_code == 403
    assert client.post(reverse("admin:index")).status_code == 403
    assert [what for _who, what, _target in tried()] == ["admin.change", "admin.change"]


def test_an_auditor_changes_the_own_password(auditor: User) -> None:
    answer = signed_in(auditor).post(reverse("admin:password_change"), {"old_password": "wrong"})
    assert answer.status_code == 200
    assert tried() == []


def test_an_auditor_sees_a_person_without_anything_of_the_password(auditor: User, bj_cbd_hr: User) -> None:
    shown = signed_in(auditor).get(reverse("admin:branches_user_change", args=[bj_cbd_hr.pk]))
    assert shown.status_code == 200
    assert "pbkdf2" not in shown.content.decode()
    assert 'name="_save"' not in shown.content.decode()


# --- The page -----------------------------------------------------------------------------------
def test_headquarters_and_the_auditor_read_the_page_and_nobody_else(
    hq: User, auditor: User, bj_cbd_hr: User, bank: Branch, noted: RefusedAttempt
) -> None:
    for user in (hq, auditor):
        answer = signed_in(user).get(reverse(PAGE))
        assert [row for row, _words in answer.context["attempts"]] == [noted]
        assert "10.1.2.3" in answer.content.decode()
    for user in (bj_cbd_hr, member(bank, Role.REVIEWER)):
        assert signed_in(user).get(reverse(PAGE)).status_code == 302


def test_a_code_without_words_is_shown_as_it_is(hq: User, bj_cbd_hr: User) -> None:
    note_refused(by=bj_cbd_hr, what="new.code", target="", from_address=None)
    [(_row, words)] = signed_in(hq).get(reverse(PAGE)).context["attempts"]
    assert words == "new.code"


def test_tries_are_found_by_who_tried(hq: User, bj_cbd_hr: User, bj: Branch, noted: RefusedAttempt) -> None:
    key, _ = ApiKey.objects.issue(name="HRIS", branch=bj)
    note_refused(by=key, what="content.core_field", target="papers", from_address=None)
    client = signed_in(hq)
    for who in ("bj-cbd", "HRIS"):
        [(row, _words)] = client.get(reverse(PAGE), {"who": who}).context["attempts"]
        assert str(row.user or row.key_name) == who
    assert client.get(reverse(PAGE), {"who": str(uuid4())}).context["attempts"] == []


def test_pages_follow_each_other(hq: User, bj_cbd_hr: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_pages, "PER_PAGE", 2)
    for number in range(5):
        note_refused(by=bj_cbd_hr, what="content.core_field", target=str(number), from_address=None)
    client, seen, place = signed_in(hq), [], "nonsense"
    while place:
        context = client.get(reverse(PAGE), {"before": str(place)}).context
        seen += [row.target for row, _words in context["attempts"]]
        place = context["next"]
    assert seen == ["4", "3", "2", "1", "0"]
