"""A mail as bytes, ready for a server: a text and an HTML half, all of it 7-bit.

Python's email library builds any mail there can be, and takes three times as long as everything else about a message.
Ours has one form: the headers below and two base64 parts. Sources: RFC 5322, RFC 2045–2047.
"""

from __future__ import annotations

import re
from base64 import b64encode, encodebytes
from collections.abc import Iterator, Mapping
from email.utils import formataddr, formatdate, parseaddr
from functools import lru_cache

from django.core.mail.message import sanitize_address

# An encoded word has 75 characters at most; with its frame this many bytes fit, as base64.
WORD_BYTES = 45
SENDERS_KEPT = 16  # there is one
# RFC 5321's dot-string at a domain, short enough that nobody has to be asked.
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
BARE_ADDRESS = re.compile(r"[^@<>\s\0]+@[^@<>\s\0]+")
PLAIN_ADDRESS = re.compile(rf"{ATOM}(\.{ATOM})*@{LABEL}(\.{LABEL})+")


def mail_bytes(*, headers: Mapping[str, str], text: str, html: str, boundary: str) -> bytes:
    """Lines end in CRLF. `headers`: values of one line each; `boundary` must occur in no base64, as a UUID does not."""
    frame = {
        **headers,
        "Date": formatdate(),
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in frame.items())
    parts = _part("plain", text, boundary) + _part("html", html, boundary)
    return f"{head}\r\n".encode("ascii") + parts + f"--{boundary}--\r\n".encode()


def _part(kind: str, content: str, boundary: str) -> bytes:
    head = (
        f"--{boundary}\r\n"
        f"Content-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    lines = content.replace("\r\n", "\n").replace("\n", "\r\n")
    return head.encode() + encodebytes(lines.encode()).replace(b"\n", b"\r\n")


def one_line(text: str) -> str:
    """Control characters, line ends among them, are blanks."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def header_text(text: str) -> str:
    """A header's value on as many folded lines as it needs, control characters are blanks."""
    clean = one_line(text)
    if clean.isascii() and len(clean) < WORD_BYTES and "=?" not in clean:
        return clean
    return "\r\n ".join(f"=?utf-8?b?{b64encode(word).decode()}?=" for word in _words(clean))


def _words(text: str) -> Iterator[bytes]:
    """Pieces that fit into an encoded word; no character is split between two."""
    word = b""
    for letter in text:
        encoded = letter.encode("utf-8", "replace")
        if len(word) + len(encoded) > WORD_BYTES:
            yield word
            word = b""
        word += encoded
    if word:
        yield word


def wire_address(address: str) -> str:
    """An address in ASCII, as servers know it. Raises ValueError for what is none.

    Nearly all are in the plain form already; Django's parser, for the others, takes longer than all else about a mail.
    """
    if PLAIN_ADDRESS.fullmatch(address):
        return address
    written = str(sanitize_address(address, "utf-8"))
    if not BARE_ADDRESS.fullmatch(written):
        raise ValueError("not an address")
    return written


@lru_cache(SENDERS_KEPT)
def header_address(address: str) -> str:
    """`name <address>` with the name encoded where it has to be."""
    name, bare = parseaddr(address)
    return formataddr((name, bare)) if name.isascii() else f"{header_text(name)} <{bare}>"
