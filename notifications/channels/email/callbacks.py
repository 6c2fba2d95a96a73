"""Mail that came to the bounce address, handed in as it is by a mail server's pipe or a mail gateway."""

import hmac

from notifications.channels.base import CallbackRefused, CallbackReply, CallbackRequest
from notifications.channels.email import bounces

BOUNCE = "bounce"


def answer(request: CallbackRequest, *, secret: str, domain: str) -> CallbackReply:
    """Raises CallbackRefused on a wrong secret, or where none is set.

    Whatever mail it is, it is taken: a mail server would only try again with what is refused.
    """
    kind, _, given = request.rest.strip("/").partition("/")
    if not secret or kind != BOUNCE or not hmac.compare_digest(given.encode(), secret.encode()):
        raise CallbackRefused("wrong address or secret")
    if request.method != "POST":
        raise CallbackRefused("bounces are posted")
    return CallbackReply(receipts=bounces.read(request.body, domain=domain))
