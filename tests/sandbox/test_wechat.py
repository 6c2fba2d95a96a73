import base64
import hashlib
import re
import struct
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from defusedxml.ElementTree import fromstring

from tests.sandbox.running import (
    ACCOUNTS,
    AES_KEY,
    WECHAT_APP_ID,
    WECHAT_SECRET,
    WECHAT_TOKEN,
    Listener,
    Request,
    Sandbox,
    eventually,
    start_sandbox,
)

OPENID = "oABCDEFGHIJKLMNOPQRSTUVWXYZ_1"
FIELDS = {"thing1": {"value": "综合柜员"}, "time2": {"value": "2026年12月7日 09:00"}}


@pytest.fixture
def encrypting(listener: Listener) -> Iterator[Sandbox]:
    sandbox = start_sandbox(
        "--wechat-callback", listener.url + "/?x=1", environment={**ACCOUNTS, "WECHAT_AES_KEY": AES_KEY}
    )
    yield sandbox
    assert sandbox.stop() == 0


def token_answer(sandbox: Sandbox, **changes: object) -> dict[str, Any]:
    asked = {"grant_type": "client_credential", "appid": WECHAT_APP_ID, "secret": WECHAT_SECRET, **changes}
    answer: dict[str, Any] = sandbox.post("/cgi-bin/stable_token", asked).json()
    return answer


def token(sandbox: Sandbox) -> str:
    return str(token_answer(sandbox)["access_token"])


def send(
    sandbox: Sandbox, *, access_token: str = "", timeout: float = 10, **changes: object
) -> dict[str, Any]:
    address = f"/cgi-bin/message/template/send?access_token={access_token or token(sandbox)}"
    message = {"touser": OPENID, "template_id": "T-pass", "url": "https://bank.example/n/a/", "data": FIELDS}
    answer: dict[str, Any] = sandbox.post(address, {**message, **changes}, timeout=timeout).json()
    return answer


def query(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}


def sorted_sha1(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def xml_fields(xml: bytes) -> dict[str, str]:
    return {child.tag: child.text or "" for child in fromstring(xml)}


def event(listener: Listener) -> dict[str, str]:
    eventually(lambda: listener.requests)
    return xml_fields(listener.requests[0].body)


def decrypted(secret: str) -> tuple[bytes, str]:
    """The XML and the app id, read as WeChat documents it."""
    key = base64.b64decode(AES_KEY + "=")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    padded = decryptor.update(base64.b64decode(secret)) + decryptor.finalize()
    assert 1 <= padded[-1] <= 32
    assert len(padded) % 32 == 0
    plain = padded[: -padded[-1]]
    (length,) = struct.unpack(">I", plain[16:20])
    return plain[20 : 20 + length], plain[20 + length :].decode()


def test_the_token_stays_the_same_until_a_refresh_is_forced(sandbox: Sandbox) -> None:
    first = token_answer(sandbox)
    assert 7000 < first["expires_in"] <= 7200
    assert token(sandbox) == first["access_token"]
    forced = token_answer(sandbox, force_refresh=True)["access_token"]
    assert forced != first["access_token"]
    assert token(sandbox) == forced
    assert send(sandbox, access_token=first["access_token"])["errcode"] == 40001


def test_token_calls_are_counted(sandbox: Sandbox) -> None:
    before = sandbox.counts("wechat")
    token_answer(sandbox)
    token_answer(sandbox, force_refresh=True)
    after = sandbox.counts("wechat")
    assert after["token_calls"] - before["token_calls"] == 2
    assert after["token_calls_forced"] - before["token_calls_forced"] == 1


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [({"secret": "wrong"}, 40125), ({"appid": "wxother"}, 40013), ({"grant_type": "x"}, 40002)],
)
def test_a_wrong_login_gets_no_token(changes: dict[str, object], errcode: int, sandbox: Sandbox) -> None:
    answer = token_answer(sandbox, **changes)
    assert answer["errcode"] == errcode
    assert "access_token" not in answer


def test_an_expired_token_is_refused_and_a_new_one_works(sandbox: Sandbox) -> None:
    old = token(sandbox)
    assert sandbox.post("/wechat/expire-token", {}).status == 200
    assert send(sandbox, access_token=old)["errcode"] == 40001
    assert send(sandbox)["errcode"] == 0


