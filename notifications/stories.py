"""What planning knows of offers: their facts, what was said to the person, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

import structlog

from candidates.encryption import DecryptionError
from candidates.models import Candidate, Deferral, Offer
from notifications.grouping import grouped
from notifications.models import Message, Purpose
from notifications.models.dead_letters import REPETITION
from notifications.policy import Policy
from notifications.states import SKIPPED_OR_FAILED

log = structlog.get_logger(__name__)

# These tell the facts as they are: a reminder soon after one of them would say the same again.
TELLING = {Purpose.PASS_NOTICE, Purpose.CHANGE_OF_FACTS, Purpose.DEFERRAL_ANSWERED}
# Nothing encrypted.
ASKED_OF_A_MESSAGE = (
    "offer_id",
    "purpose",
    "occurrence",
    "channel",
    "state",
    "reasons",
    "tries",
    "due_at",
    "expires_at",
    "provider",
    "created_at",
    "first_sent_at",
    "accepted_at",
    "delivered_at",
)


@dataclass(frozen=True)
class Story:
    """What is known of an offer, with its candidate, branch and progress at hand.

    `messages`: all of the offer's, the oldest first; of each no more than ASKED_OF_A_MESSAGE.
    """

    offer: Offer
    messages: Sequence[Message] = ()
    asks_for_deferral: bool = False

    @property
    def is_opened(self) -> bool:
        return self.offer.progress.opened_at is not None

    @cached_property
    def noticed_at(self) -> datetime | None:
        """When a carrier took the first word of this round; what is counted from the notice is counted from it."""
        since = self.round_began
        words = (one for one in self.messages if one.purpose in TELLING and one.created_at >= since)
        return min(filter(None, (one.accepted_at for one in words)), default=None)

    @property
    def round_began(self) -> datetime:
        """An offer that is made again after an answer starts anew."""
        return self.offer.progress.last_offered_at or self.offer.created_at

    @cached_property
    def told_at(self) -> datetime | None:
        """When the person was last told the facts, or is about to be; None where nothing got through."""
        telling = [
            one for one in self.messages if one.purpose in TELLING and one.state not in SKIPPED_OR_FAILED
        ]
        return max((one.accepted_at or one.due_at for one in telling), default=None)

    @cached_property
    def said(self) -> set[tuple[str, str]]:
        """Purposes and occurrences of which there is a message, whatever became of it."""
        return {(one.purpose, one.occurrence.partition(REPETITION)[0]) for one in self.messages}

    @cached_property
    def last_said(self) -> dict[str, datetime]:
        """When each purpose last went out, or is about to."""
        last: dict[str, datetime] = {}
        for one in self.messages:
            if one.state not in SKIPPED_OR_FAILED:
                said_at = one.first_sent_at or one.due_at
                last[one.purpose] = max(said_at, last.get(one.purpose, said_at))
        return last


# --- Out of the database --------------------------------------------------------------------------
def stories_of(offers: Sequence[Offer], policy: Policy) -> dict[UUID, Story]:
    """By offer, each with its progress at hand; those whose person's data cannot be decrypted are left out.

    Three queries, whatever their number.
    """
    people = _readable({offer.candidate_id for offer in offers})
    readable = [offer for offer in offers if offer.candidate_id in people]
    for offer in readable:
        # A branch made at this moment is not among the policy's.
        offer.branch = policy.branches.get(offer.branch_id) or offer.branch
        offer.candidate = people[offer.candidate_id]
    ids = [offer.pk for offer in readable]
    messages = Message.objects.filter(offer__in=ids).only(*ASKED_OF_A_MESSAGE).order_by("created_at", "pk")
    by_offer = grouped(messages, by=lambda one: one.offer_id)
    asking = set(Deferral.objects.pending().filter(offer__in=ids).values_list("offer_id", flat=True))
    return {
        offer.pk: Story(offer, by_offer.get(offer.pk, []), asks_for_deferral=offer.pk in asking)
        for offer in readable
    }


def _readable(ids: Collection[UUID]) -> dict[UUID, Candidate]:
    try:
        return Candidate.objects.in_bulk(ids)
    except DecryptionError:
        if len(ids) == 1:
            log.error("person_not_readable", candidate=str(next(iter(ids))))
            return {}
        return {pk: person for one in ids for pk, person in _readable({one}).items()}
