"""A verified signal → candidate, offer, first notice: all in one transaction, before the answer is given."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from branches.models import Branch
from candidates.contact_points import addresses, forget_replaced
from candidates.deadline import answer_deadline
from candidates.encryption import blind_index, blind_indexes
from candidates.locks import one_at_a_time
from candidates.models import Candidate, Channel, InterviewSource, Offer, OfferState, PageToken, Signal
from candidates.payload import FieldProblem, InvalidResult, ResultIn
from notifications.facts import changes_between
from notifications.models import Purpose
from notifications.plan import plan
from notifications.states import State
from tracking.models import Actor, Event, Kind, Progress, Stage
from tracking.record import record


@dataclass(frozen=True)
class Taken:
    """What became of a signal. `repeated`: it was known already and changed nothing."""

    verdict: str
    signal_id: UUID
    offer_id: UUID | None
    repeated: bool = False


class AlreadyConfirmed(Exception):
    """The candidate has confirmed what another signal now contradicts."""

    def __init__(self, offer_id: UUID) -> None:
        super().__init__("the candidate has confirmed already")
        self.offer_id = offer_id


@dataclass(frozen=True)
class Incoming:
    """A verified delivery: who sent it, under which id, its text, and what that says."""

    source: InterviewSource
    webhook_id: str
    body: str
    result: ResultIn


@transaction.atomic
def take_signal(*, source: InterviewSource, webhook_id: str, body: str, result: ResultIn) -> Taken:
    """Take one result in. Raises InvalidResult (unknown branch) or AlreadyConfirmed; then nothing was kept."""
    # Signals of one interview wait for each other, so that twenty at once make one offer.
    one_at_a_time(f"{source.pk}:{result.interview_id}")
    if known := Signal.objects.filter(source=source, webhook_id=webhook_id).first():
        return Taken(known.verdict, known.pk, known.offer_id, repeated=True)
    incoming = Incoming(source, webhook_id, body, result)
    branch = _branch(result.branch)
    offer = _known_offer(incoming)
    if offer and _says_the_same(offer, result) and offer.state != OfferState.WITHDRAWN:
        return _repeat_of(offer)
    if not result.passed(source.threshold):
        return _not_passed(incoming, offer)
    if offer:
        _update(offer, result, branch)
        return _keep(incoming, Signal.Verdict.UPDATED, offer)
    return _keep(incoming, Signal.Verdict.ACCEPTED, _new_offer(source, result, branch))


def _known_offer(incoming: Incoming) -> Offer | None:
    """The interview's offer, locked, or None."""
    offers = Offer.objects.select_for_update(no_key=True, of=("self",)).select_related("candidate", "branch")
    return offers.filter(source=incoming.source, interview_id=incoming.result.interview_id).first()


def _branch(code: str) -> Branch:
    branch = Branch.objects.filter(code=code).first()
    if branch is None:
        raise InvalidResult([FieldProblem(field="data.branch", error="there is no branch with this code")])
    return branch  # type: ignore[no-any-return]


def _says_the_same(offer: Offer, result: ResultIn) -> bool:
    """Compared by keyed digests, also by one under a key that has been replaced since."""
    return offer.content_digest in blind_indexes(_canonical(result))


def _canonical(result: ResultIn) -> str:
    return json.dumps(result.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)


def _repeat_of(offer: Offer) -> Taken:
    first = offer.signals.exclude(verdict=Signal.Verdict.NOT_PASSED).latest("received_at")
    return Taken(first.verdict, first.pk, offer.pk, repeated=True)


def _keep(incoming: Incoming, verdict: Signal.Verdict, offer: Offer | None) -> Taken:
    """The signal itself, as evidence; its text only where somebody passed."""
    signal = Signal.objects.create(
        source=incoming.source,
        webhook_id=incoming.webhook_id,
        interview_id=incoming.result.interview_id,
        verdict=verdict,
        offer=offer,
        body=incoming.body if incoming.result.passed(incoming.source.threshold) else "",
    )
    return Taken(verdict, signal.pk, offer.pk if offer else None)


def _not_passed(incoming: Incoming, offer: Offer | None) -> Taken:
    """Of somebody who did not pass nothing is kept but the fact; an offer already made is withdrawn."""
    if offer is None:
        return _keep(incoming, Signal.Verdict.NOT_PASSED, None)
    _must_be_unconfirmed(offer)
    if offer.state != OfferState.WITHDRAWN:
        _withdraw(offer)
    return _keep(incoming, Signal.Verdict.UPDATED, offer)


