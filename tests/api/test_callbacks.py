"""Carriers' reports at the door: the forged are refused and leave nothing, the genuine are kept once."""

import hashlib
import hmac
import time
from base64 import b64encode
from collections.abc import Callable
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from candidates.models import Offer
from notifications.models import Message, Receipt
from notifications.states import State
from tests.channels.wechat_wire import address, event, letter, seal, sealed_address
from tests.channels.wechat_wire import signature as wechat_signature
from tests.factories import MessageFactory
from tracking.models import Event

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
TOKEN, AES_KEY, APP_ID = (
    "madeupwechattoken",
    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "wx0000000000000000",
)


@pytest.fixture
def text(offer: Offer) -> Message:
    return MessageFactory.create(offer=offer, state=State.ACCEPTED, provider="twilio", reference="SM1")


@pytest.fixture
def card(offer: Offer) -> Message:
    return MessageFactory.create(
        offer=offer, channel="wechat", state=State.ACCEPTED, provider="wechat", reference="71"
    )


@pytest.fixture
def plain_mode(settings: Settings) -> None:
    settings.WECHAT_AES_KEY = ""


def state_of(message: Message) -> str:
    return Message.objects.get(pk=message.pk).state


def must_be_refused(response: HttpResponse, message: Message, status: int = 403) -> None:
    assert response.status_code == status
    assert state_of(message) == State.ACCEPTED
    assert not Receipt.objects.exists()