def test_a_template_message_is_kept_as_a_card(sandbox: Sandbox) -> None:
    answer = send(sandbox, client_msg_id="m-1-card")
    assert answer["errcode"] == 0
    assert 2**53 < answer["msgid"] < 2**63
    (kept,) = sandbox.messages(channel="wechat", to=OPENID)
    assert kept["fields"][0] == {"name": "thing1", "value": "综合柜员"}
    assert (kept["reference"], kept["client_id"]) == (str(answer["msgid"]), "m-1-card")
    assert kept["links"] == ["https://bank.example/n/a/"]


def test_the_same_client_msg_id_is_sent_once_per_openid(sandbox: Sandbox) -> None:
    first, again = (send(sandbox, client_msg_id="m-2") for _ in range(2))
    other = send(sandbox, client_msg_id="m-2", touser="oSomebodyElse")
    assert first["msgid"] == again["msgid"] != other["msgid"]
    assert again["errcode"] == 0
    assert len(sandbox.messages(channel="wechat", to=OPENID)) == 1


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"access_token": "wrong"}, 40001),
        ({"touser": ""}, 40003),
        ({"touser": "not an openid"}, 40003),
        ({"touser": "o-unfollowed-1"}, 43004),
        ({"touser": "o-refused-1"}, 43101),
        ({"template_id": ""}, 40037),
        ({"template_id": "T-unknown"}, 40037),
        ({"data": {}}, 47003),
        ({"data": {"thing1": {"value": "字" * 21}}}, 47003),
        ({"data": {"thing1": {"value": ""}}}, 47003),
        ({"data": {"thing1": {"value": None}}}, 47003),
        ({"data": {"thing1": "字"}}, 47003),
    ],
)
def test_a_refused_message_has_wechats_code_and_is_not_kept(
    changes: dict[str, Any], errcode: int, sandbox: Sandbox
) -> None:
    assert send(sandbox, **changes)["errcode"] == errcode
    assert sandbox.messages() == []


def test_what_is_not_json_is_refused_as_wechat_does(sandbox: Sandbox) -> None:
    answer = sandbox.http.request("POST", sandbox.url + "/cgi-bin/stable_token", body=b"a=1")
    assert (answer.status, answer.json()["errcode"]) == (200, 47001)


def test_twenty_characters_are_still_accepted(sandbox: Sandbox) -> None:
    assert send(sandbox, data={"thing1": {"value": "字" * 20}})["errcode"] == 0


def test_the_result_event_is_plain_xml_with_a_valid_signature(sandbox: Sandbox, listener: Listener) -> None:
    msgid = send(sandbox)["msgid"]
    reported = event(listener)
    assert (reported["MsgID"], reported["Status"]) == (str(msgid), "success")
    assert reported["Event"] == "TEMPLATESENDJOBFINISH"
    assert (reported["MsgType"], reported["FromUserName"]) == ("event", OPENID)
    asked = query(listener.requests[0])
    assert asked["signature"] == sorted_sha1(WECHAT_TOKEN, asked["timestamp"], asked["nonce"])
    assert "encrypt_type" not in asked


@pytest.mark.parametrize(
    ("openid", "status"), [("o-blocked-1", "failed:user block"), ("o-sysfail-1", "failed: system failed")]
)
def test_a_failing_openid_is_accepted_and_reported_failed(
    openid: str, status: str, sandbox: Sandbox, listener: Listener
) -> None:
    assert send(sandbox, touser=openid)["errcode"] == 0
    assert event(listener)["Status"] == status


def test_with_an_aes_key_the_event_is_encrypted(encrypting: Sandbox, listener: Listener) -> None:
    msgid = send(encrypting)["msgid"]
    envelope = event(listener)
    assert set(envelope) == {"ToUserName", "Encrypt"}
    asked = query(listener.requests[0])
    assert (asked["encrypt_type"], asked["x"]) == ("aes", "1")
    expected = sorted_sha1(WECHAT_TOKEN, asked["timestamp"], asked["nonce"], envelope["Encrypt"])
    assert asked["msg_signature"] == expected
    xml, app_id = decrypted(envelope["Encrypt"])
    assert app_id == WECHAT_APP_ID
    assert xml_fields(xml)["MsgID"] == str(msgid)


