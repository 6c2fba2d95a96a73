"""What a membership allows by its role and its attributes, and from when on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from branches.models import ApiKey, Branch, Membership, Role, User
from branches.permissions import RoleBackend
from candidates.models import Offer
from tests.branches.people import auditor_of, member
from tests.dashboard.story import signed_in
from tests.factories import OfferFactory

may = RoleBackend().has_perm


def again(user: User) -> User:
    """The same person at the next request."""
    return User.objects.get(pk=user.pk)


# --- Roles --------------------------------------------------------------------------------------
def test_local_content_is_written_by_hr_of_the_branch_and_of_those_above(
    hq: User, bj_hr: User, bj_cbd_hr: User, sh_ljz_hr: User, stranger: User, bj_cbd: Branch
) -> None:
    people = (hq, bj_hr, bj_cbd_hr, sh_ljz_hr, stranger)
    assert [user.may_edit_content(bj_cbd) for user in people] == [True, True, True, False, False]


def test_hr_of_a_branch_does_not_write_the_content_of_the_branch_above(bj_cbd_hr: User, bj: Branch) -> None:
    assert not bj_cbd_hr.may_edit_content(bj)


def test_a_reviewer_reads_candidates_and_writes_no_content(
    bj: Branch, bj_cbd: Branch, offer: Offer, sh_offer: Offer
) -> None:
    reviewer = member(bj, Role.REVIEWER)
    assert set(Offer.objects.visible_to(reviewer)) == {offer}
    assert not reviewer.may_edit_content(bj_cbd)
    assert not may(reviewer, "candidates.view_offer")
    assert signed_in(reviewer).get(reverse("admin:index")).status_code == 302


def test_an_auditor_reads_everything_and_may_change_nothing(
    bank: Branch, bj_cbd: Branch, offer: Offer, sh_offer: Offer
) -> None:
    auditor = auditor_of(bank)
    assert set(Offer.objects.visible_to(auditor)) == {offer, sh_offer}
    assert may(auditor, "branches.view_membership")
    for perm in ("branches.change_membership", "branches.add_user", "notifications.delete_localvalue"):
        assert not may(auditor, perm)
    assert not auditor.may_edit_content(bj_cbd)


def test_another_role_does_not_give_an_auditor_back_what_an_auditor_may_not_do(
    bank: Branch, bj_cbd: Branch
) -> None:
    auditor = auditor_of(bank)
    Membership.objects.create(user=auditor, branch=bank, role=Role.HQ_HR)
    both = again(auditor)
    assert not may(both, "branches.change_membership")
    assert not both.may_edit_content(bj_cbd)
    assert not both.may_unmask(path=bj_cbd.path, category="campus")


def test_rights_come_from_memberships_and_not_from_djangos_own_tables(bj_cbd_hr: User) -> None:
    codename = "change_localvalue"
    permission = bj_cbd_hr.user_permissions.model._default_manager.get(codename=codename)
    bj_cbd_hr.user_permissions.add(permission)
    assert not again(bj_cbd_hr).has_perm(f"notifications.{codename}")


# --- Attributes ---------------------------------------------------------------------------------
@pytest.fixture
def intern(bj_cbd: Branch) -> Offer:
    return OfferFactory.create(branch=bj_cbd, candidate__category="intern")


def test_categories_narrow_what_a_membership_shows(bj: Branch, offer: Offer, intern: Offer) -> None:
    assert set(Offer.objects.visible_to(member(bj, categories=["intern", "social"]))) == {intern}


def test_each_membership_is_a_pair_of_its_own_node_and_categories(
    bj: Branch, sh: Branch, offer: Offer, intern: Offer, sh_offer: Offer
) -> None:
    person = member(bj, categories=["intern"])
    Membership.objects.create(user=person, branch=sh, role=Role.REVIEWER, categories=["campus"])
    assert set(Offer.objects.visible_to(again(person))) == {intern, sh_offer}


def test_a_machines_key_covers_all_categories(bj: Branch, offer: Offer, intern: Offer) -> None:
    key, _ = ApiKey.objects.issue(name="HRIS", branch=bj)
    assert set(Offer.objects.visible_to(key)) == {offer, intern}


def test_scopes_take_one_query_however_many_attributes(bj: Branch, offer: Offer) -> None:
    person = again(member(bj, categories=["campus"]))
    with CaptureQueriesContext(connection) as queries:
        assert list(Offer.objects.visible_to(person)) == [offer]
        person.may_edit_content(bj)
        person.may_unmask(path=bj.path, category="campus")
    assert len(queries) == 2  # the memberships, and the offers


def test_clear_data_takes_one_membership_that_covers_and_allows_it(
    bj: Branch, bj_cbd: Branch, sh_ljz: Branch
) -> None:
    person = member(bj, may_unmask=False)
    Membership.objects.create(user=person, branch=bj_cbd, role=Role.REVIEWER, categories=["campus"])
    Membership.objects.create(user=person, branch=sh_ljz, role=Role.REVIEWER)
    person = again(person)
    assert person.may_unmask(path=bj_cbd.path, category="campus")
    assert not person.may_unmask(path=bj_cbd.path, category="intern")
    assert not person.may_unmask(path=bj.path, category="campus")
    assert person.may_unmask(path=sh_ljz.path, category="intern")


def test_the_database_gives_no_auditor_clear_data(bank: Branch, stranger: User) -> None:
    with pytest.raises(IntegrityError, match="auditor_sees_masked_data_only"), transaction.atomic():
        Membership.objects.create(user=stranger, branch=bank, role=Role.AUDITOR, may_unmask=True)


# --- From the next request on -------------------------------------------------------------------
def found_at(offer: Offer) -> Callable[[Client], int]:
    address = reverse("dashboard:offer", args=[offer.pk])
    return lambda client: client.get(address).status_code


def revealed_at(offer: Offer) -> Callable[[Client], int]:
    address = reverse("dashboard:reveal", args=[offer.pk])
    return lambda client: client.post(address).status_code


def opens_admin(client: Client) -> int:
    return client.get(reverse("admin:index")).status_code


@pytest.mark.parametrize(
    ("change", "asked", "before", "after"),
    [
        ({"until": timezone.now() - timedelta(seconds=1)}, found_at, 200, 403),
        ({"categories": ["intern"]}, found_at, 200, 404),
        ({"may_unmask": False}, revealed_at, 200, 403),
        ({"role": Role.REVIEWER}, lambda _offer: opens_admin, 200, 302),
    ],
    ids=["until", "categories", "may_unmask", "role"],
)
def test_every_attribute_counts_from_the_next_request_on_and_back_again(
    bank: Branch, offer: Offer, change: dict[str, Any], asked: Any, before: int, after: int
) -> None:
    person = member(bank, Role.BRANCH_HR if "categories" in change else Role.HQ_HR)
    client, ask = signed_in(person), asked(offer)
    was = Membership.objects.values(*change).get(user=person)
    assert ask(client) == before
    person.memberships.update(**change)
    assert ask(client) == after
    person.memberships.update(**was)
    assert ask(client) == before


# --- Keys that write content --------------------------------------------------------------------
def test_a_key_writes_content_of_its_node_and_below_when_it_may_and_is_not_revoked(
    bj: Branch, bj_cbd: Branch, sh_ljz: Branch
) -> None:
    key, _ = ApiKey.objects.issue(name="HRIS", branch=bj)
    assert not key.may_edit_content(bj_cbd)
    key.writes_content = True
    assert [key.may_edit_content(branch) for branch in (bj, bj_cbd, sh_ljz)] == [True, True, False]
    key.revoked_at = timezone.now()
    assert not key.may_edit_content(bj_cbd)


# --- The forms of headquarters ------------------------------------------------------------------
@pytest.fixture
def as_hq(hq: User) -> Client:
    return signed_in(hq)


def form_of(user: User, branch: Branch, role: Role, **fields: Any) -> dict[str, Any]:
    """The admin's form of a person with one new membership; a box that is not ticked is not sent."""
    person = {"username": user.username, "display_name": "", "email": "", "is_active": "on"}
    counts = {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0}
    row = {
        "user": user.pk,
        "branch": branch.pk,
        "role": role,
        "until_0": "",
        "until_1": "",
        "id": "",
        **fields,
    }
    return person | counts | {f"memberships-0-{name}": value for name, value in row.items()}


