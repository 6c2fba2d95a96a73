"""Personal data in columns: AES-256-GCM to read it back, a keyed blind index to find it.

Keys come from `FIELD_KEYS`; the first one writes, all of them read, so that a key is replaced by putting a new
one in front and running `manage.py rotate_keys`.

Stored form: version (1 byte) · key fingerprint (4) · nonce (12) · ciphertext and tag.
"""

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

VERSION = b"\x01"
KEY_BYTES, FINGERPRINT_BYTES, NONCE_BYTES = 32, 4, 12
HEADER_BYTES = len(VERSION) + FINGERPRINT_BYTES + NONCE_BYTES


class FieldKeyError(ValueError):
    """FIELD_KEYS is missing or is not what it should be."""


class DecryptionError(ValueError):
    """The stored bytes were written with a key that is not in FIELD_KEYS, or were altered."""


@dataclass(frozen=True)
class FieldKey:
    fingerprint: bytes
    cipher: AESGCM
    index_secret: bytes


def parse_keys(encoded: tuple[str, ...]) -> list[FieldKey]:
    """The keys of FIELD_KEYS, writer first.

    Raises FieldKeyError for none at all, or for one that is not base64 of 32 bytes.
    """
    if not encoded:
        raise FieldKeyError("no key is set.")
    return [_parse(number, text) for number, text in enumerate(encoded, 1)]


def _parse(number: int, text: str) -> FieldKey:
    try:
        secret = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != KEY_BYTES:
        raise FieldKeyError(f"key {number} is not base64 of {KEY_BYTES} bytes.")
    return FieldKey(
        fingerprint=_derive(secret, "fingerprint")[:FINGERPRINT_BYTES],
        cipher=AESGCM(_derive(secret, "column")),
        index_secret=_derive(secret, "blind index"),
    )


def _derive(secret: bytes, purpose: str) -> bytes:
    """One secret per purpose, so that an index never tells anything about a ciphertext."""
    return hmac.digest(secret, f"hrnotify {purpose}".encode(), hashlib.sha256)


@lru_cache(maxsize=4)
def _parsed(encoded: tuple[str, ...]) -> list[FieldKey]:
    return parse_keys(encoded)


def _keys() -> list[FieldKey]:
    return _parsed(tuple(settings.FIELD_KEYS))


def encrypt(text: str, *, context: str) -> bytes:
    """`context` (the column's name) is authenticated: a value moved to another column does not decrypt."""
    key, nonce = _keys()[0], os.urandom(NONCE_BYTES)
    return VERSION + key.fingerprint + nonce + key.cipher.encrypt(nonce, text.encode(), context.encode())


def decrypt(stored: bytes, *, context: str) -> str:
    fingerprint = stored[1 : 1 + FINGERPRINT_BYTES]
    nonce, sealed = stored[1 + FINGERPRINT_BYTES : HEADER_BYTES], stored[HEADER_BYTES:]
    for key in _keys():
        if key.fingerprint == fingerprint:
            try:
                return key.cipher.decrypt(nonce, sealed, context.encode()).decode()
            except InvalidTag as error:
                raise DecryptionError(f"{context}: the stored value was altered") from error
    raise DecryptionError(f"{context}: written with a key that is not in FIELD_KEYS")


def blind_index(value: str) -> str:
    """What a value is found by: 32 hex digits, keyed, or "" for no value."""
    return _index(_keys()[0], value) if value else ""


def blind_indexes(value: str) -> list[str]:
    """The index under every key in use: rows not yet rotated are found as well."""
    return [_index(key, value) for key in _keys()] if value else []


def _index(key: FieldKey, value: str) -> str:
    return hmac.digest(key.index_secret, value.encode(), hashlib.sha256).hex()[:32]
