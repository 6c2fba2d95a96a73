"""Notices by WeChat, from the page to the bound account, with the carrier's stand-in over HTTP."""

import base64
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from candidates.models import Candidate, Channel, Offer, OfferState, PageToken, WeChatScene
from notifications.channels import http
from tests.channels.wechat_wire import forget_token
from tests.factories import page_key
from tests.sandbox.running import Listener, Sandbox, eventually
from tracking.models import Kind

OPENID, ANOTHER = "oPhoneOfXiaoming", "oPhoneOfSomebody"
INSIDE = "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 MicroMessenger/8.0.50 NetType/WIFI Language/zh_CN"


@pytest.fixture(autouse=True)
def no_token(sandbox: Sandbox) -> Iterator[None]:
    forget_token()
    sandbox.post("/wechat/expire-token", {})
    yield
    http.pool.cache_clear()
    forget_token()


@pytest.fixture
def phone() -> Client:
    """WeChat's own browser."""
    return Client(headers={"User-Agent": INSIDE})


@pytest.fixture
def wechat(address: str) -> str:
    return f"{address}wechat/"


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def candidate_of(offer: Offer) -> Candidate:
    return Candidate.objects.get(pk=offer.candidate_id)


def bound(offer: Offer, openid: str = OPENID, **marks: str) -> None:
    candidate = candidate_of(offer)
    candidate.wechat_openid, candidate.unusable_channels = openid, marks
    candidate.save()


def codes(sandbox: Sandbox) -> list[dict[str, object]]:
    found: list[dict[str, object]] = sandbox.get("/wechat/people.json")["codes"]
    return found


def scan(sandbox: Sandbox, callbacks: Listener, client: Client, *, openid: str = OPENID) -> None:
    """Scan the newest code, and bring to the product what WeChat sends."""
    callbacks.requests.clear()
    assert sandbox.post("/wechat/scan", {"url": codes(sandbox)[0]["url"], "openid": openid}).status == 200
    [event] = eventually(lambda: list(callbacks.requests))
    answered = client.post(event.path, data=event.body, content_type="text/xml")
    assert answered.content == b"success"


def authorize(sandbox: Sandbox, away: HttpResponse, *, openid: str = OPENID, follows: bool) -> str:
    """What WeChat's browser is sent back to, from where the product has sent it."""
    assert away.status_code == 302
    target = urlsplit(away.headers["Location"])
    assert f"{target.scheme}://{target.netloc}" == sandbox.url
    asked = {name: values[0] for name, values in parse_qs(target.query).items()}
    assert sandbox.http.request("GET", sandbox.url + target.path, fields=asked).status == 200
    form = {"redirect_uri": asked["redirect_uri"], "state": asked["state"], "openid": openid}
    form |= {"follows": "1"} if follows else {}
    back = sandbox.http.request(
        "POST", sandbox.url + "/connect/oauth2/visit", fields=form, encode_multipart=False, redirect=False
    )
    returned = urlsplit(back.headers["Location"])
    return f"{returned.path}?{returned.query}"


# --- A code on the page ----------------------------------------------------------------------------
def test_the_page_offers_wechat_to_whom_it_does_not_reach_yet(
    client: Client, offer: Offer, address: str
) -> None:
    assert "用微信接收通知" in page(client, address)
    bound(offer)
    assert "用微信接收通知" not in page(client, address)
    bound(offer, wechat="43004")
    assert "用微信接收通知" in page(client, address)


@pytest.mark.parametrize("why", ["off", OfferState.DECLINED, OfferState.WITHDRAWN])
def test_wechat_is_not_offered_where_nothing_could_come(
    client: Client, offer: Offer, address: str, wechat: str, settings: Settings, why: str
) -> None:
    if why == "off":
        settings.WECHAT_TOKEN = ""
    else:
        Offer.objects.filter(pk=offer.pk).update(state=why)
    assert "用微信接收通知" not in page(client, address)
    assert client.post(wechat).headers["Location"] == address
    assert not WeChatScene.objects.exists()


def test_the_code_on_the_page_is_wechats_and_binds_whoever_scans_it(
    client: Client, sandbox: Sandbox, callbacks: Listener, offer: Offer, address: str, wechat: str
) -> None:
    assert client.post(wechat).headers["Location"] == wechat
    [code] = codes(sandbox)
    shown = unescape(page(client, wechat))
    assert "用微信扫描" in shown
    picture = re.search(r'src="data:image/png;base64,([^"]+)"', shown)
    assert picture
    assert base64.b64decode(picture[1]).startswith(b"\x89PNG")
    assert WeChatScene.objects.get().qr_text == code["url"]
    assert client.get(f"{wechat}state/").json() == {"reached": False}

    scan(sandbox, callbacks, client)
    assert candidate_of(offer).wechat_openid == OPENID
    assert client.get(f"{wechat}state/").json() == {"reached": True}
    assert "通知会通过微信发给您" in page(client, wechat)
    assert "通知会通过微信发给您" in page(client, address)


