"""Who sees whom: memberships and keys open a node of the tree and all below it, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from branches.models import ApiKey, Branch, Membership, Role, User
from branches.permissions import UNCHANGEABLE, RoleBackend
from candidates.models import Offer


def seen(user: User) -> set[Offer]:
    return set(Offer.objects.visible_to(User.objects.get(pk=user.pk)))


def test_each_sees_the_own_branch_and_what_is_below(
    hq: User, bj_hr: User, bj_cbd_hr: User, sh_ljz_hr: User, stranger: User, offer: Offer, sh_offer: Offer
) -> None:
    assert seen(hq) == {offer, sh_offer}
    assert seen(bj_hr) == seen(bj_cbd_hr) == {offer}
    assert seen(sh_ljz_hr) == {sh_offer}
    assert seen(stranger) == set()


def test_a_membership_ends_at_its_time_and_an_inactive_person_sees_nothing(
    bj_cbd_hr: User, offer: Offer
) -> None:
    bj_cbd_hr.memberships.update(until=timezone.now() + timedelta(hours=1))
    assert seen(bj_cbd_hr) == {offer}
    bj_cbd_hr.memberships.update(until=timezone.now())
    assert seen(bj_cbd_hr) == set()
    bj_cbd_hr.memberships.update(until=None)
    User.objects.filter(pk=bj_cbd_hr.pk).update(is_active=False)
    assert seen(bj_cbd_hr) == set()


def test_several_memberships_add_up(bj_cbd_hr: User, sh: Branch, offer: Offer, sh_offer: Offer) -> None:
    Membership.objects.create(user=bj_cbd_hr, branch=sh, role=Role.BRANCH_HR)
    assert seen(bj_cbd_hr) == {offer, sh_offer}


def test_a_key_opens_its_branch_until_it_is_revoked(bj: Branch, offer: Offer, sh_offer: Offer) -> None:
    key, plain = ApiKey.objects.issue(name="HRIS", branch=bj)
    assert plain not in key.key_hash
    assert ApiKey.objects.authenticate(plain) == key
    assert set(Offer.objects.visible_to(key)) == {offer}
    assert ApiKey.objects.authenticate(plain[:-1]) is None
    ApiKey.objects.update(revoked_at=timezone.now())
    assert ApiKey.objects.authenticate(plain) is None


def test_hq_may_look_at_everything_and_change_all_but_the_past(hq: User, bj_cbd_hr: User) -> None:
    may = RoleBackend().has_perm
    assert may(hq, "notifications.change_localvalue")
    assert may(hq, "branches.add_user")
    assert not may(hq, "auth.add_group")
    for model in UNCHANGEABLE:
        assert may(hq, f"tracking.view_{model}")
        assert not any(may(hq, f"tracking.{action}_{model}") for action in ("add", "change", "delete"))
    assert not may(bj_cbd_hr, "candidates.view_offer")


def test_the_nearest_node_comes_first(bank: Branch, bj: Branch, bj_cbd: Branch) -> None:
    assert bj_cbd.path_and_above == [bj_cbd.path, bj.path, bank.path]
