"""WeChat's callbacks: the echo of the set-up, what became of a message, who follows and who leaves; plain or encrypted.

Source: WeChat official account documentation, "Access guide", "Message encryption", "Template message events",
"Receiving event pushes".
"""

import hmac
import time
from base64 import b64decode
from binascii import Error as Base64Error
from datetime import UTC, datetime
from hashlib import sha1
from xml.etree.ElementTree import Element, ParseError

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from notifications.channels.base import (
    CallbackRefused,
    CallbackReply,
    CallbackRequest,
    Following,
    ParsedReceipt,
)
from notifications.states import State

SUCCESS = "success"
JOB_FINISH = "TEMPLATESENDJOBFINISH"
# A new follower comes, who may have scanned a code; a follower scans one; a follower leaves.
COMES, SCANS, LEAVES = "subscribe", "SCAN", "unsubscribe"
SCENE_OF_NEW_FOLLOWER = "qrscene_"
PADDING_BLOCK = 32
TOLERANCE_SECONDS = 600  # clocks differ, and WeChat repeats itself for some seconds


def answer(request: CallbackRequest, *, token: str, aes_key: str, app_id: str) -> CallbackReply:
    """Raises CallbackRefused on a wrong signature or a body that cannot be read."""
    query = request.query
    _must_be_recent(query.get("timestamp", ""))
    _check(query.get("signature", ""), token, query.get("timestamp", ""), query.get("nonce", ""))
    if request.method == "GET":
        return CallbackReply(body=query.get("echostr", ""))
    event = _element(request.body)
    # The plain signature does not cover the body: with a key set, only what is sealed is believed.
    if aes_key or query.get("encrypt_type") == "aes":
        sealed = event.findtext("Encrypt") or ""
        _check(
            query.get("msg_signature", ""), token, query.get("timestamp", ""), query.get("nonce", ""), sealed
        )
        event = _element(decrypt(sealed, aes_key=aes_key, app_id=app_id))
    # Anything but "success" within five seconds makes WeChat repeat itself; events we do not use are fine.
    return CallbackReply(body=SUCCESS, receipts=_receipts(event), followings=_followings(event))


def _must_be_recent(timestamp: str) -> None:
    """In plain mode the signature covers no body: an old one, once seen, must not sign another."""
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp[:12])) > TOLERANCE_SECONDS:
        raise CallbackRefused("too old or too new")


def _check(given: str, *parts: str) -> None:
    expected = sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324  WeChat's scheme
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise CallbackRefused("wrong signature")


def _element(xml: bytes) -> Element:
    try:
        return fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):  # LookupError: no such encoding
        raise CallbackRefused("not the XML of an event") from None


def decrypt(sealed: str, *, aes_key: str, app_id: str) -> bytes:
    """The XML inside `Encrypt`: AES-256-CBC over 16 random bytes, a length, the XML and the app id."""
    try:
        key, data = b64decode(f"{aes_key}="), b64decode(sealed)
        decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        plain = decryptor.update(data) + decryptor.finalize()
    except (Base64Error, ValueError):
        raise CallbackRefused("cannot be decrypted") from None
    plain = plain[: -plain[-1]] if plain and 0 < plain[-1] <= PADDING_BLOCK else b""
    length = int.from_bytes(plain[16:20], "big")
    xml, receiver = plain[20 : 20 + length], plain[20 + length :]
    if receiver.decode(errors="replace") != app_id:
        raise CallbackRefused("meant for another account")
    return xml


def _receipts(event: Element) -> list[ParsedReceipt]:
    if event.findtext("Event") != JOB_FINISH:
        return []
    reference, word = event.findtext("MsgID") or "", event.findtext("Status") or ""
    person, made = event.findtext("FromUserName") or "", event.findtext("CreateTime") or ""
    return [
        ParsedReceipt(
            provider="wechat",
            # WeChat's own advice for telling repeats; the person's id is hashed, because keys are not encrypted.
            key=f"{sha1(person.encode()).hexdigest()}:{made}:{reference}"[:200],  # noqa: S324
            word=word[:100],
            # Unknown words count as failures, and are kept as they came.
            outcome=State.DELIVERED if word == SUCCESS else State.UNDELIVERED,
            reference=reference[:100],
            code="" if word == SUCCESS else word[:50],
            raw=f"{JOB_FINISH} MsgID={reference} Status={word}",
        )
    ]


def _followings(event: Element) -> list[Following]:
    word, person = event.findtext("Event"), event.findtext("FromUserName") or ""
    made = event.findtext("CreateTime") or ""
    if word not in {COMES, SCANS, LEAVES} or not person or not (made.isascii() and made.isdigit()):
        return []
    at = datetime.fromtimestamp(int(made[:10]), UTC)  # whole seconds; ten digits last until 2286
    if at.timestamp() > time.time() + TOLERANCE_SECONDS:
        return []  # news of the future would make all later ones old
    return [Following(address=person, follows=word != LEAVES, at=at, scene=_scene(event, word))]


def _scene(event: Element, word: str) -> str:
    """The key of a new follower without a code is empty, or tells of a payment."""
    told = event.findtext("EventKey") or ""
    if word == SCANS:
        return told
    if word == COMES and told.startswith(SCENE_OF_NEW_FOLLOWER):
        return told.removeprefix(SCENE_OF_NEW_FOLLOWER)
    return ""
