"""Mail by a mail service over its HTTP API, with its reports of what became of each mail.

The services have no key against doubling: a repeat carries the same Message-ID, and may arrive twice. Before it comes
to that, a service's own report settles an uncertain mail: it names our message, whatever the answer to us came to.
"""

import re
from typing import ClassVar

from anymail.exceptions import AnymailError
from anymail.message import AnymailMessage
from anymail.utils import parse_single_address
from django.conf import settings

from notifications.channels.base import (
    Accepted,
    CallbackReply,
    CallbackRequest,
    Envelope,
    Transport,
    TransportError,
)
from notifications.channels.carrier_json import storable
from notifications.channels.email import letter
from notifications.channels.email.html import plain
from notifications.channels.email.mime import one_line
from notifications.channels.email.transport import EmailTransport
from notifications.channels.email_esp import callbacks, service
from notifications.channels.email_esp.errors import DEAD_ADDRESSES, ERRORS, REFUSED
from notifications.channels.email_esp.failures import as_transport_error

CALLBACK_SECRET = re.compile(r"[A-Za-z0-9_~.-]{16,}")


class EspTransport(Transport):
    name: ClassVar[str] = callbacks.PROVIDER
    channel: ClassVar[str] = "email"
    needs = ("EMAIL_BACKEND_ESP", "DEFAULT_FROM_EMAIL", "ESP_CALLBACK_SECRET")
    errors = ERRORS
    dead_addresses = EmailTransport.dead_addresses | DEAD_ADDRESSES

    @property
    def callback_bytes(self) -> int:
        """Several services report many events at once."""
        return int(settings.BATCH_MAX_BYTES)

    def contradictions(self) -> list[str]:
        """The sender is plain mail's as well, so that it says nothing about what is meant here."""
        if not settings.EMAIL_BACKEND_ESP:
            left = [f"ANYMAIL_{name}" for name in settings.ANYMAIL]
            left += ["ESP_CALLBACK_SECRET"] if settings.ESP_CALLBACK_SECRET else []
            return [f"{self.name}: EMAIL_BACKEND_ESP missing although {left[0]} is set."] if left else []
        if missing := self.missing_settings():
            return [f"{self.name}: {', '.join(missing)} missing although EMAIL_BACKEND_ESP is set."]
        problems = service.problems()
        if not CALLBACK_SECRET.fullmatch(settings.ESP_CALLBACK_SECRET):
            problems.append(
                "ESP_CALLBACK_SECRET has at least 16 letters, digits or -._~, for it is part of an address."
            )
        return [f"{self.name}: {problem}" for problem in problems]

    def send(self, envelope: Envelope) -> Accepted:
        try:
            mail = _mail(envelope)
            service.client().send_messages([mail])
        except AnymailError as error:
            raise as_transport_error(error) from None
        status = mail.anymail_status
        if status.status == {"failed"}:
            raise TransportError("the service did not send the mail", code=f"{REFUSED}other")
        return Accepted(reference=storable(str(status.message_id or ""))[:100])

    def answer_callback(self, request: CallbackRequest) -> CallbackReply:
        return callbacks.answer(request, secret=settings.ESP_CALLBACK_SECRET)


def _mail(envelope: Envelope) -> AnymailMessage:
    """Raises AnymailInvalidAddress for what is no single address."""
    mail = AnymailMessage(
        subject=one_line(envelope.subject),
        body=plain(envelope.text),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[str(parse_single_address(envelope.to))],
        headers=letter.own_headers(envelope),
        metadata={callbacks.OUR_ID: str(envelope.message_id)},
        track_opens=False,
        track_clicks=False,
    )
    mail.attach_alternative(letter.html(envelope), "text/html")
    return mail


TRANSPORT = EspTransport()