def _withdraw(offer: Offer) -> None:
    # Messages are locked before Progress, as a worker does that finishes a batch; else each waits for the other.
    told = _was_told(offer)
    offer.state = OfferState.WITHDRAWN
    offer.changes += 1
    offer.save(update_fields=["state", "changes"])
    record([Event(offer=offer, kind=Kind.WITHDRAWN, at=timezone.now(), actor=Actor.PLATFORM)])
    if told:
        plan(offer=offer, purpose=Purpose.WITHDRAWAL, occurrence=str(offer.changes))


def _must_be_unconfirmed(offer: Offer) -> None:
    if offer.state == OfferState.CONFIRMED:
        raise AlreadyConfirmed(offer.pk)


def _new_offer(source: InterviewSource, result: ResultIn, branch: Branch) -> Offer:
    candidate = Candidate()
    _fill_candidate(candidate, result)
    offer = Offer(source=source, interview_id=result.interview_id, candidate=candidate)
    _fill_offer(offer, result, branch)
    record([Event(offer=offer, kind=Kind.OFFERED, at=timezone.now(), actor=Actor.PLATFORM)])
    plan(offer=offer, purpose=Purpose.PASS_NOTICE)
    return offer


def _update(offer: Offer, result: ResultIn, branch: Branch) -> None:
    """New facts for an offer that nobody has confirmed; whoever was told the old ones is told what changed."""
    _must_be_unconfirmed(offer)
    told, before, old_branch = _was_told(offer), copy.copy(offer), offer.branch
    was_somebody_else = _fill_candidate(offer.candidate, result)
    starts_anew = was_somebody_else or offer.state == OfferState.WITHDRAWN
    if starts_anew:
        _start_anew(offer)
    offer.changes += 1
    _fill_offer(offer, result, branch)
    offer.page_tokens.update(expires_at=PageToken.expiry(offer.onboarding_at))
    kind = Kind.OFFERED if starts_anew else Kind.CHANGED
    record([Event(offer=offer, kind=kind, at=timezone.now(), actor=Actor.PLATFORM)])
    changes = changes_between(before, offer, old_branch=old_branch)
    if starts_anew or Progress.objects.filter(pk=offer.pk, stage=Stage.UNREACHABLE).exists():
        # "1" was the first notice, whatever it came to.
        plan(offer=offer, purpose=Purpose.PASS_NOTICE, occurrence=str(offer.changes + 1))
    elif told and changes and offer.state == OfferState.OFFERED:
        facts = {"changes": changes}
        plan(offer=offer, purpose=Purpose.CHANGE_OF_FACTS, occurrence=str(offer.changes), facts=facts)


def _start_anew(offer: Offer) -> None:
    """Whoever got the old notice must not be able to answer any more, and what was still to go out is not sent."""
    offer.state, offer.decline_reason = OfferState.OFFERED, ""
    offer.page_tokens.update(revoked_at=timezone.now())
    offer.messages.filter(state__in=[State.PLANNED, State.UNCERTAIN]).update(state=State.SKIPPED)


def _was_told(offer: Offer) -> bool:
    """Whether a text with the old facts is out or on its way.

    Locking the rows makes a worker that is claiming one right now finish first, and others pass it by.
    """
    states = [message.state for message in offer.messages.select_for_update(no_key=True)]
    return any(state not in {State.PLANNED, State.SKIPPED} for state in states)


def _fill_candidate(candidate: Candidate, result: ResultIn) -> bool:
    """Take the person's data over. True where a name or an address was replaced, not only added."""
    before, given = _identity(candidate), result.candidate
    known = addresses(candidate)
    candidate.name = given.name
    candidate.phone, candidate.email = given.phone or "", given.email or ""
    candidate.id_number = given.id_number or ""
    candidate.wechat_openid, candidate.push_id = given.wechat_openid or "", given.push_id or ""
    candidate.category, candidate.style, candidate.language = given.category, given.style, given.language
    candidate.preferred_channels = [channel.value for channel in given.preferred_channels]
    forget_replaced(candidate, before=known)
    candidate.save()
    return any(old and old != new for old, new in zip(before, _identity(candidate), strict=True))


def _identity(candidate: Candidate) -> list[str]:
    return [candidate.name, *(candidate.address_on(channel) for channel in Channel.values)]


def _fill_offer(offer: Offer, result: ResultIn, branch: Branch) -> None:
    offer.branch = branch
    offer.position_code, offer.position_title = result.position.code, result.position.title
    offer.score = None if result.score is None else Decimal(str(result.score))
    offer.onboarding_at = result.onboarding_at
    offer.answer_by = answer_deadline(result.onboarding_at, now=timezone.now(), zone=branch.zone)
    offer.content_digest = blind_index(_canonical(result))
    offer.save()
