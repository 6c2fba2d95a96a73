"""App push by JPush, over its REST API.

Source: JPush documentation, "Push API" v3 and its table of codes.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone

from notifications.channels.base import (
    Accepted,
    CallbackReply,
    CallbackRequest,
    Envelope,
    ParsedReceipt,
    Transport,
    TransportError,
)
from notifications.channels.push_jpush import cids, client, receipts
from notifications.channels.push_jpush.errors import ERRORS

# With the age of a key when it is reserved less than the day for which JPush remembers it.
REPEATED_WITHIN = timedelta(hours=23)
NO_KEY, REPEAT_WINDOW = "no_key", "repeat_window"
DAY_SECONDS = 86400  # a phone that is off gets it within a day; later the reminders have taken over
THROTTLED = {2002}
# For us to mend: form of the call, key, https, a block, our address. Nothing is wrong with the message.
OUR_SETUP = {1001, 1004, 1008, 1020, 2003, 2004}
OUR_SETUP_STATUS = {401, 403, 404, 405, 410}  # where the answer holds no code


class JPushTransport(Transport):
    name: ClassVar[str] = receipts.PROVIDER
    channel: ClassVar[str] = "push"
    needs = ("JPUSH_APP_KEY", "JPUSH_MASTER_SECRET")
    errors = ERRORS
    can_be_asked = True
    dead_addresses = frozenset({"1003", "1011"})

    def reserve_keys(self, count: int) -> Iterator[str]:
        return cids.reserve(count)

    def send(self, envelope: Envelope) -> Accepted:
        _must_not_double(envelope)
        try:
            told = client.call("POST", f"{settings.JPUSH_API_URL}/v3/push", _push(envelope))
        except client.JPushError as error:
            raise _as_transport_error(error) from None
        try:
            return Accepted(reference=str(told["msg_id"]))
        except (KeyError, TypeError):
            raise TransportError("an answer without a number", code="msg_id", uncertain=True) from None

    def answer_callback(self, request: CallbackRequest) -> CallbackReply:
        return receipts.answer(request, secret=settings.JPUSH_CALLBACK_SECRET)

    def fetch_receipts(self, references: Sequence[str]) -> list[ParsedReceipt]:
        """Receipts that did not come by themselves, of pushes by JPush's numbers. Raises TransportError."""
        return receipts.fetch(references)


def _must_not_double(envelope: Envelope) -> None:
    first = envelope.first_sent_at
    if first and timezone.now() - first > REPEATED_WITHIN:
        raise TransportError("too late to repeat without doubling", code=REPEAT_WINDOW, permanent=True)
    if not envelope.carrier_key:
        raise TransportError("no key for a push", code=NO_KEY)


def _push(envelope: Envelope) -> dict[str, Any]:
    extras = {"link": envelope.link} if envelope.link else {}
    ios_alert = {"title": envelope.subject, "body": envelope.text}
    return {
        "cid": envelope.carrier_key,
        "platform": "all",
        "audience": {"registration_id": [envelope.to]},
        "notification": {
            "alert": envelope.text,
            "android": {"alert": envelope.text, "title": envelope.subject, "extras": extras},
            "ios": {"alert": ios_alert, "sound": "default", "extras": extras},
        },
        "options": {"time_to_live": DAY_SECONDS, "apns_production": True},
    }


def _as_transport_error(error: client.JPushError) -> TransportError:
    """JPush's own text may repeat the registration, so only its code is kept."""
    code = str(error.code or error.status)
    if error.status == 429 or error.code in THROTTLED:
        return TransportError("too many pushes", code=code, throttled=True, retry_after=error.retry_after)
    if error.status >= 500:
        # Perhaps it was pushed before something broke; the cid makes a repeat harmless.
        return TransportError("the carrier failed", code=code, uncertain=True)
    if error.code in OUR_SETUP or (not error.code and error.status in OUR_SETUP_STATUS):
        return TransportError("the app may not push", code=code)
    return TransportError("the carrier refused the push", code=code, permanent=True)


TRANSPORT = JPushTransport()
