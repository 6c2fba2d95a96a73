"""Every address of the project, asked by everybody: whoever adds one decides here who gets what.

The walk reads the project's own URL patterns, so an address without a decision fails the test.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from django.utils.regex_helper import normalize

from branches.models import User
from candidates.models import Offer
from tests.deferrals import wish
from tests.factories import page_key

# nobody: not signed in; former: the membership has run out; other: another branch's HR; own: the branch's HR.
ROLES = ("nobody", "former", "other", "own", "hq")
CLOSED_TO = ("nobody", "former", "other", "own")
NOT_ALLOWED = "405 405 405 405 405"
EVERYBODY = "200 200 200 200 200"
NOT_SIGNED = "401 401 401 401 401"

# Address → what each role gets, in the order of ROLES. Offers, where there is one, belong to BJ-CBD.
DECISIONS: dict[str, dict[str, str]] = {
    # Machines: a signature or a key decides; who is signed in does not matter. The description is for all.
    "api/v1/openapi.json": {"GET": EVERYBODY, "POST": EVERYBODY},
    "api/v1/docs": {"GET": EVERYBODY, "POST": EVERYBODY},
    "api/v1/": {"GET": "404 404 404 404 404", "POST": "404 404 404 404 404"},
    "api/v1/interview-results/<source>": {"GET": NOT_ALLOWED, "POST": NOT_SIGNED},
    "api/v1/interview-results/<source>/batch": {"GET": NOT_ALLOWED, "POST": NOT_SIGNED},
    "api/v1/offers/<uuidstr:offer_id>": {"GET": NOT_SIGNED, "POST": NOT_ALLOWED},
    "api/v1/branches/<code>/local-content": {"GET": NOT_SIGNED, "POST": NOT_ALLOWED},
    "api/v1/branches/<code>/local-content/<key>": {
        "GET": NOT_ALLOWED,
        "POST": NOT_ALLOWED,
        "PUT": NOT_SIGNED,
        "DELETE": NOT_SIGNED,
    },
    "callbacks/<slug:carrier>/": {"GET": "403 403 403 403 403", "POST": "403 403 403 403 403"},
    "callbacks/<slug:carrier>/<path:rest>": {"GET": "403 403 403 403 403", "POST": "403 403 403 403 403"},
    # Candidates: whoever holds the key of the page, and nobody else, however signed in.
    "": {"GET": "302 302 302 302 302", "POST": "302 302 302 302 302"},
    "n/": {"GET": EVERYBODY, "POST": "200|422 200|422 200|422 200|422 200|422"},
    "n/<slug:token>/": {"GET": EVERYBODY, "POST": NOT_ALLOWED},
    "n/<slug:token>/seen/": {"GET": NOT_ALLOWED, "POST": "204 204 204 204 204"},
    "n/<slug:token>/confirm/": {"GET": EVERYBODY, "POST": "302 302 302 302 302"},
    "n/<slug:token>/decline/": {"GET": EVERYBODY, "POST": "200|422 200|422 200|422 200|422 200|422"},
    "n/<slug:token>/defer/": {"GET": EVERYBODY, "POST": EVERYBODY},
    "n/<slug:token>/defer/back/": {"GET": NOT_ALLOWED, "POST": "302 302 302 302 302"},
    "n/<slug:token>/calendar.ics": {"GET": EVERYBODY, "POST": NOT_ALLOWED},
    "n/<slug:token>/preferences/": {"GET": EVERYBODY, "POST": EVERYBODY},
    "n/<slug:token>/wechat/": {"GET": EVERYBODY, "POST": "302 302 302 302 302"},
    "n/<slug:token>/wechat/state/": {"GET": EVERYBODY, "POST": NOT_ALLOWED},
    "wechat/authorized/": {"GET": "400 400 400 400 400", "POST": NOT_ALLOWED},
    # Branch HR.
    "dashboard/": {"GET": "302 403 200 200 200", "POST": NOT_ALLOWED},
    "dashboard/offers/": {"GET": "302 403 200 200 200", "POST": NOT_ALLOWED},
    "dashboard/offers/search/": {"GET": "302 403 302 302 302", "POST": "302 403 200 200 200"},
    "dashboard/offers/<uuid:offer_id>/": {"GET": "302 403 404 200 200", "POST": NOT_ALLOWED},
    "dashboard/offers/<uuid:offer_id>/reveal/": {"GET": "302 403 404 302 302", "POST": "302 403 404 200 200"},
    "dashboard/offers/<uuid:offer_id>/write/": {"GET": "302 403 404 200 200", "POST": "302 403 404 200 200"},
    "dashboard/offers/<uuid:offer_id>/call/": {"GET": "302 403 404 200 200", "POST": "302 403 404 422 422"},
    "dashboard/offers/<uuid:offer_id>/answer/": {"GET": "302 403 404 200 200", "POST": "302 403 404 422 422"},
    "dashboard/offers/<uuid:offer_id>/more-time/": {
        "GET": "302 403 404 200 200",
        "POST": "302 403 404 422 422",
    },
    "dashboard/offers/<uuid:offer_id>/move/": {"GET": "302 403 404 200 200", "POST": "302 403 404 422 422"},
    "dashboard/deferrals/": {"GET": "302 403 200 200 200", "POST": NOT_ALLOWED},
    "dashboard/deferrals/<uuid:deferral_id>/": {"GET": "302 403 404 200 200", "POST": "302 403 404 200 200"},
    "dashboard/content/": {"GET": "302 403 200 200 200", "POST": "302 403 200 200 200"},
    "dashboard/sending/": {"GET": "302 403 200 200 200", "POST": "302 403 422 422 422"},
    "dashboard/login/": {"GET": "200 302 302 302 302", "POST": "200 302 302 302 302"},
    "dashboard/logout/": {"GET": NOT_ALLOWED, "POST": "302 302 302 302 302"},
    "dashboard/password/": {"GET": "302 200 200 200 200", "POST": "302 200 200 200 200"},
    # For everybody.
    "i18n/setlang/": {"GET": "302 302 302 302 302", "POST": "302 302 302 302 302"},
    "healthz": {"GET": EVERYBODY},
    "readyz": {"GET": "200|503 200|503 200|503 200|503 200|503"},
    "metrics": {"GET": EVERYBODY},
}
# Under these one rule holds for all: open to headquarters alone.
HEADQUARTERS_ONLY = "admin/"
SIGN_IN = "admin/login/"


@dataclass(frozen=True)
class Address:
    """`route` as it is written in the patterns, `form` with `%(name)s` for each of its `names`."""

    route: str
    form: str
    names: list[str]

    def filled(self, values: dict[str, Any]) -> str:
        missing = [name for name in self.names if name not in values]
        assert not missing, f"{self.route}: give {missing} a value in this test"
        return f"/{self.form}" % values


def every_address(resolver: URLResolver | None = None, route: str = "", regex: str = "") -> Iterator[Address]:
    for entry in (resolver or get_resolver()).url_patterns:
        here, pattern = f"{route}{entry.pattern}", regex + entry.pattern.regex.pattern.removeprefix("^")
        if isinstance(entry, URLResolver):
            yield from every_address(entry, here, pattern)
        elif isinstance(entry, URLPattern):
            form, names = normalize(pattern)[0]
            yield Address(here, form, list(names))


ADDRESSES = list(every_address())


def test_every_address_has_a_decision() -> None:
    routes = {address.route for address in ADDRESSES if not address.route.startswith(HEADQUARTERS_ONLY)}
    assert routes - DECISIONS.keys() == set(), "decide above who may do what at the new address"
    assert DECISIONS.keys() - routes == set(), "decisions about addresses that are gone"


@pytest.fixture
def people(bj_cbd_hr: User, sh_ljz_hr: User, hq: User, former: User) -> dict[str, User | None]:
    return {"nobody": None, "former": former, "other": sh_ljz_hr, "own": bj_cbd_hr, "hq": hq}


@pytest.fixture
def former(offer: Offer, stranger: User) -> User:
    stranger.memberships.create(
        branch=offer.branch, role="branch_hr", until=timezone.now() - timedelta(seconds=1)
    )
    return stranger


@pytest.fixture
def values(offer: Offer) -> dict[str, Any]:
    """An argument for every name in a pattern."""
    return {
        "offer_id": offer.pk,
        "deferral_id": wish(offer).pk,
        "token": page_key(offer),
        "source": offer.source.slug,
        "carrier": "twilio",
        "channel": "sms",
        "code": "BJ-CBD",
        "key": "metro_exit",
        "rest": "unsigned",
        "object_id": offer.pk,
        "content_type_id": 1,
        "id": 1,
        "app_label": "candidates",
        "url": "no-such-page",
    }


class Visitor:
    """Somebody with a browser, who asks for one address after the other; what that changes is taken back."""

    def __init__(self, person: User | None) -> None:
        # One client for all: every new one reads the list of static files again.
        self.client = Client(raise_request_exception=False)
        if person:
            self.client.force_login(person, backend="branches.permissions.RoleBackend")
        self.cookies = self.client.cookies.output()

    def ask(self, method: str, path: str) -> HttpResponseBase:
        self.client.cookies = SimpleCookie(self.cookies.removeprefix("Set-Cookie: "))
        with transaction.atomic():
            answer = self.client.generic(method, path)
            transaction.set_rollback(True)
        return answer


@pytest.mark.parametrize("role", ROLES)
def test_everybody_gets_what_was_decided(
    role: str, people: dict[str, User | None], values: dict[str, Any]
) -> None:
    visitor, wrong = Visitor(people[role]), []
    for address in ADDRESSES:
        for method, decided in DECISIONS.get(address.route, {}).items():
            expected = decided.split()[ROLES.index(role)]
            got = visitor.ask(method, address.filled(values)).status_code
            if str(got) not in expected.split("|"):
                wrong.append(f"{method} {address.route}: {got} instead of {expected}")
    assert wrong == []


@pytest.mark.parametrize("role", CLOSED_TO)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_administration_is_closed_to_all_but_headquarters(
    role: str, method: str, people: dict[str, User | None], values: dict[str, Any]
) -> None:
    closed = (reverse("admin:login"), reverse("admin:index"))
    visitor, open_to_them = Visitor(people[role]), []
    for address in administration():
        answer = visitor.ask(method, address.filled(values))
        sent_away = answer.status_code == 302 and answer.headers["Location"].split("?")[0] in closed
        if not sent_away and answer.status_code not in {403, 404, 405}:
            open_to_them.append(f"{method} {address.route}: {answer.status_code}")
    assert open_to_them == []


def test_headquarters_finds_no_broken_page_in_the_administration(
    hq: User, values: dict[str, Any], people: dict[str, User | None]
) -> None:
    visitor = Visitor(hq)
    answers = {one.route: visitor.ask("GET", one.filled(values)).status_code for one in administration()}
    assert {route: status for route, status in answers.items() if status >= 500} == {}
    assert answers["admin/"] == 200


def administration() -> list[Address]:
    return [one for one in ADDRESSES if one.route.startswith(HEADQUARTERS_ONLY) and one.route != SIGN_IN]
