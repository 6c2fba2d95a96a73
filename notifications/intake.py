"""A verified signal → candidate, offer, first notice: all in one transaction, before the answer is given."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from branches.models import Branch
from candidates.encryption import blind_index, blind_indexes
from candidates.models import Candidate, InterviewSource, Offer, OfferState, PageToken, Signal
from candidates.payload import FieldProblem, InvalidResult, ResultIn
from notifications.facts import changes_between
from notifications.models import Purpose
from notifications.plan import plan
from notifications.states import State
from tracking.models import Event, Kind, Progress, Stage
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


@transaction.atomic
def take_signal(*, source: InterviewSource, webhook_id: str, body: str, result: ResultIn) -> Taken:
    """Take one result in. Raises InvalidResult (unknown branch) or AlreadyConfirmed; then nothing was kept."""
    _one_at_a_time(source, result.interview_id)
    if known := Signal.objects.filter(source=source, webhook_id=webhook_id).first():
        return Taken(known.verdict, known.pk, known.offer_id, repeated=True)
    branch = _branch(result.branch)
    offer = (
        Offer.objects.select_for_update(no_key=True, of=("self",))
        .select_related("candidate", "branch")
        .filter(source=source, interview_id=result.interview_id)
        .first()
    )
    if offer and _says_the_same(offer, result) and offer.state != OfferState.WITHDRAWN:
        return _repeat_of(offer)
    if not result.passed(source.threshold):
        return _not_passed(source, webhook_id, result, offer)
    if offer:
        _update(offer, result, branch)
        return _note(source, webhook_id, result, Signal.Verdict.UPDATED, offer, body)
    return _note(
        source, webhook_id, result, Signal.Verdict.ACCEPTED, _new_offer(source, result, branch), body
    )


def _one_at_a_time(source: InterviewSource, interview_id: str) -> None:
    """Signals of one interview wait for each other, so that twenty at once make one offer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{source.pk}:{interview_id}"]
        )


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


def _note(
    source: InterviewSource,
    webhook_id: str,
    result: ResultIn,
    verdict: str,
    offer: Offer | None,
    body: str = "",
) -> Taken:
    signal = Signal.objects.create(
        source=source,
        webhook_id=webhook_id,
        interview_id=result.interview_id,
        verdict=verdict,
        offer=offer,
        body=body,
    )
    return Taken(verdict, signal.pk, offer.pk if offer else None)


def _not_passed(source: InterviewSource, webhook_id: str, result: ResultIn, offer: Offer | None) -> Taken:
    """Of somebody who did not pass nothing is kept but the fact; an offer already made is withdrawn."""
    if offer is None:
        return _note(source, webhook_id, result, Signal.Verdict.NOT_PASSED, None)
    _must_be_unconfirmed(offer)
    if offer.state != OfferState.WITHDRAWN:
        _withdraw(offer)
    return _note(source, webhook_id, result, Signal.Verdict.UPDATED, offer)


def _withdraw(offer: Offer) -> None:
    # Messages are locked before Progress, as a worker does that finishes a batch; else each waits for the other.
    told = _was_told(offer)
    offer.state = OfferState.WITHDRAWN
    offer.changes += 1
    offer.save(update_fields=["state", "changes"])
    record([Event(offer=offer, kind=Kind.WITHDRAWN, at=timezone.now(), actor="platform")])
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
    record([Event(offer=offer, kind=Kind.OFFERED, at=timezone.now(), actor="platform")])
    plan(offer=offer, purpose=Purpose.PASS_NOTICE)
    return offer


def _update(offer: Offer, result: ResultIn, branch: Branch) -> None:
    """New facts for an offer that nobody has confirmed; whoever was told the old ones is told what changed."""
    _must_be_unconfirmed(offer)
    told, was_withdrawn = _was_told(offer), offer.state == OfferState.WITHDRAWN
    before, old_branch = copy.copy(offer), offer.branch
    _fill_candidate(offer.candidate, result)
    offer.changes += 1
    offer.state = OfferState.OFFERED if was_withdrawn else offer.state
    _fill_offer(offer, result, branch)
    offer.page_tokens.update(expires_at=PageToken.expiry(offer.onboarding_at))
    kind = Kind.OFFERED if was_withdrawn else Kind.CHANGED
    record([Event(offer=offer, kind=kind, at=timezone.now(), actor="platform")])
    changes = changes_between(before, offer, old_branch=old_branch)
    if was_withdrawn or Progress.objects.filter(pk=offer.pk, stage=Stage.UNREACHABLE).exists():
        plan(offer=offer, purpose=Purpose.PASS_NOTICE, occurrence=str(offer.changes + 1))
    elif told and changes and offer.state == OfferState.OFFERED:
        facts = {"changes": changes}
        plan(offer=offer, purpose=Purpose.CHANGE_OF_FACTS, occurrence=str(offer.changes), facts=facts)


def _was_told(offer: Offer) -> bool:
    """Whether a text with the old facts is out or on its way.

    Locking the rows makes a worker that is claiming one right now finish first, and others pass it by.
    """
    states = [message.state for message in offer.messages.select_for_update(no_key=True)]
    return any(state not in {State.PLANNED, State.SKIPPED} for state in states)


def _fill_candidate(candidate: Candidate, result: ResultIn) -> None:
    given = result.candidate
    candidate.name = given.name
    candidate.phone, candidate.email = given.phone or "", given.email or ""
    candidate.id_number = given.id_number or ""
    candidate.wechat_openid, candidate.push_id = given.wechat_openid or "", given.push_id or ""
    candidate.category, candidate.style, candidate.language = given.category, given.style, given.language
    candidate.preferred_channels = [channel.value for channel in given.preferred_channels]
    candidate.save()


def _fill_offer(offer: Offer, result: ResultIn, branch: Branch) -> None:
    offer.branch = branch
    offer.position_code, offer.position_title = result.position.code, result.position.title
    offer.score = None if result.score is None else Decimal(str(result.score))
    offer.onboarding_at = result.onboarding_at
    offer.answer_by = answer_deadline(result.onboarding_at, now=timezone.now(), zone=branch.zone)
    offer.content_digest = blind_index(_canonical(result))
    offer.save()


def answer_deadline(onboarding_at: datetime, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Six in the evening after a few days to think, of the day before onboarding at the latest.

    Where that is over already: until onboarding starts, or, when that is past too, the few days all the same.
    """
    soon = _evening(now + timedelta(days=settings.ANSWER_WITHIN_DAYS), zone)
    day_before = _evening(onboarding_at - timedelta(days=1), zone)
    if day_before > now:
        return min(soon, day_before)
    return onboarding_at if onboarding_at > now else soon


def _evening(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(hour=18, minute=0, second=0, microsecond=0)
