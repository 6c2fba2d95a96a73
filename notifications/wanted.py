"""Whether what a message says still makes sense, asked once more at the moment of sending."""

from candidates.models import OfferState
from notifications.models import Message, Purpose
from notifications.models.dead_letters import REPETITION
from notifications.states import State

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
    fits = message.offer.state in WANTED_WHILE.get(Purpose(message.purpose), JOINING)
    return fits and not _was_delivered_after_all(message)


def _was_delivered_after_all(message: Message) -> bool:
    """Of a repetition: whether a late receipt said that what it repeats did arrive. Others cost no query."""
    root, repeats, _number = message.occurrence.partition(REPETITION)
    if not repeats:
        return False
    same = Message.objects.filter(offer=message.offer_id, purpose=message.purpose, state=State.DELIVERED)
    return any(one.partition(REPETITION)[0] == root for one in same.values_list("occurrence", flat=True))
