"""Who gets in, who does not, and what a browser may keep."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from branches.models import User
from candidates.models import Offer
from tests.dashboard.story import signed_in
from tests.factories import PASSWORD

GUARDED = ["dashboard:home", "dashboard:offers", "dashboard:search"]


@pytest.mark.parametrize(
    ("method", "name"),
    [("get", "dashboard:offer"), ("get", "dashboard:reveal"), ("post", "dashboard:reveal")],
)
def test_another_branchs_offer_is_not_found(method: str, name: str, bj_cbd_hr: User, sh_offer: Offer) -> None:
    address = reverse(name, args=[sh_offer.pk])
    assert getattr(signed_in(bj_cbd_hr), method)(address).status_code == 404


def test_the_branch_above_and_headquarters_open_it(sh_offer: Offer, hq: User, sh_ljz_hr: User) -> None:
    for user in (hq, sh_ljz_hr):
        address = reverse("dashboard:offer", args=[sh_offer.pk])
        assert signed_in(user).get(address).status_code == 200


@pytest.mark.parametrize("name", GUARDED)
def test_a_stranger_to_the_system_is_asked_to_sign_in(name: str, db: None) -> None:
    answer = Client().get(reverse(name))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("dashboard:login"))


def test_a_page_left_open_reloads_when_the_session_is_over(db: None) -> None:
    answer = Client(headers={"HX-Request": "true"}).get(reverse("dashboard:home"))
    assert answer.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("name", GUARDED)
def test_without_a_branch_a_friendly_page_says_so(name: str, stranger: User) -> None:
    answer = signed_in(stranger).get(reverse(name))
    assert answer.status_code == 403
    assert "尚未分配机构" in answer.content.decode()


def test_a_membership_that_ran_out_counts_for_nothing(bj_cbd_hr: User, offer: Offer) -> None:
    client = signed_in(bj_cbd_hr)
    address = reverse("dashboard:offer", args=[offer.pk])
    assert client.get(address).status_code == 200
    bj_cbd_hr.memberships.update(until=timezone.now() - timedelta(seconds=1))
    assert client.get(address).status_code == 403


def test_no_page_with_a_person_is_kept_by_a_cache(bj_cbd_hr: User, offer: Offer) -> None:
    client = signed_in(bj_cbd_hr)
    addresses = [*map(reverse, GUARDED), reverse("dashboard:offer", args=[offer.pk])]
    assert all("no-store" in client.get(address).headers["Cache-Control"] for address in addresses)
    revealed = client.post(reverse("dashboard:reveal", args=[offer.pk]))
    assert "no-store" in revealed.headers["Cache-Control"]


def test_only_headquarters_sees_the_way_to_the_administration(hq: User, bj_cbd_hr: User) -> None:
    link = f'href="{reverse("admin:index")}"'
    assert link in signed_in(hq).get(reverse("dashboard:home")).content.decode()
    assert link not in signed_in(bj_cbd_hr).get(reverse("dashboard:home")).content.decode()


def test_signing_in_and_out(bj_cbd_hr: User) -> None:
    client = Client()
    answer = client.post(reverse("dashboard:login"), {"username": "bj-cbd", "password": PASSWORD})
    assert answer.headers["Location"] == reverse("dashboard:home")
    assert client.get(reverse("dashboard:logout")).status_code == 405
    assert client.get(reverse("dashboard:home")).status_code == 200
    client.post(reverse("dashboard:logout"))
    assert client.get(reverse("dashboard:home")).status_code == 302


def test_guessing_a_password_is_stopped_in_plain_words(bj_cbd_hr: User) -> None:
    client, wrong = Client(), {"username": "bj-cbd", "password": "wrong"}
    answers = [client.post(reverse("dashboard:login"), wrong) for _ in range(5)]
    assert answers[-1].status_code == 429
    assert "尝试次数过多" in answers[-1].content.decode()
    right = client.post(reverse("dashboard:login"), {"username": "bj-cbd", "password": PASSWORD})
    assert right.status_code == 429


def test_a_new_password_replaces_the_old_one(bj_cbd_hr: User) -> None:
    client, new = signed_in(bj_cbd_hr), "quite another long phrase"
    answer = client.post(
        reverse("dashboard:password"),
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
        follow=True,
    )
    assert "密码已修改" in answer.content.decode()
    bj_cbd_hr.refresh_from_db()
    assert bj_cbd_hr.check_password(new)


def test_who_is_signed_in_finds_the_way_back_from_a_wrong_address(bj_cbd_hr: User) -> None:
    lost = signed_in(bj_cbd_hr).get("/dashboard/nothing/")
    assert lost.status_code == 404
    assert f'href="{reverse("dashboard:home")}"' in lost.content.decode()
    assert "验证码" not in lost.content.decode()
