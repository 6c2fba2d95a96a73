"""Offers out: only to a machine with a key, and only of its own part of the bank."""

import json
import re

import pytest
from django.test import Client
from django.utils import timezone
from openapi_spec_validator import validate

from branches.models import ApiKey, Branch
from candidates.models import Offer


def get(client: Client, offer: Offer, key: str) -> tuple[int, dict[str, object]]:
    response = client.get(f"/api/v1/offers/{offer.pk}", headers={"Authorization": f"Bearer {key}"})
    return response.status_code, json.loads(response.content)


def test_a_key_reads_an_offer_of_its_branch_without_personal_data(
    client: Client, offer: Offer, bj: Branch
) -> None:
    _, key = ApiKey.objects.issue(name="HRIS", branch=bj)
    status, shown = get(client, offer, key)
    assert status == 200
    assert (shown["state"], shown["stage"], shown["branch"]) == ("offered", "waiting", "BJ-CBD")
    assert [event["kind"] for event in shown["timeline"]] == ["offered"]  # type: ignore[attr-defined]
    assert "王小明" not in json.dumps(shown, ensure_ascii=False)


def test_another_branch_s_offer_is_not_found(client: Client, sh_offer: Offer, bj: Branch) -> None:
    _, key = ApiKey.objects.issue(name="HRIS", branch=bj)
    assert get(client, sh_offer, key)[0] == 404


@pytest.mark.parametrize("key", ["", "hrn_guess"])
def test_without_a_valid_key_nothing_is_told(client: Client, offer: Offer, key: str) -> None:
    assert get(client, offer, key)[0] == 401


def test_a_revoked_key_opens_nothing(client: Client, offer: Offer, bj: Branch) -> None:
    row, key = ApiKey.objects.issue(name="HRIS", branch=bj)
    row.revoked_at = timezone.now()
    row.save()
    assert get(client, offer, key)[0] == 401


def test_the_api_describes_itself_in_valid_openapi(client: Client) -> None:
    description = json.loads(client.get("/api/v1/openapi.json").content)
    validate(description)
    operation = description["paths"]["/api/v1/interview-results/{source}"]["post"]
    assert "data" in operation["requestBody"]["content"]["application/json"]["schema"]["properties"]


def test_the_description_names_no_shape_that_it_does_not_hold(client: Client) -> None:
    description = client.get("/api/v1/openapi.json").content.decode()
    named = set(re.findall(r'"\$ref": "([^"]+)"', description))
    held = {f"#/components/schemas/{name}" for name in json.loads(description)["components"]["schemas"]}
    assert named
    assert named <= held


def test_the_description_s_page_loads_nothing_from_outside(client: Client) -> None:
    page = client.get("/api/v1/docs").content.decode()
    assert "swagger" in page
    assert "https://" not in page
