"""Results about an interview that has its offer already: repeats, changes of facts, withdrawals, conflicts."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from branches.models import Branch
from candidates.contact_points import addresses, forget_replaced
from candidates.deadline import answer_deadline
from candidates.deferral_requests import drop_pending, forget_wishes
from candidates.locks import locked_offer
from candidates.models import Candidate, Channel, Offer, OfferState, Signal
from candidates.payload import InvalidResult, ResultIn, parse_result
from candidates.verifiers import mapped
from notifications.intake.deliveries import AlreadyConfirmed, Incoming, Taken
from notifications.intake.facts import content_digests, describe, no_such_branch, state
from notifications.models import Purpose
from notifications.moves import Before, before_moving, event_of, moved, tell_changes
from notifications.plan import plan
from notifications.states import State
from tracking.models import Actor, Kind, Progress, Stage


@transaction.atomic
def take_known(incoming: Incoming) -> Taken | None:
    """None where there is no such offer. Raises InvalidResult (unknown branch) or AlreadyConfirmed.

    After an error nothing was kept. Signals of one interview wait for each other at its offer, and ask only then
    what is known.
    """
    offer, result = _locked_offer(incoming), incoming.result
    if offer is None:
        return None
    if known := Signal.objects.filter(source=incoming.source, webhook_id=incoming.webhook_id).first():
        return Taken.by(known, repeated=True)
    branch = _branch(result.branch)
    if offer.content_digest in content_digests(result) and offer.state != OfferState.WITHDRAWN:
        return _repeat_of(offer)
    _must_be_unconfirmed(offer)
    if incoming.passed:
        _update(offer, result, branch)
    elif offer.state != OfferState.WITHDRAWN:
        _withdraw(offer)
    signal = incoming.signal(Signal.Verdict.UPDATED, offer_id=offer.pk)
    signal.save(force_insert=True)
    return Taken.by(signal)


def _locked_offer(incoming: Incoming) -> Offer | None:
    offers = Offer.objects.filter(source=incoming.source, interview_id=incoming.result.interview_id)
    found = offers.values_list("pk", flat=True).first()
    return locked_offer(found) if found else None


def _branch(code: str) -> Branch:
    branch: Branch | None = Branch.objects.filter(code=code).first()
    if branch is None:
        raise no_such_branch()
    return branch


def _repeat_of(offer: Offer) -> Taken:
    first = offer.signals.exclude(verdict=Signal.Verdict.NOT_PASSED).latest("received_at")
    return Taken.by(first, repeated=True)


def _withdraw(offer: Offer) -> None:
    before = before_moving(offer)
    offer.state = OfferState.WITHDRAWN
    drop_pending(offer)
    moved(offer, before=before, events=[event_of(offer, Kind.WITHDRAWN, actor=Actor.PLATFORM)])
    if before.was_told:
        plan(offer=offer, purpose=Purpose.WITHDRAWAL, occurrence=str(offer.changes))


def _must_be_unconfirmed(offer: Offer) -> None:
    if offer.state == OfferState.CONFIRMED:
        raise AlreadyConfirmed(offer.pk)


def _update(offer: Offer, result: ResultIn, branch: Branch) -> None:
    """New facts for an offer that nobody has confirmed; whoever was told the old ones is told what changed."""
    before = before_moving(offer)
    # Read again under a lock: the person may have bound a WeChat account meanwhile.
    offer.candidate = Candidate.objects.select_for_update(no_key=True).get(pk=offer.candidate_id)
    was_somebody_else = _replace_person(offer.candidate, result)
    starts_anew = was_somebody_else or offer.state == OfferState.WITHDRAWN
    if starts_anew:
        _start_anew(offer)
    offer.branch = branch
    state(offer, result, now=timezone.now(), zone=branch.zone)
    if not starts_anew:
        _keep_what_others_moved(offer, result, before)
    kind = Kind.OFFERED if starts_anew else Kind.CHANGED
    moved(offer, before=before, events=[event_of(offer, kind, actor=Actor.PLATFORM)])
    if starts_anew or Progress.objects.filter(pk=offer.pk, stage=Stage.UNREACHABLE).exists():
        # "1" was the first notice, whatever it came to.
        plan(offer=offer, purpose=Purpose.PASS_NOTICE, occurrence=str(offer.changes + 1))
    else:
        tell_changes(offer, before=before)


def _keep_what_others_moved(offer: Offer, result: ResultIn, before: Before) -> None:
    """A platform that says the same day or branch as before does not take back where HR moved the person meanwhile."""
    said = _said_last(offer)
    if said is None:
        return
    if said.branch == result.branch:
        offer.branch = before.branch
    if said.onboarding_at == result.onboarding_at:
        offer.onboarding_at = before.offer.onboarding_at
    offer.answer_by = answer_deadline(offer.onboarding_at, now=timezone.now(), zone=offer.branch.zone)


def _said_last(offer: Offer) -> ResultIn | None:
    """What the platform said of this offer last; None where that is not kept, or reads differently by now."""
    signals = offer.signals.select_related("source").order_by("-received_at")
    last = next((signal for signal in signals if signal.body), None)
    try:
        return parse_result(mapped(last.source, last.body)) if last else None
    except InvalidResult:
        return None


def _start_anew(offer: Offer) -> None:
    """Whoever got the old notice must not be able to answer any more, and what was still to go out is not sent.

    Nor is anybody told of, or held to, a wish for another day that may be a stranger's.
    """
    offer.state, offer.decline_reason = OfferState.OFFERED, ""
    forget_wishes(offer)
    offer.page_tokens.update(revoked_at=timezone.now())
    offer.messages.filter(state__in=[State.PLANNED, State.UNCERTAIN]).update(state=State.SKIPPED)


def _replace_person(candidate: Candidate, result: ResultIn) -> bool:
    """Take the person's data over. True where a name or an address was replaced, not only added."""
    before, known = _identity(candidate), addresses(candidate)
    describe(candidate, result)
    forget_replaced(candidate, before=known)
    is_another = any(old and old != new for old, new in zip(before, _identity(candidate), strict=True))
    if before[0] != candidate.name and candidate.preferences_set_at:
        candidate.preferences_set_at = None  # they were somebody else's
        describe(candidate, result)
    candidate.save()
    return is_another


def _identity(candidate: Candidate) -> list[str]:
    return [candidate.name, *(candidate.address_on(channel) for channel in Channel.values)]
