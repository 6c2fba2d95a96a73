"""Pages of the list of offers, newest first, at the same speed with a hundred rows or a million."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch

from candidates.models import Offer, OfferQuerySet
from notifications.models import Message

PER_PAGE = 50
# Every encrypted column costs a decryption per row: only what the list shows is read.
OFFER_COLUMNS = [
    "interview_id",
    "position_title",
    "onboarding_at",
    "created_at",
    "answer_by",
    "candidate__name",
    "candidate__phone",
    "candidate__category",
    "branch__code",
    "branch__name",
    "branch__name_en",
    "branch__time_zone",
    "progress__stage",
    "progress__last_event_at",
]
MESSAGE_COLUMNS = ["offer_id", "channel", "state", "provider", "accepted_at"]


@dataclass(frozen=True)
class Row:
    offer: Offer
    # The newest message on each channel, in the order in which the channels were first used.
    messages: list[Message]


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    # Where the next page starts: after this offer. None on the last page.
    next_after: UUID | None


def page(offers: OfferQuerySet, *, after: UUID | None = None) -> Page:
    """One page of `offers`, starting behind the offer `after`; two queries.

    Offers are numbered in the order in which they came (UUID version 7), so that the primary key is the order,
    and a page is found by its key: nothing is counted and nothing is skipped over.
    """
    narrowed = offers.filter(pk__lt=after) if after else offers
    messages = Message.objects.only(*MESSAGE_COLUMNS).order_by("created_at", "pk")
    found = list(
        narrowed.select_related("candidate", "branch", "progress")
        .only(*OFFER_COLUMNS)
        .prefetch_related(Prefetch("messages", messages))
        .order_by("-pk")[: PER_PAGE + 1]
    )
    shown = found[:PER_PAGE]
    more = len(found) > PER_PAGE
    return Page([Row(offer, newest_by_channel(offer)) for offer in shown], shown[-1].pk if more else None)


def newest_by_channel(offer: Offer) -> list[Message]:
    return list({message.channel: message for message in offer.messages.all()}.values())
