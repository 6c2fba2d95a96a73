"""Who gets in, who does not, and what a browser may keep."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from branches.models import ApiKey, Branch, RefusedAttempt, User
from candidates.models import Offer
from dashboard.funnel import funnel, tasks
from tests.branches.people import auditor_of, member
from tests.dashboard.story import signed_in, unreachable
from tests.factories import PASSWORD, OfferFactory

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


def test_what_somebody_posts_whose_membership_has_run_out_is_refused_and_kept(
    bj_cbd_hr: User, offer: Offer
) -> None:
    bj_cbd_hr.memberships.update(until=timezone.now() - timedelta(seconds=1))
    client = signed_in(bj_cbd_hr)
    assert client.post(reverse("dashboard:call", args=[offer.pk])).status_code == 403
    assert client.get(reverse("dashboard:call", args=[offer.pk])).status_code == 403
    attempt = RefusedAttempt.objects.get()
    assert (attempt.user, attempt.what, attempt.target) == (bj_cbd_hr, "dashboard.change", "dashboard:call")


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


# --- Candidate categories -----------------------------------------------------------------------
@pytest.fixture
def campus_hr(bj: Branch) -> User:
    """For campus recruits of Beijing alone."""
    return member(bj, username="campus", categories=["campus"])


@pytest.fixture
def intern(bj_cbd: Branch) -> Offer:
    """孙实习, who could be reached on no channel."""
    offer: Offer = OfferFactory.create(branch=bj_cbd, candidate__name="孙实习", candidate__category="intern")
    unreachable(offer)
    return offer


def test_the_list_and_the_search_show_the_memberships_categories(
    campus_hr: User, offer: Offer, intern: Offer
) -> None:
    client = signed_in(campus_hr)
    listed = client.get(reverse("dashboard:offers")).content.decode()
    assert f'id="offer-{offer.pk}"' in listed
    assert f'id="offer-{intern.pk}"' not in listed
    for name, found in (("王小明", True), ("孙实习", False)):
        answer = client.post(reverse("dashboard:search"), {"q": name}).content.decode()
        assert ('id="offer-' in answer) is found


@pytest.mark.parametrize(
    ("method", "name"),
    [("get", "dashboard:offer"), ("get", "dashboard:reveal"), ("post", "dashboard:reveal")],
)
def test_another_categorys_offer_is_not_found(
    method: str, name: str, campus_hr: User, offer: Offer, intern: Offer
) -> None:
    client = signed_in(campus_hr)
    assert getattr(client, method)(reverse(name, args=[intern.pk])).status_code == 404
    assert getattr(client, method)(reverse(name, args=[offer.pk])).status_code in {200, 302}


def test_the_figures_count_the_memberships_categories(
    campus_hr: User, bj_hr: User, offer: Offer, intern: Offer
) -> None:
    assert [funnel(user).steps[0].count for user in (campus_hr, bj_hr)] == [1, 2]
    assert [tasks(user)[0].count for user in (campus_hr, bj_hr)] == [0, 1]
    shown = signed_in(campus_hr).get(reverse("dashboard:home")).content.decode()
    assert "孙实习" not in shown


def test_a_machine_reads_offers_of_every_category(bj: Branch, intern: Offer, sh_offer: Offer) -> None:
    _, plain = ApiKey.objects.issue(name="HRIS", branch=bj)
    client = Client(headers={"Authorization": f"Bearer {plain}"})
    assert client.get(f"/api/v1/offers/{intern.pk}").status_code == 200
    assert client.get(f"/api/v1/offers/{sh_offer.pk}").status_code == 404


# --- Who only reads -----------------------------------------------------------------------------
def test_an_auditor_reads_the_whole_banks_dashboard_and_finds_the_administration(
    bank: Branch, offer: Offer, sh_offer: Offer
) -> None:
    client = signed_in(auditor_of(bank))
    shown = client.get(reverse("dashboard:offers")).content.decode()
    assert all(f'id="offer-{one.pk}"' in shown for one in (offer, sh_offer))
    assert f'href="{reverse("admin:index")}"' in shown
    assert client.get(reverse("admin:index")).status_code == 200


def test_what_an_auditor_posts_is_refused_before_the_page_is_asked(
    bank: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages that take a POST and are not known to read only: here, the search, were it not known."""
    monkeypatch.setattr("dashboard.access.READING_PAGES", set())
    client = signed_in(auditor_of(bank))
    assert client.post(reverse("dashboard:search"), {"q": "王小明"}).status_code == 403
    attempt = RefusedAttempt.objects.get()
    assert (attempt.what, attempt.target) == ("dashboard.change", "dashboard:search")
    assert client.get(reverse("dashboard:home")).status_code == 200


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
