"""WeChat's side of its callbacks, written from its documentation: signatures, plain and sealed events."""

import base64
import hashlib
import os
import struct
import time
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

EVENT = (
    "<xml><ToUserName>gh_1</ToUserName><FromUserName>{person}</FromUserName><CreateTime>1790000000</CreateTime>"
    "<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>{msgid}</MsgID>"
    "<Status>{status}</Status></xml>"
)
FOLLOWING = (
    "<xml><ToUserName>gh_1</ToUserName><FromUserName>{person}</FromUserName><CreateTime>{at}</CreateTime>"
    "<MsgType>event</MsgType><Event>{word}</Event><EventKey>{key}</EventKey></xml>"
)
TIMESTAMP, NONCE = str(int(time.time())), "4711"


def event(*, msgid: str, status: str = "success", person: str = "oHAIYUE1") -> bytes:
    return EVENT.format(msgid=msgid, status=status, person=person).encode()


def following(word: str, *, person: str = "oHAIYUE1", key: str = "", at: int = 1790000000) -> bytes:
    """`subscribe` (key `qrscene_…` where a code was scanned), `SCAN` (the scene itself) or `unsubscribe`."""
    return FOLLOWING.format(person=person, word=word, key=key, at=at).encode()


def signature(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def address(token: str, **more: str) -> str:
    """The callback's address with a valid plain signature."""
    signed = {"signature": signature(token, TIMESTAMP, NONCE), "timestamp": TIMESTAMP, "nonce": NONCE}
    return f"/callbacks/wechat/?{urlencode({**signed, **more})}"


def sealed_address(token: str, sealed: str) -> str:
    return address(token, encrypt_type="aes", msg_signature=signature(token, TIMESTAMP, NONCE, sealed))


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
