"""What a mail says and how it names itself, whoever carries it."""

from django.conf import settings

from notifications.channels.base import Envelope
from notifications.channels.email.html import as_html


def own_domain() -> str:
    """That of our Message-IDs."""
    return str(settings.BOUNCE_DOMAIN or settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> "))


def message_id(envelope: Envelope) -> str:
    """The same for every try of a message, so that a receiver recognises a repeat."""
    return f"<{envelope.message_id}@{own_domain()}>"


def own_headers(envelope: Envelope) -> dict[str, str]:
    """Those that say which mail it is, and that a machine wrote it."""
    return {
        "Message-ID": message_id(envelope),
        "Auto-Submitted": "auto-generated",
        "Content-Language": envelope.language,
    }


def html(envelope: Envelope) -> str:
    return as_html(
        subject=envelope.subject, text=envelope.text, link=envelope.link, language=envelope.language
    )
