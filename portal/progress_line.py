"""The line from the interview to the first day, as far as it is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from candidates.models import Offer, OfferState
from notifications.dates import short_moment
from portal.deferral import Asked
from tracking.models import Progress


@dataclass(frozen=True)
class Step:
    """`date` is "" where it is not known. `place`: done, now or ahead."""

    label: str
    date: str
    place: str


def steps(offer: Offer, asked: Asked | None, *, language: str) -> list[Step]:
    progress, zone = offer.progress, offer.branch.zone
    reached = [
        (_("Interview passed"), progress.offered_at),
        _notice(progress),
        # Whoever reads this has opened the page; the moment is known once it was really seen.
        (_("Notice opened"), progress.opened_at),
    ]
    done = [Step(label, _short(at, zone, language), "done") for label, at in reached]
    if offer.state not in {OfferState.WITHDRAWN, OfferState.DECLINED}:
        done += _another_day(asked, zone, language)
    # One step is the present one.
    place = "ahead" if done[-1].place == "now" else "now"
    return done + _answer(offer, progress, zone, language, place=place)


def _another_day(asked: Asked | None, zone: ZoneInfo, language: str) -> list[Step]:
    if asked is None:
        return []
    if asked.is_pending:
        return [Step(_("Another first day: with HR"), _short(asked.deferral.asked_at, zone, language), "now")]
    label = _("Another first day granted") if asked.is_granted else _("Another first day refused")
    return [Step(label, _short(asked.deferral.decided_at, zone, language), "done")]


def _notice(progress: Progress) -> tuple[str, datetime | None]:
    if progress.delivered_at:
        return _("Notice delivered"), progress.delivered_at
    return _("Notice sent"), progress.sent_at


def _answer(offer: Offer, progress: Progress, zone: ZoneInfo, language: str, *, place: str) -> list[Step]:
    first_day = _short(offer.onboarding_at, zone, language)
    answered = _short(progress.answered_at, zone, language)
    if offer.state == OfferState.WITHDRAWN:
        return [Step(_("Withdrawn"), _short(progress.withdrawn_at, zone, language), "done")]
    if offer.state == OfferState.DECLINED:
        return [Step(_("Declined"), answered, "done")]
    if offer.state == OfferState.CONFIRMED:
        return [Step(_("Confirmed"), answered, "done"), Step(_("First day"), first_day, place)]
    until = _("by {moment}").format(moment=_short(offer.answer_by, zone, language))
    return [Step(_("Your answer"), until, place), Step(_("First day"), first_day, "ahead")]


def _short(moment: datetime | None, zone: ZoneInfo, language: str) -> str:
    return short_moment(moment.astimezone(zone), language) if moment else ""
