"""Whether what a message says still makes sense, asked once more at the moment of sending."""

from candidates.models import OfferState
from notifications.models import Message, Purpose

# Whatever is not named here is for people who are joining.
JOINING = {OfferState.OFFERED, OfferState.CONFIRMED}
WANTED_WHILE = {
    Purpose.PASS_NOTICE: {OfferState.OFFERED},
    Purpose.UNREAD: {OfferState.OFFERED},
    Purpose.UNCONFIRMED: {OfferState.OFFERED},
    Purpose.WITHDRAWAL: {OfferState.WITHDRAWN},
    Purpose.HR_REPLY: set(OfferState),
}


def is_wanted(message: Message) -> bool:
    return message.offer.state in WANTED_WHILE.get(Purpose(message.purpose), JOINING)
