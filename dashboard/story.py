"""One offer's story, put in order for the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from candidates.identity import masked_email, masked_id_number, masked_phone
from candidates.models import Candidate, Channel, Offer
from dashboard.words import error_words
from notifications.models import Attempt, Message, Receipt
from tracking.models import Progress, Stage


@dataclass(frozen=True)
class Datum:
    """`note`: why the address is not used, "" where it is."""

    label: Promise | str
    value: str
    note: str = ""


@dataclass(frozen=True)
class StepOnTheWay:
    """`at` is None for what has not happened; `note` says what cannot be known."""

    label: Promise | str
    at: datetime | None
    note: Promise | str = ""
    bad: bool = False


def personal_data(candidate: Candidate, *, clear: bool) -> list[Datum]:
    """What identifies the person and is there at all, masked unless asked for in the clear."""
    values = [
        (_("Phone number"), candidate.phone, masked_phone, Channel.SMS),
        (_("Email address"), candidate.email, masked_email, Channel.EMAIL),
        (_("ID number"), candidate.id_number, masked_id_number, ""),
        (_("WeChat openid"), candidate.wechat_openid, masked_openid, Channel.WECHAT),
    ]
    return [
        Datum(label, value if clear else mask(value), _why_unusable(candidate, channel))
        for label, value, mask, channel in values
        if value
    ]


def _why_unusable(candidate: Candidate, channel: str) -> str:
    return error_words(channel, candidate.unusable_channels.get(channel, "")) if channel else ""


def masked_openid(openid: str) -> str:
    return f"{openid[:4]}****"


def steps(offer: Offer) -> list[StepOnTheWay]:
    """The way of the offer: passed → sent → delivered → opened → answered, or withdrawn."""
    progress = offer.progress
    return [
        StepOnTheWay(_("Passed"), progress.offered_at),
        StepOnTheWay(_("Sent"), progress.sent_at),
        _delivered(progress),
        StepOnTheWay(_("Opened"), progress.opened_at),
        *_end(progress),
    ]


def _delivered(progress: Progress) -> StepOnTheWay:
    if progress.stage == Stage.UNREACHABLE:
        return StepOnTheWay(Stage.UNREACHABLE.label, progress.unreachable_at, bad=True)
    # A page that a person opened was reached by a message, whether or not a carrier said so.
    silent = progress.sent_at and not progress.delivered_at and not progress.opened_at
    return StepOnTheWay(_("Delivered"), progress.delivered_at, _("no report so far") if silent else "")


def _end(progress: Progress) -> Iterator[StepOnTheWay]:
    if progress.withdrawn_at and progress.stage == Stage.WITHDRAWN:
        yield StepOnTheWay(Stage.WITHDRAWN.label, progress.withdrawn_at, bad=True)
    elif progress.answer:
        yield StepOnTheWay(
            Stage(progress.answer).label, progress.answered_at, bad=progress.answer == Stage.DECLINED
        )
    else:
        yield StepOnTheWay(Stage.CONFIRMED.label, None)


def messages(offer: Offer) -> list[Message]:
    """Every message of the offer with its tries and receipts, newest first; three queries."""
    return list(
        offer.messages.select_related("version")
        .prefetch_related(
            Prefetch("attempts", Attempt.objects.order_by("at")),
            # The raw receipt stays closed: the carrier's own word says enough.
            Prefetch("receipts", Receipt.objects.defer("raw").order_by("received_at")),
        )
        .order_by("-created_at", "-pk")
    )
