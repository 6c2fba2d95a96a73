"""WeChat's side of its callbacks, written from its documentation: signatures, plain and sealed events."""

import base64
import hashlib
import os
import struct
import time
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.core.cache import cache

from notifications.channels.wechat import client

EVENT = (
    "<xml><ToUserName>gh_1</ToUserName><FromUserName>{person}</FromUserName><CreateTime>1790000000</CreateTime>"
    "<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>{msgid}</MsgID>"
    "<Status>{status}</Status></xml>"
)
FOLLOWING = (
    "<xml><ToUserName>gh_1</ToUserName><FromUserName>{person}</FromUserName><CreateTime>{at}</CreateTime>"
    "<MsgType>event</MsgType><Event>{word}</Event><EventKey>{key}</EventKey></xml>"
)
NONCE = "4711"


def forget_token() -> None:
    """Neither shared nor this process's own."""
    cache.delete(client.TOKEN_KEY)
    client._own.clear()


def event(*, msgid: str, status: str = "success", person: str = "oHAIYUE1") -> bytes:
    return EVENT.format(msgid=msgid, status=status, person=person).encode()


def following(word: str, *, person: str = "oHAIYUE1", key: str = "", at: int | str = "") -> bytes:
    """`subscribe` (key `qrscene_…` where a code was scanned), `SCAN` (the scene itself) or `unsubscribe`.

    `at`: Unix seconds; now where it is left out.
    """
    return FOLLOWING.format(person=person, word=word, key=key, at=at or moment()).encode()


def signature(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def moment() -> str:
    """Now, in Unix seconds: an old signature is not taken."""
    return str(int(time.time()))


def address(token: str, **more: str) -> str:
    """The callback's address with a valid plain signature."""
    timestamp = moment()
    signed = {"signature": signature(token, timestamp, NONCE), "timestamp": timestamp, "nonce": NONCE}
    return f"/callbacks/wechat/?{urlencode({**signed, **more})}"


def sealed_address(token: str, sealed: str) -> str:
    plain = address(token, encrypt_type="aes")
    timestamp = parse_qs(urlsplit(plain).query)["timestamp"][0]
    return f"{plain}&msg_signature={signature(token, timestamp, NONCE, sealed)}"


def seal(xml: bytes, *, aes_key: str, app_id: str) -> str:
    key = base64.b64decode(f"{aes_key}=")
    plain = os.urandom(16) + struct.pack(">I", len(xml)) + xml + app_id.encode()
    padding = 32 - len(plain) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(
        encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
    ).decode()


def letter(sealed: str) -> bytes:
    return f"<xml><ToUserName>gh_1</ToUserName><Encrypt>{sealed}</Encrypt></xml>".encode()
