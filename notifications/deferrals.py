"""Another first day: the candidate asks, a rule or HR answers, and the answer goes out on the candidate's channel."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from branches.acting import may_act_for
from branches.models import User
from candidates.deferral import at_same_time, obstacles
from candidates.deferral_requests import drop_pending, grounds_of, pending_of
from candidates.locks import locked_offer, one_at_a_time
from candidates.models import Deferral, DeferralReason, DeferralState, Language, Offer, OfferState
from notifications.models import Purpose
from notifications.moves import (
    MoveRefused,
    OutOfScope,
    PastDay,
    before_moving,
    event_of,
    moved,
    new_deadline,
    offer_again,
    tell_changes,
)
from notifications.plan import plan
from notifications.schedules import look_again
from tracking.answers import opening
from tracking.models import Actor, Event, Kind
from tracking.record import record

# After a refusal nobody has less time than this to answer for the day that stands.
TIME_AFTER_REFUSAL = timedelta(hours=24)
# HR reads each; nobody changes a plan so often.
WISHES_A_DAY = 10
# The answer itself tells the new first day.
TOLD_HERE = ["onboarding_at"]

GRANTED = {Language.CHINESE: "同意延期", Language.ENGLISH: "agreed"}
ANOTHER = {Language.CHINESE: "另定日期，请您确认", Language.ENGLISH: "another date offered"}
REFUSED = {Language.CHINESE: "暂不能延期", Language.ENGLISH: "not possible"}


class DeferralClosed(Exception):
    """The person has declined, the deadline has passed or the offer was withdrawn: only HR can help now."""


class DayImpossible(Exception):
    """Nobody can be asked for this day: it is not after the present first day, or too far away."""


class TooManyWishes(Exception):
    """Ten times within a day: whoever still has a wish does better to call."""


class AlreadyDecided(MoveRefused):
    """Somebody else decided first, or the person took the request back."""


# --- The candidate ------------------------------------------------------------------------------
def may_ask(offer: Offer) -> bool:
    """As long as the answer may be given or changed, and the person has not said no."""
    return offer.is_open_to_answers and offer.state != OfferState.DECLINED


@transaction.atomic
def request_deferral(
    *, offer: Offer, wanted: date, reason: DeferralReason, words: str = "", channel: str = ""
) -> Deferral:
    """Ask for another first day, at the same time of day. Raises DeferralClosed, DayImpossible or TooManyWishes.

    Granted at once where no obstacle stands against it; then the person has said yes to that day. Else HR decides. A
    new wish takes the place of one that HR has not decided yet; the same one sent twice is one.
    """
    asking = locked_offer(offer.pk)
    moment = at_same_time(asking.onboarding_at, wanted, zone=asking.branch.zone)
    if same := _same_request(asking, moment, reason, words):
        return same
    if not may_ask(asking):
        raise DeferralClosed
    if asking.deferrals.filter(asked_at__gt=timezone.now() - timedelta(days=1)).count() >= WISHES_A_DAY:
        raise TooManyWishes
    # Who asks at the same moment for the same day sees afterwards that the place is taken.
    _wait_for_places(asking, wanted)
    grounds = grounds_of(asking)
    if not grounds.can_be_asked(wanted):
        raise DayImpossible
    drop_pending(asking)
    deferral = Deferral(
        offer=asking,
        channel=channel,
        before=asking.onboarding_at,
        wanted=moment,
        reason=reason,
        words=words,
        obstacles=[obstacle.value for obstacle in obstacles(wanted, grounds)],
    )
    asked = [*opening(offer=asking, channel=channel), _asked(deferral)]
    if deferral.obstacles:
        deferral.save()
        record(asked)
        look_again(asking.pk)
    else:
        _grant_as_wished(asking, deferral, first=asked)
    return deferral


def _same_request(offer: Offer, moment: datetime, reason: str, words: str) -> Deferral | None:
    """The last request, where it says the same and is pending, or has just moved the first day to where it is."""
    last = offer.deferrals.order_by("asked_at", "pk").last()
    if last is None or (last.wanted, last.reason, last.words) != (moment, reason, words):
        return None
    was_granted = last.state == DeferralState.GRANTED and offer.onboarding_at == last.granted
    return last if was_granted or last.state == DeferralState.PENDING else None


@transaction.atomic
def withdraw_request(*, offer: Offer) -> bool:
    """The person no longer wants another day. False where nothing was waiting any more."""
    asking = locked_offer(offer.pk)
    if not drop_pending(asking):
        return False
    look_again(asking.pk)
    return True


# --- HR -----------------------------------------------------------------------------------------
@transaction.atomic
def decide(
    *, deferral: Deferral, by: User, grant: bool, day: date | None = None, answer: str = ""
) -> Deferral:
    """Grant the day that was asked for or another `day`, or refuse, with an `answer` for the person to read.

    Raises AlreadyDecided, OutOfScope or PastDay, all MoveRefused. A policy binds the rules, not HR.
    """
    offer = locked_offer(deferral.offer_id)
    deciding = pending_of(offer)
    if not may_act_for(by, branch=offer.branch, category=offer.candidate.category):
        raise OutOfScope(gettext("You may not decide for candidates of this branch."))
    if deciding is None or deciding.pk != deferral.pk:
        raise AlreadyDecided(gettext("This request was decided or taken back meanwhile."))
    deciding.offer, deciding.decided_by, deciding.answer = offer, by, answer
    if not grant:
        _refuse(offer, deciding)
    elif day is None or _moment(offer, day) == deciding.wanted:
        _must_lie_ahead(offer, deciding.wanted)
        _grant_as_wished(offer, deciding)
    else:
        _must_lie_ahead(offer, _moment(offer, day))
        _grant_another(offer, deciding, _moment(offer, day))
    return deciding


def _moment(offer: Offer, day: date) -> datetime:
    return at_same_time(offer.onboarding_at, day, zone=offer.branch.zone)


def _must_lie_ahead(offer: Offer, moment: datetime) -> None:
    if problem := day_problem(offer, moment):
        raise PastDay(problem)


def day_problem(offer: Offer, moment: datetime) -> str:
    """Why HR cannot grant this day, in the language of the page; "" where it can."""
    if moment <= timezone.now():
        return gettext("The first day must lie ahead.")
    if moment == offer.onboarding_at:
        return gettext("This is the present first day. To keep it, refuse the request.")
    return ""


def _refuse(offer: Offer, deferral: Deferral) -> None:
    """The day stands, and the person has time to say yes or no to it."""
    _close(deferral, DeferralState.REFUSED)
    offer.answer_by = max(offer.answer_by, min(timezone.now() + TIME_AFTER_REFUSAL, offer.onboarding_at))
    offer.save(update_fields=["answer_by"])
    record([event_of(offer, Kind.NOT_DEFERRED, by=deferral.decided_by)])
    _tell(offer, deferral, REFUSED)
    look_again(offer.pk)


def _grant_another(offer: Offer, deferral: Deferral, moment: datetime) -> None:
    """HR's own proposal: the person is asked whether it suits."""
    _wait_for_places(offer, moment.astimezone(offer.branch.zone).date())
    before = before_moving(offer)
    offer.onboarding_at = moment
    _close(deferral, DeferralState.GRANTED, moment)
    events = [_granted(deferral), *offer_again(offer, by=deferral.decided_by)]
    moved(offer, before=before, events=events)
    _tell(offer, deferral, ANOTHER)
    tell_changes(offer, before=before, apart_from=TOLD_HERE)