# --- Twilio -------------------------------------------------------------------------------------
def twilio_signature(path: str, form: dict[str, str], token: str = "") -> str:
    """HMAC-SHA1 over the public address and the sorted fields, as Twilio documents it."""
    signed = f"{configured.PUBLIC_URL}{path}" + "".join(name + form[name] for name in sorted(form))
    key = token or configured.TWILIO_AUTH_TOKEN
    return b64encode(hmac.new(key.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def report(
    client: Client,
    message_id: object,
    *,
    signature: str | None = None,
    form: dict[str, str] | None = None,
    body: bytes = b"",
    **changes: str,
) -> HttpResponse:
    path = f"/callbacks/twilio/{message_id}/"
    form = (
        form
        if form is not None
        else {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+861", **changes}
    )
    signature = twilio_signature(path, form) if signature is None else signature
    return client.post(  # type: ignore[return-value]
        path,
        data=body or urlencode(form).encode(),
        content_type=FORM,
        headers={"X-Twilio-Signature": signature} if signature else {},
    )


def test_a_signed_report_is_kept_and_applied(client: Client, text: Message) -> None:
    assert report(client, text.pk).status_code == 204
    assert state_of(text) == State.DELIVERED
    kept = Receipt.objects.get()
    assert (kept.message, kept.word, kept.reference) == (text, "delivered", "SM1")
    assert "MessageStatus=delivered" in kept.raw


def test_the_signature_covers_the_public_address_whatever_the_proxy_calls_us(
    client: Client, text: Message, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://hr.bank.example"
    assert report(client, text.pk).status_code == 204


@pytest.mark.parametrize("signature", ["", "nonsense", "é", "AAAA" * 7])
def test_a_report_with_a_missing_or_forged_signature_is_refused(
    client: Client, text: Message, signature: str
) -> None:
    must_be_refused(report(client, text.pk, signature=signature), text)


def test_a_signature_of_another_message_another_word_or_another_token_is_refused(
    client: Client, text: Message
) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+861"}
    own, other = f"/callbacks/twilio/{text.pk}/", f"/callbacks/twilio/{uuid4()}/"
    for signature in (
        twilio_signature(other, form),
        twilio_signature(own, {**form, "MessageStatus": "sent"}),
        twilio_signature(own, form, token="another token"),
    ):
        must_be_refused(report(client, text.pk, signature=signature), text)


@pytest.mark.parametrize("form", [{}, {"MessageSid": "SM1"}, {"MessageStatus": "delivered"}])
def test_a_signed_request_that_is_no_report_is_refused(
    client: Client, text: Message, form: dict[str, str]
) -> None:
    must_be_refused(report(client, text.pk, form=form), text)


@pytest.mark.parametrize("message_id", ["17", "not-a-uuid", "x/y"])
def test_an_address_that_names_no_message_is_refused(client: Client, text: Message, message_id: str) -> None:
    must_be_refused(report(client, message_id), text)


def test_a_report_of_a_message_we_do_not_know_is_kept_by_itself(client: Client, text: Message) -> None:
    assert report(client, uuid4(), MessageSid="SM-other").status_code == 204
    assert Receipt.objects.get().message is None
    assert state_of(text) == State.ACCEPTED


def test_a_body_that_is_not_text_is_refused(client: Client, text: Message) -> None:
    must_be_refused(report(client, text.pk, body=b"\xff\xfe=1"), text)


def test_a_replay_changes_nothing(client: Client, text: Message) -> None:
    for _ in range(3):
        assert report(client, text.pk).status_code == 204
    assert Receipt.objects.count() == 1
    assert Event.objects.filter(message_id=text.pk, kind="delivered").count() == 1


def test_an_unknown_word_is_kept_for_people_to_see(client: Client, text: Message) -> None:
    assert report(client, text.pk, MessageStatus="partially_delivered").status_code == 204
    assert state_of(text) == State.ACCEPTED
    assert Receipt.objects.get().word == "partially_delivered"


# --- WeChat: set-up and plain mode --------------------------------------------------------------
def post(client: Client, path: str, body: bytes) -> HttpResponse:
    return client.post(path, data=body, content_type="text/xml")  # type: ignore[return-value]


@pytest.mark.parametrize("age", [-700, 700])
def test_an_old_signature_of_wechat_signs_nothing_more(client: Client, age: int) -> None:
    moment = str(int(time.time()) - age)
    signed = {"timestamp": moment, "nonce": "1", "signature": wechat_signature(TOKEN, moment, "1")}
    assert client.get(f"/callbacks/wechat/?{urlencode({**signed, 'echostr': '5932'})}").status_code == 403


def test_the_set_up_is_echoed_as_text_to_wechat_alone(client: Client) -> None:
    echoed = client.get(address(TOKEN, echostr="<b>5932</b>"))
    assert (echoed.status_code, echoed.content) == (200, b"<b>5932</b>")
    assert echoed.headers["Content-Type"] == "text/plain"
    forged = client.get(address("another token", echostr="5932"))
    assert (forged.status_code, forged.content) == (403, b"")
    assert client.get("/callbacks/wechat/?echostr=5932").status_code == 403


@pytest.mark.usefixtures("plain_mode")
@pytest.mark.parametrize(
    ("status", "state", "code"),
    [
        ("success", State.DELIVERED, ""),
        ("failed:user block", State.UNDELIVERED, "failed:user block"),
        ("failed: system failed", State.UNDELIVERED, "failed: system failed"),
        ("a new word", State.UNDELIVERED, "a new word"),
    ],
)
def test_what_became_of_a_card_is_known_by_its_number(
    client: Client, card: Message, status: str, state: str, code: str
) -> None:
    answered = post(client, address(TOKEN), event(msgid="71", status=status))
    assert (answered.status_code, answered.content) == (200, b"success")
    done = Message.objects.get(pk=card.pk)
    assert (done.state, done.error_code) == (state, code)
    assert Receipt.objects.get().word == status


@pytest.mark.usefixtures("plain_mode")
def test_the_person_s_openid_is_not_kept_in_the_clear(client: Client, card: Message) -> None:
    post(client, address(TOKEN), event(msgid="71", person="oPERSON1"))
    kept = Receipt.objects.get()
    assert "oPERSON1" not in f"{kept.key} {kept.raw} {kept.word}"


@pytest.mark.usefixtures("plain_mode")
def test_a_repeated_event_changes_nothing(client: Client, card: Message) -> None:
    for _ in range(3):
        assert post(client, address(TOKEN), event(msgid="71")).content == b"success"
    assert Receipt.objects.count() == 1


@pytest.mark.usefixtures("plain_mode")
def test_an_event_before_the_answer_waits_for_it(client: Client, card: Message) -> None:
    post(client, address(TOKEN), event(msgid="72"))
    assert Receipt.objects.get().message is None
    assert state_of(card) == State.ACCEPTED


@pytest.mark.usefixtures("plain_mode")
def test_other_events_are_answered_and_not_kept(client: Client) -> None:
    body = b"<xml><MsgType>event</MsgType><Event>subscribe</Event></xml>"
    assert post(client, address(TOKEN), body).content == b"success"
    assert not Receipt.objects.exists()


@pytest.mark.usefixtures("plain_mode")
@pytest.mark.parametrize("spoilt", ["/callbacks/wechat/", address("another token"), address(TOKEN)[:-1]])
def test_an_event_with_a_wrong_signature_is_refused(client: Client, card: Message, spoilt: str) -> None:
    must_be_refused(post(client, spoilt, event(msgid="71")), card)


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml><Event>&b;</Event></xml>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><xml><Event>&f;</Event></xml>'


@pytest.mark.usefixtures("plain_mode")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<xml><Event>",
        BOMB,
        OUTSIDE,
        b"<!DOCTYPE xml><xml/>",
        b'<?xml version="1.0" encoding="no-such"?><xml/>',
        b"\xff\xfe\x00",
    ],
)
def test_a_body_that_is_not_plain_xml_is_refused(client: Client, card: Message, body: bytes) -> None:
    must_be_refused(post(client, address(TOKEN), body), card)


# --- WeChat: encrypted mode ---------------------------------------------------------------------
def test_a_sealed_event_is_opened_and_applied(client: Client, card: Message) -> None:
    sealed = seal(event(msgid="71"), aes_key=AES_KEY, app_id=APP_ID)
    answered = post(client, sealed_address(TOKEN, sealed), letter(sealed))
    assert (answered.status_code, answered.content) == (200, b"success")
    assert state_of(card) == State.DELIVERED


def test_with_a_key_set_an_unsealed_event_is_not_believed(client: Client, card: Message) -> None:
    """Its signature covers no body: whoever has seen one address could write any event under it."""
    must_be_refused(post(client, address(TOKEN), event(msgid="71")), card)


def test_a_sealed_event_with_a_wrong_signature_is_refused(client: Client, card: Message) -> None:
    sealed = seal(event(msgid="71"), aes_key=AES_KEY, app_id=APP_ID)
    for path in (
        address(TOKEN, encrypt_type="aes"),
        sealed_address(TOKEN, "another"),
        sealed_address("another token", sealed),
    ):
        must_be_refused(post(client, path, letter(sealed)), card)


def of_another_account() -> str:
    return seal(event(msgid="71"), aes_key=AES_KEY, app_id="wx-of-somebody-else")


def with_another_key() -> str:
    return seal(event(msgid="71"), aes_key=AES_KEY[::-1], app_id=APP_ID)


def of_no_xml() -> str:
    return seal(b"no xml", aes_key=AES_KEY, app_id=APP_ID)


def of_a_bomb() -> str:
    return seal(BOMB, aes_key=AES_KEY, app_id=APP_ID)


@pytest.mark.parametrize("made", [of_another_account, with_another_key, of_no_xml, of_a_bomb])
def test_a_sealed_event_that_is_not_ours_or_no_event_is_refused(
    client: Client, card: Message, made: Callable[[], str]
) -> None:
    sealed = made()
    must_be_refused(post(client, sealed_address(TOKEN, sealed), letter(sealed)), card)


@pytest.mark.parametrize("garbage", ["", "A", "AAAA", "====", "不是", "A" * 44, "A" * 64, "A" * 4096])
def test_garbage_in_place_of_a_sealed_event_is_refused(client: Client, card: Message, garbage: str) -> None:
    must_be_refused(post(client, sealed_address(TOKEN, garbage), letter(garbage)), card)


# --- Any carrier --------------------------------------------------------------------------------
@pytest.mark.parametrize("carrier", ["nobody", "tencent", "TWILIO"])
def test_a_carrier_there_is_none_of_is_not_found(client: Client, carrier: str) -> None:
    assert client.post(f"/callbacks/{carrier}/").status_code == 404


def test_a_carrier_that_is_switched_off_is_not_found(
    client: Client, text: Message, settings: Settings
) -> None:
    settings.TWILIO_FROM = ""
    must_be_refused(report(client, text.pk), text, status=404)


def test_a_carrier_that_never_calls_back_is_refused(client: Client) -> None:
    assert client.post("/callbacks/smtp/").status_code == 403


def test_a_body_that_is_too_large_is_refused(client: Client, text: Message) -> None:
    body = b"a=" + b"x" * configured.SIGNAL_MAX_BYTES
    must_be_refused(report(client, text.pk, body=body), text, status=413)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_only_get_and_post_are_answered(client: Client, method: str) -> None:
    assert getattr(client, method)("/callbacks/twilio/1/").status_code == 405


def test_twilio_is_not_answered_by_get(client: Client, text: Message) -> None:
    must_be_refused(client.get(f"/callbacks/twilio/{text.pk}/"), text)  # type: ignore[arg-type]