def test_an_event_is_repeated_until_answered_with_success(sandbox: Sandbox, listener: Listener) -> None:
    listener.answers[:] = [(200, "something else"), (500, "success")]
    send(sandbox)
    eventually(lambda: len(listener.requests) == 3)
    assert len({request.body for request in listener.requests}) == 1
    (kept,) = eventually(
        lambda: [one for one in sandbox.messages(channel="wechat") if len(one["receipts"]) == 3]
    )
    assert [receipt["http_status"] for receipt in kept["receipts"]] == [200, 500, 200]


def test_a_qr_code_is_made_for_a_scene(sandbox: Sandbox) -> None:
    address = f"/cgi-bin/qrcode/create?access_token={token(sandbox)}"
    scene = {"scene": {"scene_str": "abc"}}
    asked = {"expire_seconds": 600, "action_name": "QR_STR_SCENE", "action_info": scene}
    answer = sandbox.post(address, asked).json()
    assert answer["ticket"]
    assert answer["url"].startswith("http")
    assert answer["expire_seconds"] == 600
    assert sandbox.post(address, {**asked, "expire_seconds": 2592001}).json()["errcode"] != 0


# --- People ----------------------------------------------------------------------------------------
def make_code(sandbox: Sandbox, scene: str = "abc", seconds: int = 600) -> dict[str, Any]:
    asked = {
        "expire_seconds": seconds,
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": scene}},
    }
    answer: dict[str, Any] = sandbox.post(
        f"/cgi-bin/qrcode/create?access_token={token(sandbox)}", asked
    ).json()
    return answer


def act(sandbox: Sandbox, listener: Listener, what: str, **form: str) -> dict[str, str]:
    """What somebody does, and the event it causes."""
    listener.requests.clear()
    assert sandbox.post(f"/wechat/{what}", form).status == 200
    return event(listener)


def subscribes(sandbox: Sandbox, openid: str) -> int:
    told = sandbox.get("/cgi-bin/user/info", access_token=token(sandbox), openid=openid)
    assert told["openid"] == openid
    return int(told["subscribe"])


def test_a_scan_tells_the_scene_of_a_new_follower_with_a_prefix_and_of_a_follower_without(
    sandbox: Sandbox, listener: Listener
) -> None:
    code = make_code(sandbox, "scene-1")
    first = act(sandbox, listener, "scan", url=code["url"], openid="oScanner")
    assert (first["Event"], first["EventKey"]) == ("subscribe", "qrscene_scene-1")
    assert (first["Ticket"], first["FromUserName"]) == (code["ticket"], "oScanner")
    again = act(sandbox, listener, "scan", url=code["url"], openid="oScanner")
    assert (again["Event"], again["EventKey"]) == ("SCAN", "scene-1")


def test_who_leaves_is_told_of_and_gets_nothing_until_following_again(
    sandbox: Sandbox, listener: Listener
) -> None:
    left = act(sandbox, listener, "unfollow", openid="oLeaver")
    assert (left["Event"], left["EventKey"]) == ("unsubscribe", "")
    assert send(sandbox, touser="oLeaver")["errcode"] == 43004
    assert subscribes(sandbox, "oLeaver") == 0
    assert act(sandbox, listener, "follow", openid="oLeaver")["Event"] == "subscribe"
    assert send(sandbox, touser="oLeaver")["errcode"] == 0
    assert subscribes(sandbox, "oLeaver") == 1


def test_an_event_of_a_person_is_repeated_word_for_word(sandbox: Sandbox, listener: Listener) -> None:
    listener.answers[:] = [(200, "something else")]
    sandbox.post("/wechat/follow", {"openid": "oTwice"})
    eventually(lambda: len(listener.requests) == 2)
    assert len({request.body for request in listener.requests}) == 1
    asked = query(listener.requests[1])
    assert asked["signature"] == sorted_sha1(WECHAT_TOKEN, asked["timestamp"], asked["nonce"])


def test_who_is_not_known_follows_unless_the_name_says_otherwise(sandbox: Sandbox) -> None:
    assert [subscribes(sandbox, openid) for openid in ("oNobodyYet", "o-unfollowed-9")] == [1, 0]
    asked = sandbox.get("/cgi-bin/user/info", access_token="wrong", openid="oNobodyYet")
    assert asked["errcode"] == 40001
    assert sandbox.get("/cgi-bin/user/info", access_token=token(sandbox), openid="a b")["errcode"] == 40003