# --- Both ---------------------------------------------------------------------------------------
def _grant_as_wished(offer: Offer, deferral: Deferral, *, first: list[Event] | None = None) -> None:
    """Who asks for a day says yes to it. `first`: events that come before."""
    _wait_for_places(offer, deferral.wanted.astimezone(offer.branch.zone).date())
    before = before_moving(offer)
    offer.onboarding_at, offer.state = deferral.wanted, OfferState.CONFIRMED
    offer.answer_by = new_deadline(offer)
    _close(deferral, DeferralState.GRANTED, deferral.wanted)
    events = [
        *(first or []),
        _granted(deferral),
        event_of(offer, Kind.CONFIRMED, actor=Actor.CANDIDATE, channel=deferral.channel),
    ]
    moved(offer, before=before, events=events)
    _tell(offer, deferral, GRANTED)
    tell_changes(offer, before=before, apart_from=TOLD_HERE)


def _wait_for_places(offer: Offer, day: date) -> None:
    """One after the other of those who take a place at this branch on this day; till the transaction ends."""
    one_at_a_time(f"places:{offer.branch_id}:{day}")


def _close(deferral: Deferral, state: DeferralState, granted: datetime | None = None) -> None:
    deferral.state, deferral.granted, deferral.decided_at = state, granted, timezone.now()
    deferral.save()


def _asked(deferral: Deferral) -> Event:
    detail = _iso(deferral.wanted, deferral.offer)
    return event_of(
        deferral.offer, Kind.DEFER_ASKED, actor=Actor.CANDIDATE, channel=deferral.channel, detail=detail
    )


def _granted(deferral: Deferral) -> Event:
    detail = _iso(deferral.granted or deferral.wanted, deferral.offer)
    return event_of(deferral.offer, Kind.DEFERRED, by=deferral.decided_by, detail=detail)


def _iso(moment: datetime, offer: Offer) -> str:
    return moment.astimezone(offer.branch.zone).date().isoformat()


def _tell(offer: Offer, deferral: Deferral, decision: dict[Language, str]) -> None:
    facts = {"decision": decision, "decision_note": deferral.answer}
    plan(offer=offer, purpose=Purpose.DEFERRAL_ANSWERED, occurrence=str(deferral.pk), facts=facts)