def give(as_hq: Client, user: User, branch: Branch, role: Role, **fields: Any) -> Membership | None:
    address = reverse("admin:branches_user_change", args=[user.pk])
    as_hq.post(address, form_of(user, branch, role, **fields))
    return Membership.objects.filter(user=user).first()


def test_headquarters_gives_a_membership_with_its_attributes(
    as_hq: Client, stranger: User, bj: Branch
) -> None:
    given = give(as_hq, stranger, bj, Role.REVIEWER, categories=["campus", "intern"], may_unmask="on")
    assert given
    assert (given.categories, given.may_unmask) == (["campus", "intern"], True)
    address = reverse("admin:branches_user_change", args=[stranger.pk])
    assert as_hq.get(address).status_code == 200


def test_until_a_day_means_until_its_end(as_hq: Client, stranger: User, bj: Branch) -> None:
    given = give(as_hq, stranger, bj, Role.REVIEWER, until_0="2026-12-31")
    assert given
    assert given.until
    assert timezone.localtime(given.until).strftime("%Y-%m-%d %H:%M") == "2026-12-31 23:59"


def test_no_role_is_given_that_nobody_chose(as_hq: Client, stranger: User, bank: Branch) -> None:
    shown = as_hq.get(reverse("admin:branches_user_change", args=[stranger.pk])).content.decode()
    new_row = shown[shown.index('name="memberships-__prefix__-role"') :]
    assert new_row[: new_row.index("</option>")].count('value=""') == 1