def test_the_code_names_neither_the_candidate_nor_the_key(
    client: Client, sandbox: Sandbox, offer: Offer, token: str, wechat: str
) -> None:
    client.post(wechat)
    scene = str(codes(sandbox)[0]["scene"])
    assert len(scene) == 32
    for known in (token, str(offer.pk), str(offer.candidate_id), offer.interview_id):
        assert known not in scene
    assert not WeChatScene.objects.filter(scene_hash=scene).exists()


def test_asking_twice_shows_the_same_code_and_a_used_one_is_not_shown_again(
    client: Client, sandbox: Sandbox, callbacks: Listener, offer: Offer, wechat: str
) -> None:
    client.post(wechat)
    before = page(client, wechat)
    client.post(wechat)
    assert WeChatScene.objects.count() == 1
    assert "data:image/png" in before
    WeChatScene.objects.update(expires_at=timezone.now() + timedelta(minutes=2))
    client.post(wechat)
    assert WeChatScene.objects.count() == 2
    scan(sandbox, callbacks, client)
    bound(offer, wechat="43004")
    WeChatScene.objects.filter(used_at=None).update(expires_at=timezone.now())
    assert "data:image/png" not in page(client, wechat)


def test_each_page_has_a_code_of_its_own(
    client: Client, sandbox: Sandbox, callbacks: Listener, offer: Offer, sh_offer: Offer, wechat: str
) -> None:
    client.post(wechat)
    other = f"/n/{page_key(sh_offer)}/wechat/"
    assert "data:image/png" not in page(client, other)
    client.post(other)
    scan(sandbox, callbacks, client)
    assert [candidate_of(one).wechat_openid for one in (offer, sh_offer)] == ["", OPENID]


def test_when_wechat_does_not_answer_the_page_says_so_and_nothing_is_kept(
    client: Client, sandbox: Sandbox, wechat: str
) -> None:
    sandbox.faults(fail_rate=1)
    assert "微信暂时没有应答" in client.post(wechat, follow=True).content.decode()
    assert not WeChatScene.objects.exists()


def test_who_is_reached_already_gets_no_code(
    client: Client, sandbox: Sandbox, offer: Offer, wechat: str
) -> None:
    bound(offer)
    assert client.post(wechat).status_code == 200
    assert not WeChatScene.objects.exists()


# --- In WeChat's browser ---------------------------------------------------------------------------
def test_in_wechat_a_tap_binds_who_follows(
    phone: Client, sandbox: Sandbox, offer: Offer, token: str, wechat: str
) -> None:
    away = phone.post(wechat)
    assert token not in away.headers["Location"]
    back = authorize(sandbox, away, follows=True)  # type: ignore[arg-type]
    assert token not in back
    shown = phone.get(back, follow=True)
    assert shown.redirect_chain == [(wechat, 302)]
    assert "通知会通过微信发给您" in shown.content.decode()
    assert (candidate_of(offer).wechat_openid, candidate_of(offer).unusable_channels) == (OPENID, {})
    assert offer.events.get(kind=Kind.CONNECTED).channel == Channel.WECHAT


def test_who_does_not_follow_is_shown_the_code_first_and_is_reached_after_following(
    phone: Client, sandbox: Sandbox, callbacks: Listener, offer: Offer, wechat: str
) -> None:
    away = phone.post(wechat)
    shown = phone.get(authorize(sandbox, away, follows=False), follow=True).content.decode()  # type: ignore[arg-type]
    assert "请关注公众号" in shown
    assert "data:image/png" in shown
    waiting = candidate_of(offer)
    assert (waiting.wechat_openid, waiting.unusable_channels) == (OPENID, {"wechat": "43004"})
    assert not offer.events.filter(kind=Kind.CONNECTED).exists()

    callbacks.requests.clear()
    sandbox.post("/wechat/follow", {"openid": OPENID})
    [event] = eventually(lambda: list(callbacks.requests))
    phone.post(event.path, data=event.body, content_type="text/xml")
    assert candidate_of(offer).unusable_channels == {}
    assert "通知会通过微信发给您" in page(phone, wechat)


def test_in_wechat_a_code_is_shown_as_well_where_a_tap_does_not_help(
    phone: Client, sandbox: Sandbox, callbacks: Listener, offer: Offer, wechat: str
) -> None:
    assert 'name="code"' in page(phone, wechat)
    assert phone.post(wechat, {"code": "1"}).headers["Location"] == wechat
    assert "长按二维码" in page(phone, wechat)
    scan(sandbox, callbacks, phone)
    assert candidate_of(offer).wechat_openid == OPENID


