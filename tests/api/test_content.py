"""Local content over the API: a machine of the branch reads and writes it, and the core stays headquarters'."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from branches.models import ApiKey, Branch, RefusedAttempt
from notifications.models import LocalPaper, LocalValue
from tests.factories import LocalFieldFactory, LocalValueFactory

pytestmark = pytest.mark.django_db
CAMPUS = {"category": {"is": ["campus"]}}


@pytest.fixture
def key(bj: Branch) -> str:
    """A key that writes for 北京分行 and below."""
    return ApiKey.objects.issue(name="CMS", branch=bj, writes_content=True)[1]


@pytest.fixture
def reading_key(bj: Branch) -> str:
    return ApiKey.objects.issue(name="HRIS", branch=bj)[1]


def ask(
    method: str, path: str, key: str, body: Any = None, client: Client | None = None
) -> tuple[int, dict[str, Any]]:
    text = body if isinstance(body, str) else json.dumps(body)
    answer = (client or Client()).generic(
        method,
        f"/api/v1/branches/{path}",
        text if body is not None else "",
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}", "Accept-Language": "zh-hans"},
    )
    return answer.status_code, json.loads(answer.content) if answer.content else {}


def put(path: str, key: str, **body: Any) -> tuple[int, dict[str, Any]]:
    return ask("PUT", path, key, {"value": "D口", "value_en": "exit D", **body})


# --- Reading -------------------------------------------------------------------------------------
def test_a_key_reads_what_a_branch_states_inherits_and_may_not_touch(
    reading_key: str, bj: Branch, bj_cbd: Branch
) -> None:
    parking = LocalFieldFactory.create(key="parking", required=True, max_length=30)
    LocalValueFactory.create(branch=bj, field=parking, value="院内可停", value_en="")
    LocalValueFactory.create(branch=bj_cbd, field=parking, condition=CAMPUS, value="请致电13912345678")
    status, shown = ask("GET", "BJ-CBD/local-content", reading_key)
    assert status == 200
    fields = {one["key"]: one for one in shown["fields"]}
    assert (fields["parking"]["required"], fields["parking"]["max_length"]) == (True, 30)
    assert [(one["condition"], one["value"]) for one in fields["parking"]["own"]] == [
        (CAMPUS, "请致电13912345678")
    ]
    assert [(one["branch"], one["value"]) for one in fields["parking"]["inherited"]] == [("BJ", "院内可停")]
    assert {(one["key"], one["value"], one["locked"]) for one in shown["core"]} == {
        ("bank_name", "海岳银行", True)
    }
    papers = {one["key"]: (one["branch"], one["locked"]) for one in shown["papers"]}
    assert papers["id_card"] == ("", True)
    assert papers["social_security_transfer"] == ("BJ", False)
    assert [(one["key"], one["kind"], one["found"]) for one in shown["findings"]] == [
        ("parking", "phone", "13912345678")
    ]


def test_more_fields_ask_no_more_of_the_database(
    reading_key: str, bj_cbd: Branch, django_assert_max_num_queries: Any
) -> None:
    ask("GET", "BJ-CBD/local-content", reading_key)
    with django_assert_max_num_queries(20) as asked:
        ask("GET", "BJ-CBD/local-content", reading_key)
    few = len(asked)
    for number in range(10):
        LocalValueFactory.create(branch=bj_cbd, field=LocalFieldFactory.create(key=f"field_{number}"))
    ask("GET", "BJ-CBD/local-content", reading_key)
    with django_assert_max_num_queries(few):
        assert len(ask("GET", "BJ-CBD/local-content", reading_key)[1]["fields"]) == 11


# --- Writing -------------------------------------------------------------------------------------
def test_a_text_is_stated_and_again_without_a_change(key: str, bj_cbd: Branch) -> None:
    for _ in range(2):
        status, stated = put("BJ-CBD/local-content/metro_exit", key, condition=CAMPUS)
        assert status == 200
        assert (stated["key"], stated["value"], stated["value_en"], stated["condition"]) == (
            "metro_exit",
            "D口",
            "exit D",
            CAMPUS,
        )
        assert stated["findings"] == []
    assert LocalValue.objects.filter(branch=bj_cbd).count() == 2


def test_the_lint_s_findings_are_answered_and_stop_nothing(key: str, bj_cbd: Branch) -> None:
    status, stated = put("BJ-CBD/local-content/metro_exit", key, value="D口，联系13912345678")
    assert status == 200
    (finding,) = stated["findings"]
    assert (finding["kind"], finding["language"], finding["found"]) == ("phone", "zh-hans", "13912345678")
    assert stated["value"][finding["start"] : finding["end"]] == finding["found"]
    assert finding["explanation"].isascii() or "13912345678" in finding["explanation"]
    assert LocalValue.objects.get(branch=bj_cbd).value == "D口，联系13912345678"


def test_a_text_is_withdrawn_and_once_more_without_a_complaint(key: str, bj_cbd: Branch) -> None:
    put("BJ-CBD/local-content/metro_exit", key, condition=CAMPUS)
    for _ in range(2):
        address = f"BJ-CBD/local-content/metro_exit?condition={json.dumps(CAMPUS)}"
        assert ask("DELETE", address, key)[0] == 204
    assert LocalValue.objects.get(branch=bj_cbd).condition == {}
    assert ask("DELETE", "BJ-CBD/local-content/metro_exit", key)[0] == 204
    assert not LocalValue.objects.filter(branch=bj_cbd).exists()


def test_who_names_the_revision_read_loses_no_update(key: str, bj_cbd: Branch) -> None:
    _, shown = ask("GET", "BJ-CBD/local-content", key)
    revision = shown["fields"][0]["own"][0]["revision"]
    assert put("BJ-CBD/local-content/metro_exit", key, value="他写的")[0] == 200
    status, refused = put("BJ-CBD/local-content/metro_exit", key, value="我写的", revision=revision)
    assert (status, refused["errors"][0]["field"]) == (409, "revision")
    assert LocalValue.objects.get(branch=bj_cbd).value == "他写的"


# --- Refusing ------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("field", ["bank_name", "onboarding_at", "id_card"])
def test_the_core_is_locked_and_the_try_recorded(
    method: str, field: str, key: str, bj_cbd: Branch, bank: Branch
) -> None:
    before = list(LocalValue.objects.values()), list(LocalPaper.objects.values())
    body = {"value": "另一家银行"} if method == "PUT" else None
    status, refused = ask(method, f"BJ-CBD/local-content/{field}", key, body)
    assert (status, refused["errors"]) == (403, [{"field": field, "error": "is locked by headquarters"}])
    assert before == (list(LocalValue.objects.values()), list(LocalPaper.objects.values()))
    tried = RefusedAttempt.objects.get()
    assert (tried.key_name, tried.what, tried.target) == ("CMS", "content.core_field", f"BJ-CBD/{field}")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_key_that_only_reads_writes_nothing_and_the_try_is_recorded(
    method: str, reading_key: str, bj_cbd: Branch
) -> None:
    body = {"value": "D口"} if method == "PUT" else None
    status, refused = ask(method, "BJ-CBD/local-content/metro_exit", reading_key, body)
    assert (status, refused["errors"][0]["field"]) == (403, "authorization")
    assert LocalValue.objects.get(branch=bj_cbd).value.startswith("10号线")
    assert RefusedAttempt.objects.get().what == "content.not_yours"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_outside_the_key_s_node_nothing_is_found_and_the_try_recorded(
    method: str, key: str, sh_ljz: Branch
) -> None:
    address = "SH-LJZ/local-content" + ("" if method == "GET" else "/metro_exit")
    body = {"value": "D口"} if method == "PUT" else None
    assert ask(method, address, key, body)[0] == 404
    assert not LocalValue.objects.filter(branch=sh_ljz).exists()
    tried = RefusedAttempt.objects.get()
    assert (tried.key_name, tried.what, tried.target) == ("CMS", "content.not_yours", "SH-LJZ")


def test_a_branch_or_field_that_does_not_exist_is_not_found(key: str, bj_cbd: Branch) -> None:
    assert ask("GET", "NOWHERE/local-content", key)[0] == 404
    assert put("BJ-CBD/local-content/nothing", key)[0] == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("guess", ["", "hrn_guess"])
def test_without_a_key_nothing_is_told(method: str, guess: str, bj_cbd: Branch) -> None:
    address = "BJ-CBD/local-content" + ("" if method == "GET" else "/metro_exit")
    status, refused = ask(method, address, guess, {"value": "D口"} if method == "PUT" else None)
    assert (status, refused["errors"][0]["field"]) == (401, "authorization")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"value": "", "value_en": "one\ntwo"}, {"value", "value_en"}),
        ({"value": "x" * 300}, {"value"}),
        ({"value": "D口", "condition": {"weather": {"is": ["rain"]}}}, {"condition"}),
        ({"value": "D口", "condition": {"category": {"is": ["nobody"]}}}, {"condition"}),
        ({"value": "D口", "condition": {"category": "campus"}}, {"condition.category"}),
        ({"value": 5, "value_en": None}, {"value", "value_en"}),
        ({}, {"value"}),
        ([], {"value"}),
    ],
)
def test_every_wrong_field_is_named(body: Any, named: set[str], key: str, bj_cbd: Branch) -> None:
    status, refused = ask("PUT", "BJ-CBD/local-content/metro_exit", key, body)
    assert status == 422
    assert {one["field"] for one in refused["errors"]} == named
    assert LocalValue.objects.get(branch=bj_cbd).value.startswith("10号线")


def test_what_is_not_json_is_refused(key: str, bj_cbd: Branch) -> None:
    status, refused = ask("PUT", "BJ-CBD/local-content/metro_exit", key, "{")
    assert (status, refused["errors"][0]["field"]) == (400, "body")
    status, refused = ask("DELETE", "BJ-CBD/local-content/metro_exit?condition={", key)
    assert (status, refused["errors"][0]["field"]) == (422, "condition")


@pytest.mark.parametrize(
    "address", ["%00/local-content/metro_exit", "BJ-CBD/local-content/%00", "BJ-CBD/local-content/a%20b"]
)
def test_nonsense_in_the_address_is_not_found(address: str, key: str, bj_cbd: Branch) -> None:
    assert put(address, key)[0] in {400, 404}


@pytest.mark.parametrize("value", ["零\0字符", "半个\ud800字符"])
def test_what_cannot_be_stored_is_refused(value: str, key: str, bj_cbd: Branch) -> None:
    status, refused = put("BJ-CBD/local-content/metro_exit", key, value=value)
    assert status in {400, 422}
    assert refused["errors"]
    for condition in ({"city": {"is": [value]}}, {"position": {"not": [value]}}):
        assert put("BJ-CBD/local-content/metro_exit", key, condition=condition)[0] in {400, 422}