def test_a_box_that_is_not_ticked_masks(as_hq: Client, stranger: User, bj: Branch) -> None:
    given = give(as_hq, stranger, bj, Role.BRANCH_HR)
    assert given
    assert (given.categories, given.may_unmask) == ([], False)


@pytest.mark.parametrize(
    ("role", "node", "fields", "wrong"),
    [
        (Role.HQ_HR, "bj", {}, "role"),
        (Role.AUDITOR, "bj", {}, "role"),
        (Role.AUDITOR, "bank", {"may_unmask": "on"}, "may_unmask"),
        (Role.AUDITOR, "bank", {"categories": ["campus"]}, "categories"),
        (Role.HQ_HR, "bank", {"categories": ["campus"]}, "categories"),
        (Role.BRANCH_HR, "bj", {"categories": ["nobody"]}, "categories"),
    ],
)
def test_what_does_not_fit_a_role_is_refused_beside_its_field(
    as_hq: Client,
    stranger: User,
    request: pytest.FixtureRequest,
    role: Role,
    node: str,
    fields: Any,
    wrong: str,
) -> None:
    branch = request.getfixturevalue(node)
    address = reverse("admin:branches_user_change", args=[stranger.pk])
    answer = as_hq.post(address, form_of(stranger, branch, role, **fields))
    [formset] = [inline.formset for inline in answer.context["inline_admin_formsets"]]
    assert wrong in formset.forms[0].errors
    assert not Membership.objects.filter(user=stranger).exists()


def test_the_role_of_an_auditor_opens_the_admin_and_taking_it_away_closes_it(
    as_hq: Client, stranger: User, bank: Branch
) -> None:
    given = give(as_hq, stranger, bank, Role.AUDITOR)
    assert given
    assert again(stranger).is_staff
    assert opens_admin(signed_in(stranger)) == 200
    given.delete()
    assert opens_admin(signed_in(stranger)) == 302


def test_whether_a_key_writes_content_is_decided_in_the_admin(as_hq: Client, bj: Branch) -> None:
    as_hq.post(
        reverse("admin:branches_apikey_add"), {"name": "HRIS", "branch": bj.pk, "writes_content": "on"}
    )
    key = ApiKey.objects.get()
    assert key.writes_content
    as_hq.post(reverse("admin:branches_apikey_change", args=[key.pk]), {"name": "HRIS"})
    key.refresh_from_db()
    assert not key.writes_content


@pytest.mark.parametrize("role", [Role.HQ_HR, Role.AUDITOR])
def test_a_role_that_opens_the_admin_is_for_all_candidates_in_the_database_too(
    role: Role, bank: Branch, stranger: User
) -> None:
    with pytest.raises(IntegrityError, match="admin_roles_see_all_candidates"):
        Membership.objects.create(
            user=stranger, branch=bank, role=role, categories=["campus"], may_unmask=False
        )
