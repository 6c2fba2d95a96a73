"""WeChat's events to the account's server: XML, signed, plain or encrypted ("safe mode").

Source: WeChat's pages on receiving events and on message encryption.
"""

import base64
import hashlib
import secrets
import struct
import time
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sandbox.options import WechatAccount
from sandbox.receipts import Post

ORIGINAL_ID = "gh_sandbox00000"  # the account as WeChat calls it in ToUserName
PAD_TO = 32
RECEIVED = frozenset({"success", ""})


def template_job_finished(*, account: WechatAccount, openid: str, msgid: int, status: str, at: int) -> Post:
    """`at`: Unix seconds of the event, the same in every repeat."""
    return event_post(
        account=account,
        openid=openid,
        at=at,
        content=f"<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event>"
        f"<MsgID>{msgid}</MsgID><Status><![CDATA[{status}]]></Status>",
    )


def following(
    *, account: WechatAccount, openid: str, event: str, at: int, key: str = "", ticket: str = ""
) -> Post:
    """`subscribe`, `SCAN` or `unsubscribe`. `key`: what WeChat calls EventKey; with a code, also its ticket."""
    content = f"<Event><![CDATA[{event}]]></Event><EventKey><![CDATA[{key}]]></EventKey>"
    if ticket:
        content += f"<Ticket><![CDATA[{ticket}]]></Ticket>"
    return event_post(account=account, openid=openid, at=at, content=content)


def event_post(*, account: WechatAccount, openid: str, at: int, content: str) -> Post:
    xml = (
        f"<xml><ToUserName><![CDATA[{ORIGINAL_ID}]]></ToUserName>"
        f"<FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType><![CDATA[event]]></MsgType>{content}</xml>"
    )
    return _signed(account=account, openid=openid, xml=xml)


def _signed(*, account: WechatAccount, openid: str, xml: str) -> Post:
    timestamp, nonce = str(int(time.time())), str(secrets.randbelow(2_000_000_000))
    query = {
        "signature": sorted_sha1(account.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": openid,
    }
    body = xml
    if account.aes_key:
        secret = encrypted(xml, aes_key=account.aes_key, app_id=account.app_id)
        query["encrypt_type"] = "aes"
        query["msg_signature"] = sorted_sha1(account.token, timestamp, nonce, secret)
        body = (
            f"<xml><ToUserName><![CDATA[{ORIGINAL_ID}]]></ToUserName>"
            f"<Encrypt><![CDATA[{secret}]]></Encrypt></xml>"
        )
    joint = "&" if "?" in account.callback else "?"
    return Post(
        url=account.callback + joint + urlencode(query),
        headers={"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"},
        body=body.encode(),
        is_received=RECEIVED.__contains__,
    )


def sorted_sha1(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def encrypted(xml: str, *, aes_key: str, app_id: str) -> str:
    """Base64 of AES-256-CBC over 16 random bytes, the length (4 bytes, big-endian), the XML and the app id.

    Padded as PKCS#7 does, but to 32 bytes, not to the cipher's 16.
    """
    content = xml.encode()
    plain = secrets.token_bytes(16) + struct.pack(">I", len(content)) + content + app_id.encode()
    pad = PAD_TO - len(plain) % PAD_TO
    key = base64.b64decode(aes_key + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()
