"""What HR may do for one candidate now: write, log a call, answer for the person, give more time, move the day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.forms import Form
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from candidates.models import JOINING, Offer, OfferState
from notifications.personal import may_be_written
from tracking.answers_by_hr import may_be_answered


@dataclass(frozen=True)
class Tab:
    """`name`: of the address; `closed`: why there is nothing to do here, "" while there is."""

    name: str
    label: Promise | str
    closed: Promise | str


@dataclass(frozen=True)
class Panel:
    """What is open under the tabs. `form` is None where there is nothing to do; `more`: what its template needs."""

    tab: Tab
    form: Form | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def template(self) -> str:
        return f"dashboard/contact_{self.tab.name}.html"


@dataclass(frozen=True)
class Action:
    label: Promise | str
    is_open: Callable[[Offer], bool]
    # Said where it is not.
    closed: Promise | str


def may_get_more_time(offer: Offer) -> bool:
    first = offer.onboarding_at
    return offer.state == OfferState.OFFERED and offer.answer_by < first and timezone.now() < first


def may_be_moved(offer: Offer) -> bool:
    return offer.state in JOINING


def _always(_offer: Offer) -> bool:
    return True


ACTIONS = {
    "write": Action(
        _("Write a message"),
        may_be_written,
        _("The offer was withdrawn: nobody writes to the person any more."),
    ),
    "call": Action(_("Log a call"), _always, ""),
    "answer": Action(
        _("Record the answer"),
        may_be_answered,
        _("The first day is over, or the offer was withdrawn: no answer can be recorded any more."),
    ),
    "more_time": Action(
        _("More time to answer"),
        may_get_more_time,
        _(
            "The person has answered, or may answer until the first day begins already: there is no more time to give."
        ),
    ),
    "move": Action(
        _("Another day or branch"),
        may_be_moved,
        _("The offer was declined or withdrawn: there is no first day to move."),
    ),
}


def tabs(offer: Offer) -> list[Tab]:
    """What can be done now, in the order of use."""
    return [tab(offer, name) for name, action in ACTIONS.items() if action.is_open(offer)]


def tab(offer: Offer, name: str) -> Tab:
    action = ACTIONS[name]
    return Tab(name, action.label, "" if action.is_open(offer) else action.closed)
