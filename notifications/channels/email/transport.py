"""Mail by SMTP, over kept connections (one per sending thread).

The SMTP answer is all a plain server tells at once: 250 means that it took the mail, not that it arrived. That it
did not may come later, as a mail to the return path.
"""

import smtplib
import threading
import time
from email.utils import parseaddr
from typing import Any, ClassVar

from django.conf import settings
from django.core.mail import get_connection

from notifications.channels.base import (
    Accepted,
    CallbackReply,
    CallbackRequest,
    Envelope,
    Transport,
    TransportError,
)
from notifications.channels.email import bounces, callbacks, letter, smtp
from notifications.channels.email.errors import ERRORS
from notifications.channels.email.html import plain
from notifications.channels.email.mime import header_address, header_text, mail_bytes, wire_address

IDLE_SECONDS = 5.0  # after which a kept connection is asked whether it still lives
_local = threading.local()


class EmailTransport(Transport):
    name: ClassVar[str] = bounces.PROVIDER
    channel: ClassVar[str] = "email"
    needs = ("EMAIL_URL", "DEFAULT_FROM_EMAIL")
    errors = ERRORS
    dead_addresses = frozenset({"550", "551", "553", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
    tells_delivered = False

    @property
    def in_flight(self) -> int:
        """A connection each: mail servers take few from one client."""
        return int(settings.MAIL_CONNECTIONS)

    def send(self, envelope: Envelope) -> Accepted:
        to = _recipient(envelope)
        mail = _mail(envelope, to=to)
        server = _server()
        try:
            _hand_over(mail, envelope, to=to, server=server)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(error) from None
        except smtplib.SMTPResponseException as error:
            raise _answered(error) from None
        except (OSError, smtplib.SMTPException) as error:
            # The connection broke after the mail was begun; a repeat carries the same Message-ID.
            _drop()
            raise TransportError(
                "no answer after sending", code=type(error).__name__, uncertain=True
            ) from None
        finally:
            # A server that goes away, or is told to, has no connection to keep.
            if not server.sock:
                _drop()
        _local.used = time.monotonic()
        return Accepted(reference=letter.message_id(envelope))

    @property
    def callback_bytes(self) -> int:
        """Bounces bring a mail of ours back, and answers of people bring anything."""
        return int(settings.BATCH_MAX_BYTES)

    def answer_callback(self, request: CallbackRequest) -> CallbackReply:
        return callbacks.answer(request, secret=settings.BOUNCE_SECRET, domain=letter.own_domain())


def _recipient(envelope: Envelope) -> str:
    """The address in ASCII. Raises TransportError for what is none."""
    try:
        return wire_address(envelope.to)
    except ValueError:
        raise TransportError("the address is not valid", code="5.1.3", permanent=True) from None


def _mail(envelope: Envelope, *, to: str) -> bytes:
    headers = {
        "From": header_address(settings.DEFAULT_FROM_EMAIL),
        "To": to,
        "Subject": header_text(envelope.subject),
        **letter.own_headers(envelope),
    }
    return mail_bytes(
        headers=headers,
        text=plain(envelope.text),
        html=letter.html(envelope),
        boundary=f"={envelope.message_id.hex}=",
    )


def _hand_over(mail: bytes, envelope: Envelope, *, to: str, server: smtplib.SMTP) -> None:
    """With what RFC 3461 lets us say of bounces, where the server offers that."""
    server.ehlo_or_helo_if_needed()
    offered = server.has_extn("dsn")
    smtp.hand_over(
        server,
        mail,
        sender=wire_address(_return_path(envelope)),
        to=to,
        # Only the headers come back: the text is personal. The envelope's id is in the report, whatever comes back.
        mail_options=["RET=HDRS", f"ENVID={envelope.message_id}"] if offered else [],
        recipient_options=["NOTIFY=FAILURE,DELAY", *_original_recipient(envelope.to)] if offered else [],
    )


def _original_recipient(address: str) -> list[str]:
    """ORCPT, for a report that still names the address we wrote to when the mail was forwarded meanwhile."""
    if not address.isascii():
        return []
    escaped = "".join(f"+{ord(sign):02X}" if sign in "+=" else sign for sign in address)
    return [f"ORCPT=rfc822;{escaped}"]


def _return_path(envelope: Envelope) -> str:
    """Bounces come back to an address that names the message (VERP), where a domain is set aside for them."""
    if settings.BOUNCE_DOMAIN:
        return f"bounce+{envelope.message_id}@{settings.BOUNCE_DOMAIN}"
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _server() -> smtplib.SMTP:
    """This thread's open connection. Raises TransportError: nothing was sent yet, so trying again is safe."""
    connection: Any = getattr(_local, "connection", None) or get_connection()
    try:
        if connection.connection and time.monotonic() - _local.used > IDLE_SECONDS:
            connection.connection.noop()
    except (OSError, smtplib.SMTPException):
        connection.connection = None
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        _drop()
        raise TransportError("the mail server cannot be reached", code=type(error).__name__) from None
    _local.connection, _local.used = connection, time.monotonic()
    server: smtplib.SMTP = connection.connection
    return server


def _drop() -> None:
    _local.connection = None


def _refused(error: smtplib.SMTPRecipientsRefused) -> TransportError:
    code = next(iter(error.recipients.values()))[0]
    return TransportError("the address is refused", code=str(code), permanent=code >= 500)


def _answered(error: smtplib.SMTPResponseException) -> TransportError:
    # Only what is said to the mail itself is final; a refused sender or login is for us to mend.
    final = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
    return TransportError("the mail server refused", code=str(error.smtp_code), permanent=final)


TRANSPORT = EmailTransport()
