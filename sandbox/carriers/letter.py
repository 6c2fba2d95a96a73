"""A raw mail as a person sees it. Mails are untrusted: nothing in one may stop the inbox."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from sandbox.inbox import Shown
from sandbox.links import links_in_html, links_in_text


def read_letter(raw: bytes) -> Shown:
    letter = message_from_bytes(raw, policy=default)
    if not isinstance(letter, EmailMessage):
        raise TypeError("the default policy makes EmailMessage objects")
    headers = raw_headers(letter)
    text, html = body_as(letter, "plain"), body_as(letter, "html")
    return Shown(
        subject=header(letter, "Subject"),
        sender=header(letter, "From"),
        client_id=headers.get("Message-ID") or headers.get("Message-Id"),
        text=text,
        html=html,
        links=links_in_html(html) if html else links_in_text(text),
        headers=headers,
        attachments=attachments(letter),
    )


def raw_headers(letter: EmailMessage) -> dict[str, str]:
    """As sent (encoded words and all), unfolded; repeated ones joined by a line feed."""
    found: dict[str, str] = {}
    for name, value in letter.raw_items():
        line = readable("".join(str(value).splitlines()))
        found[name] = f"{found[name]}\n{line}" if name in found else line
    return found


def header(letter: EmailMessage, name: str) -> str:
    try:
        return readable(str(letter[name] or ""))
    except (ValueError, LookupError, AttributeError, IndexError):
        # The standard library's header parser fails in several ways on malformed headers.
        return readable(dict(letter.raw_items()).get(name, ""))


def body_as(letter: EmailMessage, kind: str) -> str:
    try:
        part = letter.get_body(preferencelist=(kind,))
        return readable(str(part.get_content())) if part is not None else ""
    except (LookupError, ValueError, AttributeError):
        return "[unreadable]"  # an unknown character set or a broken structure


def attachments(letter: EmailMessage) -> list[dict[str, Any]]:
    try:
        parts = list(letter.iter_attachments()) if letter.is_multipart() else []
    except (AttributeError, ValueError, LookupError):
        return []
    return [
        {
            "name": readable(part.get_filename() or ""),
            "type": part.get_content_type(),
            "size": len(payload) if isinstance(payload := part.get_payload(decode=True), bytes) else 0,
        }
        for part in parts
    ]


def readable(text: str) -> str:
    """Bytes that the parser smuggled through as surrogates become text, or the replacement character."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
