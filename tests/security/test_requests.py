"""Requests of anybody: what a whole server must withstand before any page looks at them."""

import pickle
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings
from redis import Redis

pytestmark = pytest.mark.django_db
HTTPS_HOST = "testserver"


@pytest.fixture
def https(settings: Settings) -> Client:
    """A visitor of an installation whose public address is https, behind the bank's TLS proxy."""
    settings.IS_HTTPS = True
    settings.PUBLIC_URL = f"https://{HTTPS_HOST}"
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.CSRF_TRUSTED_ORIGINS = [settings.PUBLIC_URL]
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("address", ["/n/", "/dashboard/login/", "/admin/login/"])
def test_a_visitor_cannot_fill_the_disk_with_files(client: Client, settings: Settings, address: str) -> None:
    settings.REQUEST_MAX_BYTES = 1000
    file = SimpleUploadedFile("big", b"x" * 2000)
    assert client.post(address, {"file": file}).status_code == 413


def test_what_the_largest_batch_needs_is_still_taken(settings: Settings) -> None:
    assert settings.REQUEST_MAX_BYTES >= settings.BATCH_MAX_BYTES


@pytest.mark.parametrize(
    "address", ["/api/v1/interview-results/a%00b", "/n/a%00b/", "/dashboard/offers/?stage=%00", "/%00"]
)
def test_an_address_with_a_nul_is_refused_and_breaks_nothing(client: Client, address: str) -> None:
    assert client.post(address).status_code == 400


def test_a_browser_is_told_to_stay_with_https(https: Client) -> None:
    assert "max-age=31536000" in https.get("/n/").headers["Strict-Transport-Security"]


def test_with_https_a_form_must_come_from_our_own_pages(https: Client) -> None:
    token = https.get("/n/").cookies["csrftoken"].value
    form = {"csrfmiddlewaretoken": token, "phone": "13800138000", "code": "12345678"}
    assert https.post("/n/", form).status_code == 403
    assert https.post("/n/", form, headers={"origin": "https://evil.example"}).status_code == 403
    assert https.post("/n/", form, headers={"origin": f"https://{HTTPS_HOST}"}).status_code == 200


def test_with_https_nobody_is_led_back_to_http(https: Client) -> None:
    answer = https.get("/i18n/setlang/", {"next": f"http://{HTTPS_HOST}/n/"})
    assert answer.headers["Location"] == "/"


class Surprise:
    """Runs code in whoever unpickles it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return pytest.fail, ("code out of Redis was run",)


def test_what_lies_in_redis_is_never_run(settings: Settings) -> None:
    Redis.from_url(settings.REDIS_URL).set(cache.make_key("surprise"), pickle.dumps(Surprise()), ex=60)
    with pytest.raises(ValueError, match=r"utf-8|Expecting"):
        cache.get("surprise")


@pytest.mark.parametrize("value", [1, 1.5, "token", True, None, {"a": [1]}])
def test_the_cache_gives_back_what_was_put_in(value: object) -> None:
    cache.set("kept", value, 60)
    assert cache.get("kept", "nothing") == value


def test_the_cache_still_counts() -> None:
    cache.set("count", 1, 60)
    assert (cache.incr("count"), cache.get("count")) == (2, 2)