def test_a_visitor_in_preview_is_nobody(phone: Client, sandbox: Sandbox, offer: Offer, wechat: str) -> None:
    back = authorize(sandbox, phone.post(wechat), openid="osnapshot1", follows=True)  # type: ignore[arg-type]
    assert "完整" in phone.get(back, follow=True).content.decode()
    assert candidate_of(offer).wechat_openid == ""


def test_an_account_that_follows_is_not_replaced_in_another_browser(
    phone: Client, sandbox: Sandbox, offer: Offer, wechat: str
) -> None:
    away = phone.post(wechat)
    bound(offer)
    back = authorize(sandbox, away, openid=ANOTHER, follows=True)  # type: ignore[arg-type]
    assert "另一个微信" in phone.get(back, follow=True).content.decode()
    assert candidate_of(offer).wechat_openid == OPENID


def test_a_visit_ends_only_in_the_browser_that_began_it(
    phone: Client, sandbox: Sandbox, offer: Offer, wechat: str
) -> None:
    """Else somebody could have another person's account bound to the own page, or the own to another's."""
    back = authorize(sandbox, phone.post(wechat), follows=True)  # type: ignore[arg-type]
    another = Client(headers={"User-Agent": INSIDE})
    assert another.get(back).status_code == 400
    another.post(wechat)  # a way of its own has another state
    assert another.get(back).status_code == 400
    assert candidate_of(offer).wechat_openid == ""


@pytest.mark.parametrize("spoilt", ["state", "cookie", "no code", "revoked"])
def test_a_way_that_is_not_whole_binds_nobody(
    phone: Client, sandbox: Sandbox, offer: Offer, wechat: str, spoilt: str
) -> None:
    back = authorize(sandbox, phone.post(wechat), follows=True)  # type: ignore[arg-type]
    expected = 400
    if spoilt == "state":
        back += "x"
    elif spoilt == "cookie":
        phone.cookies["wechat_way"] = phone.cookies["wechat_way"].value[:-1] + "_"
    elif spoilt == "no code":
        back = re.sub(r"code=\w+", "code=", back)
    else:
        PageToken.objects.update(revoked_at=timezone.now())
        expected = 404
    assert phone.get(back).status_code == expected
    assert candidate_of(offer).wechat_openid == ""


def test_a_visit_counts_once(phone: Client, sandbox: Sandbox, offer: Offer, wechat: str) -> None:
    back = authorize(sandbox, phone.post(wechat), follows=True)  # type: ignore[arg-type]
    kept = phone.cookies["wechat_way"].value
    phone.get(back)
    assert phone.get(back).status_code == 400
    # Even with the cookie brought back, WeChat knows the code no more.
    Candidate.objects.update(wechat_openid=b"", wechat_openid_index="")
    phone.cookies["wechat_way"] = kept
    assert "请再试一次" in phone.get(back, follow=True).content.decode()
    assert candidate_of(offer).wechat_openid == ""


def test_the_key_goes_back_to_its_own_browser_only_and_no_script_reads_it(phone: Client, wechat: str) -> None:
    cookie = phone.post(wechat).cookies["wechat_way"]
    assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == ("/wechat/authorized/", "Lax", True)


def test_only_in_wechat_may_a_form_lead_there(
    client: Client, phone: Client, sandbox: Sandbox, address: str, wechat: str
) -> None:
    for place in (address, wechat):
        assert sandbox.url in phone.get(place).headers["Content-Security-Policy"]
        assert sandbox.url not in client.get(place).headers["Content-Security-Policy"]


# --- What every one of these addresses keeps -----------------------------------------------------------
def test_looking_changes_nothing_and_no_cache_keeps_it(client: Client, offer: Offer, wechat: str) -> None:
    for path in (wechat, f"{wechat}state/", "/wechat/authorized/"):
        response = client.get(path)
        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["Referrer-Policy"] == "same-origin"
    assert not WeChatScene.objects.exists()
    assert candidate_of(offer).wechat_openid == ""


def test_without_a_live_key_there_is_no_code(client: Client, offer: Offer) -> None:
    for token in (page_key(offer, days=-1), PageToken.new_token()):
        assert client.post(f"/n/{token}/wechat/").status_code == 404
        assert client.get(f"/n/{token}/wechat/state/").status_code == 404
    assert not WeChatScene.objects.exists()


def test_a_form_of_another_site_does_not_ask_for_a_code(offer: Offer, wechat: str) -> None:
    assert Client(enforce_csrf_checks=True).post(wechat).status_code == 403
    assert not WeChatScene.objects.exists()
