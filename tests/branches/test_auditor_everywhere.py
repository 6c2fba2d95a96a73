"""Every address of the project, asked by those who only read: whoever adds a page need not think of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from branches.models import Branch, Role, User
from candidates.models import Offer
from tests.branches.people import auditor_of, member
from tests.factories import page_key
from tests.test_every_address import ADDRESSES, Address, Visitor

# Their own affairs: signing in and out, the language, the own password.
OWN = ("/login/", "/logout/", "password_change/", "dashboard/password/", "setlang/")
# Posted so that what is searched for stays out of the address.
SEARCH = "dashboard/offers/search/"


@pytest.fixture
def values(offer: Offer, hq: User) -> dict[str, Any]:
    names = {"token": page_key(offer), "source": offer.source.slug, "carrier": "twilio", "rest": "x"}
    others = {"content_type_id": 1, "id": str(hq.pk), "app_label": "candidates", "url": "no-such-page"}
    return {**names, **others, "offer_id": offer.pk, "object_id": offer.pk}


def addresses_of_people() -> list[Address]:
    """The doors of those who sign in."""
    return [one for one in ADDRESSES if one.route.startswith(("admin/", "dashboard/"))]


def filled(address: Address, values: dict[str, Any]) -> str:
    """A name that a page added later brings along stands for an id."""
    return address.filled({name: values.get(name, UUID(int=0)) for name in address.names})


def test_an_auditor_opens_pages_and_posts_nothing(bank: Branch, values: dict[str, Any]) -> None:
    visitor, wrong = Visitor(auditor_of(bank)), []
    for address in addresses_of_people():
        path = filled(address, values)
        got = visitor.ask("GET", path).status_code
        if got >= 500:
            wrong.append(f"GET {address.route}: {got}")
        if any(own in address.route for own in OWN) or address.route == SEARCH:
            continue
        got = visitor.ask("POST", path).status_code
        if got not in {403, 404, 405}:
            wrong.append(f"POST {address.route}: {got}")
    assert wrong == []


def test_a_reviewer_opens_the_dashboard_and_not_the_administration(
    bj: Branch, values: dict[str, Any]
) -> None:
    visitor, wrong = Visitor(member(bj, Role.REVIEWER)), []
    closed = (reverse("admin:login"), reverse("admin:index"))
    for address in addresses_of_people():
        answer = visitor.ask("GET", filled(address, values))
        sent_away = answer.status_code == 302 and answer.headers["Location"].split("?")[0] in closed
        open_to_them = not sent_away and answer.status_code not in {403, 404, 405}
        may_open = address.route.startswith("dashboard/") or address.route == "admin/login/"
        if answer.status_code >= 500 or (open_to_them and not may_open):
            wrong.append(f"GET {address.route}: {answer.status_code}")
    assert wrong == []
    assert visitor.ask("GET", reverse("dashboard:home")).status_code == 200
