"""What headquarters' HR, or somebody at that screen, could get out of the admin."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from branches.models import ApiKey, Branch, User
from candidates.models import InterviewSource, Offer

KEY = re.compile(r"hrn_[\w-]{20,}")


@pytest.fixture
def as_hq(client: Client, hq: User) -> Client:
    client.force_login(hq, backend="branches.permissions.RoleBackend")
    return client


def make_key(as_hq: Client, branch: Branch) -> HttpResponse:
    form = {"name": "training", "branch": str(branch.pk)}
    return as_hq.post(reverse("admin:branches_apikey_add"), form)  # type: ignore[return-value]


def test_a_new_key_is_seen_once_and_only_in_the_admin(as_hq: Client, bj_cbd: Branch) -> None:
    made = make_key(as_hq, bj_cbd)
    assert not KEY.search(as_hq.get("/dashboard/").content.decode())
    [key] = KEY.findall(as_hq.get(made.headers["Location"]).content.decode())
    assert ApiKey.objects.authenticate(key)
    assert not KEY.search(as_hq.get(made.headers["Location"]).content.decode())


def test_a_new_key_is_neither_in_a_cookie_nor_readable_in_the_session_table(
    as_hq: Client, bj_cbd: Branch
) -> None:
    made = make_key(as_hq, bj_cbd)
    assert "messages" not in made.cookies or "shown this once" not in str(made.cookies["messages"])
    kept = [str(session.get_decoded()) for session in Session.objects.all()]
    assert not any(KEY.search(text) for text in kept)
    # Cookies that were copied before the key was shown are worth nothing after it.
    copy = Client()
    copy.cookies.update(as_hq.cookies)
    as_hq.get(made.headers["Location"])
    assert not KEY.search(copy.get(made.headers["Location"]).content.decode())


def test_a_new_secret_of_a_source_is_seen_once(as_hq: Client, source: InterviewSource) -> None:
    address = reverse("admin:candidates_interviewsource_new_secret", args=[source.pk])
    as_hq.post(address, {"_form_submitted": "on"})
    source.refresh_from_db()
    page = reverse("admin:candidates_interviewsource_change", args=[source.pk])
    assert escape(source.secret) in as_hq.get(page).content.decode()
    assert escape(source.secret) not in as_hq.get(page).content.decode()


def test_letters_typed_into_a_chooser_name_no_candidate(as_hq: Client, offer: Offer) -> None:
    chooser = {"app_label": "candidates", "model_name": "offer", "field_name": "candidate", "term": "王"}
    assert as_hq.get(reverse("admin:autocomplete"), chooser).status_code == 404


@pytest.mark.parametrize("asked", ["\0", "x" * 100_000])
def test_a_senseless_search_for_a_person_finds_nobody(as_hq: Client, offer: Offer, asked: str) -> None:
    address = reverse("admin:candidates_offer_changelist")
    found = as_hq.post(address, {"person": asked}, follow=True)
    assert found.status_code == 200
    assert len(found.redirect_chain[0][0]) < 1000


@pytest.mark.parametrize("tail", ["change", "password", "delete"])
def test_headquarters_hr_cannot_take_over_an_administrator(as_hq: Client, tail: str) -> None:
    root = User.objects.create_superuser("root", password="of the administrator alone")
    address = reverse("admin:index") + f"branches/user/{root.pk}/{tail}/"
    as_hq.post(address, {"password1": "Taken-over-1!", "password2": "Taken-over-1!", "post": "yes"})
    root.refresh_from_db()
    assert root.check_password("of the administrator alone")
    assert root.is_active


def test_nobody_becomes_an_administrator_by_an_extra_field(as_hq: Client, hq: User) -> None:
    form = {
        "username": "newcomer",
        "display_name": "",
        "password1": "Zx9!kkqqpp",
        "password2": "Zx9!kkqqpp",
        "is_superuser": "on",
        "is_staff": "on",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    as_hq.post(reverse("admin:branches_user_add"), form)
    newcomer = User.objects.get(username="newcomer")
    assert (newcomer.is_superuser, newcomer.is_staff) == (False, False)
