"""One vocabulary for what becomes of a message, and the moves that are legal.

Carriers report in any order and more than once. A move is legal only to a higher rank, so whatever the order in
which two reports arrive, the message ends in the same state.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    PLANNED = "planned", _("Planned")
    SENDING = "sending", _("Being sent")
    UNCERTAIN = "uncertain", _("Uncertain")
    ACCEPTED = "accepted", _("Accepted by the carrier")
    EXPIRED = "expired", _("Given up")
    SKIPPED = "skipped", _("No longer needed")
    REJECTED = "rejected", _("Refused")
    UNDELIVERED = "undelivered", _("Not delivered")
    DELIVERED = "delivered", _("Delivered")
    BOUNCED = "bounced", _("Bounced")


# A bounce may follow a delivery to the first server, so it outranks it; SMS networks send `delivered` after an
# early `undelivered`, so that outranks a failure.
RANK = {
    State.PLANNED: 0,
    State.SENDING: 1,
    State.UNCERTAIN: 2,
    State.ACCEPTED: 3,
    State.EXPIRED: 4,
    State.SKIPPED: 4,
    State.REJECTED: 4,
    State.UNDELIVERED: 5,
    State.DELIVERED: 6,
    State.BOUNCED: 7,
}
UNSENT = {State.PLANNED, State.SENDING, State.UNCERTAIN}
FAILED = {State.EXPIRED, State.REJECTED, State.UNDELIVERED, State.BOUNCED}
SKIPPED_OR_FAILED = {State.SKIPPED, *FAILED}
# What a carrier's receipt may say.
RECEIPT_OUTCOMES = {State.ACCEPTED, State.UNDELIVERED, State.DELIVERED, State.BOUNCED}


def may_move(current: str, new: str) -> bool:
    return RANK[State(new)] > RANK[State(current)]
