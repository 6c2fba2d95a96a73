"""What a candidate's page says: every fact from data, in the person's language and the branch's time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from candidates.models import Offer
from notifications import deferrals
from notifications.catalogue import Catalogue, Core
from notifications.compose import Value
from notifications.dates import moment_text
from notifications.facts import offer_values
from notifications.models import Paper
from notifications.papers import paper_words
from portal.deferral import Asked, asked_last
from portal.progress_line import Step, steps

# What a long number ends in, before the extension: 转 is Chinese for "then dial".
EXTENSION = re.compile(r"转|ext|#|x", re.IGNORECASE)


@dataclass(frozen=True)
class ToBring:
    """A paper in words, why it is asked for ("" where nobody said), and how long it is kept in months."""

    words: str
    purpose: str
    kept_months: int


@dataclass(frozen=True)
class Notice:
    """`facts`: core, local and offer values by their placeholder's name. `answered_on`: "" without an answer.

    `asked`: the newest wish for another first day, None without one; `may_ask`: whether the person may have one now.
    """

    offer: Offer
    facts: dict[str, Value]
    papers: list[ToBring]
    steps: list[Step]
    call: str
    answered_on: str
    asked: Asked | None
    may_ask: bool


def notice(offer: Offer, *, language: str) -> Notice:
    catalogue = Catalogue.current(branches=[offer.branch])
    answered_at = offer.progress.answered_at
    asked = asked_last(offer, language=language)
    return Notice(
        offer=offer,
        facts={
            **catalogue.values(offer, language=language),
            **offer_values(offer, channel="", language=language),
        },
        papers=[_to_bring(paper, language) for paper in catalogue.papers(offer).all],
        steps=steps(offer, asked, language=language),
        call=phone_link(offer.branch.phone),
        answered_on=moment_text(answered_at.astimezone(offer.branch.zone), language) if answered_at else "",
        asked=asked,
        may_ask=deferrals.may_ask(offer),
    )


def _to_bring(paper: Paper, language: str) -> ToBring:
    return ToBring(paper_words(paper, language), paper.why(language), paper.kept_months)


def phone_link(phone: str) -> str:
    """A number as `tel:` wants it (RFC 3966): digits and a leading plus. "" where there is none."""
    digits = re.sub(r"[^\d+]", "", EXTENSION.split(phone)[0])
    return f"tel:{digits}" if digits else ""


def bank_name(*, language: str) -> str:
    """The bank's name for pages that know no branch yet; "" before it was set."""
    core = Core.in_force().values
    return next((stated.in_language(language) for stated in core if stated.field.key == "bank_name"), "")
