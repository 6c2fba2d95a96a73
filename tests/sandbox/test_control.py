import pytest

from tests.sandbox.running import Sandbox
from tests.sandbox.test_wechat import send


def test_since_gives_only_newer_messages(sandbox: Sandbox) -> None:
    send(sandbox, touser="oOne")
    (first,) = sandbox.messages()
    send(sandbox, touser="oTwo")
    newer = sandbox.messages(since=str(first["seq"]))
    assert [one["to"] for one in newer] == ["oTwo"]
    assert newer[0]["seq"] > first["seq"]


def test_a_limited_answer_says_that_there_is_more(sandbox: Sandbox) -> None:
    for number in range(3):
        send(sandbox, touser=f"oPerson{number}")
    first = sandbox.get("/inbox.json", limit="2")
    assert (len(first["messages"]), first["more"]) == (2, True)
    rest = sandbox.get("/inbox.json", limit="2", since=str(first["messages"][-1]["seq"]))
    assert (len(rest["messages"]), rest["more"]) == (1, False)


def test_clearing_the_inbox_keeps_counts_and_numbers(sandbox: Sandbox) -> None:
    send(sandbox)
    (before,) = sandbox.messages()
    kept = sandbox.counts("wechat")["kept"]
    sandbox.reset()
    assert sandbox.messages() == []
    assert sandbox.get("/recipients.json")["recipients"] == []
    assert sandbox.counts("wechat")["kept"] == kept
    send(sandbox)
    assert sandbox.messages()[0]["seq"] > before["seq"]


def test_recipients_are_found_by_address_and_by_words(sandbox: Sandbox) -> None:
    send(sandbox, touser="oFirst", data={"thing1": {"value": "综合柜员"}})
    send(sandbox, touser="oSecond", data={"thing1": {"value": "客户经理"}})
    send(sandbox, touser="oFirst", data={"thing1": {"value": "综合柜员"}})

    def found(**query: str) -> list[tuple[str, int]]:
        rows = sandbox.get("/recipients.json", **query)["recipients"]
        return [(row["to"], row["count"]) for row in rows]

    assert found() == [("oFirst", 2), ("oSecond", 1)]
    assert found(q="second") == [("oSecond", 1)]
    assert found(q="柜员") == [("oFirst", 2)]
    assert found(channel="sms") == []


@pytest.mark.parametrize("query", ["channel=fax", "since=x", "limit=-1"])
def test_a_question_that_makes_no_sense_is_a_400(query: str, sandbox: Sandbox) -> None:
    assert sandbox.http.request("GET", f"{sandbox.url}/inbox.json?{query}").status == 400


def test_an_unescaped_plus_sign_still_finds_the_number(sandbox: Sandbox) -> None:
    answer = sandbox.http.request("GET", f"{sandbox.url}/inbox.json?channel=sms&to=+8613800138000")
    assert answer.json() == {"messages": [], "more": False}