def test_a_code_that_nobody_made_or_that_has_expired_is_not_scanned(sandbox: Sandbox) -> None:
    assert sandbox.post("/wechat/scan", {"url": "http://weixin.qq.com/q/x", "openid": "o1"}).status == 404
    expired = make_code(sandbox, seconds=1)["url"]
    eventually(
        lambda: expired not in [code["url"] for code in sandbox.get("/wechat/people.json")["codes"]],
        within=5,
    )
    assert sandbox.post("/wechat/scan", {"url": expired, "openid": "o1"}).status == 404


# --- OAuth -----------------------------------------------------------------------------------------
AUTHORIZE = {
    "appid": WECHAT_APP_ID,
    "redirect_uri": "http://bank.example/back/?a=1",
    "response_type": "code",
    "scope": "snsapi_base",
    "state": "s-1",
}


def visit(sandbox: Sandbox, openid: str = "oVisitor", *, follows: bool = True) -> dict[str, str]:
    """The query with which the browser comes back."""
    form = {"redirect_uri": AUTHORIZE["redirect_uri"], "state": "s-1", "openid": openid}
    form |= {"follows": "1"} if follows else {}
    answer = sandbox.http.request(
        "POST", sandbox.url + "/connect/oauth2/visit", fields=form, encode_multipart=False, redirect=False
    )
    assert answer.status == 302
    back = urlsplit(answer.headers["Location"])
    assert back.netloc + back.path == "bank.example/back/"
    return {name: values[0] for name, values in parse_qs(back.query).items()}


def visitor(sandbox: Sandbox, code: str, **changes: str) -> dict[str, Any]:
    asked = {"appid": WECHAT_APP_ID, "secret": WECHAT_SECRET, "grant_type": "authorization_code"}
    found: dict[str, Any] = sandbox.get("/sns/oauth2/access_token", **{**asked, "code": code, **changes})
    return found


@pytest.mark.parametrize(
    "changes", [{}, {"appid": "wxother"}, {"scope": "x"}, {"response_type": "x"}, {"redirect_uri": "ftp://x"}]
)
def test_the_way_to_an_authorized_page_asks_whose_phone_it_is(
    sandbox: Sandbox, changes: dict[str, str]
) -> None:
    address = sandbox.url + "/connect/oauth2/authorize"
    answer = sandbox.http.request("GET", address, fields={**AUTHORIZE, **changes})
    assert answer.status == (400 if changes else 200)
    if not changes:
        assert "http://bank.example" in answer.headers["Content-Security-Policy"]


def test_a_visit_brings_its_state_back_and_a_code_that_counts_once(sandbox: Sandbox) -> None:
    back = visit(sandbox)
    assert (back["state"], back["a"]) == ("s-1", "1")
    found = visitor(sandbox, back["code"])
    assert (found["openid"], found["scope"]) == ("oVisitor", "snsapi_base")
    assert "is_snapshotuser" not in found
    assert visitor(sandbox, back["code"])["errcode"] == 40163
    assert visitor(sandbox, "unknown")["errcode"] == 40029


@pytest.mark.parametrize(("changes", "errcode"), [({"secret": "x"}, 40125), ({"appid": "wxo"}, 40013)])
def test_only_the_account_learns_who_it_was(sandbox: Sandbox, changes: dict[str, str], errcode: int) -> None:
    code = visit(sandbox)["code"]
    assert visitor(sandbox, code, **changes)["errcode"] == errcode
    assert visitor(sandbox, code)["openid"] == "oVisitor"


def test_a_visit_may_be_one_of_who_does_not_follow_or_of_a_preview(sandbox: Sandbox) -> None:
    visit(sandbox, "oPassing", follows=False)
    assert subscribes(sandbox, "oPassing") == 0
    preview = visitor(sandbox, visit(sandbox, "o-snapshot-1")["code"])
    assert preview["is_snapshotuser"] == 1


def test_markup_in_what_the_pages_show_stays_text(sandbox: Sandbox) -> None:
    sandbox.post("/wechat/follow", {"openid": "<b>o</b>"})
    asked = {**AUTHORIZE, "state": '"><script>1</script>'}
    for path, fields in (("/wechat", {"said": "<i>x</i>"}), ("/connect/oauth2/authorize", asked)):
        page = sandbox.http.request("GET", sandbox.url + path, fields=fields).data.decode()
        assert not re.search(r"<(b|i|script)>", page)
