"""Another first day, as the candidate's pages tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from candidates.deferral import Grounds, at_same_time, obstacles, possible_days
from candidates.deferral_requests import grounds_of
from candidates.models import Channel, Deferral, DeferralState, Offer
from notifications.dates import moment_text
from notifications.models import Purpose
from notifications.plan import ways_for


@dataclass(frozen=True)
class Asked:
    """The newest wish for another first day. Moments in words; `granted` "" where none was."""

    deferral: Deferral
    wanted: str
    before: str
    granted: str

    @property
    def is_pending(self) -> bool:
        return self.deferral.state == DeferralState.PENDING

    @property
    def is_granted(self) -> bool:
        return self.deferral.state == DeferralState.GRANTED

    @property
    def is_as_wished(self) -> bool:
        return self.deferral.granted == self.deferral.wanted


def asked_last(offer: Offer, *, language: str) -> Asked | None:
    """None without one, and where it no longer counts: taken back, or the first day has moved since."""
    last = offer.deferrals.exclude(state=DeferralState.DROPPED).order_by("-asked_at", "-pk").first()
    if last is None or _is_of_another_day(last, offer):
        return None
    zone = offer.branch.zone
    wanted, before = (moment_text(at.astimezone(zone), language) for at in (last.wanted, last.before))
    granted = moment_text(last.granted.astimezone(zone), language) if last.granted else ""
    return Asked(last, wanted, before, granted)


def _is_of_another_day(deferral: Deferral, offer: Offer) -> bool:
    return offer.onboarding_at != (deferral.granted or deferral.before)


@dataclass(frozen=True)
class Choice:
    """A day to ask for, in words and with the time of day, and whether it is granted at once."""

    day: date
    words: str
    at_once: bool


@dataclass(frozen=True)
class Choices:
    """What one person may ask for now."""

    offer: Offer
    grounds: Grounds
    language: str

    @classmethod
    def of(cls, offer: Offer, *, language: str) -> Choices:
        return cls(offer, grounds_of(offer), language)

    def days(self) -> list[Choice]:
        """Those granted at once, the next ones first."""
        return [self.choice(day) for day in possible_days(self.grounds)]

    def choice(self, day: date) -> Choice:
        moment = at_same_time(self.offer.onboarding_at, day, zone=self.offer.branch.zone)
        return Choice(day, moment_text(moment, self.language), not obstacles(day, self.grounds))


def answer_channel(offer: Offer) -> str:
    """By which channel HR's answer would go out now, in words; "" where none reaches the person."""
    ways = ways_for(offer, Purpose.DEFERRAL_ANSWERED)
    return str(Channel(ways[0].channel).label) if ways else ""
