"""Results of interviews nobody has told us of, however many, in a handful of statements.

The database itself keeps doubles out: an offer that another transaction is making at the same moment is waited for,
and then left to it. Offers are written in the order of their interviews and before anything else that is unique, so
that two batches never wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from branches.models import Branch, PlanningStamp
from candidates.models import Candidate, Offer, OfferState, Signal
from notifications.intake.deliveries import Incoming, Outcome, Taken
from notifications.intake.facts import content_digests, describe, no_such_branch, state
from notifications.intake.hints import hint_on_commit
from notifications.models import Purpose, Schedule
from notifications.plan import plan_many
from notifications.policy import Policy
from notifications.schedules import FIRST_LOOK_AFTER
from tracking.bulk import array, insert_rows, insert_unless_there, new_row
from tracking.models import Actor, Event, Kind, Progress

LOOK_UP = f"""
    SELECT 'signal', webhook_id, id, verdict, offer_id FROM {Signal._meta.db_table}
        WHERE source_id = %s AND webhook_id = ANY(%s::text[])
    UNION ALL SELECT 'offer', interview_id, id,
        CASE WHEN state <> '{OfferState.WITHDRAWN}' THEN content_digest END, NULL
        FROM {Offer._meta.db_table}
        WHERE source_id = %s AND interview_id = ANY(%s::text[])
    UNION ALL SELECT 'planning', '', NULL, number::text, NULL FROM {PlanningStamp._meta.db_table}
"""  # noqa: S608  the tables' own names


@dataclass
class Known:
    """What the database has already of a batch, and what counts in planning.

    `offers` by interview, with the digest of what they say; none of one withdrawn, which a repeat renews.
    """

    signals: dict[str, Taken] = field(default_factory=dict)
    offers: dict[str, tuple[UUID, str | None]] = field(default_factory=dict)
    stamp: int = 0  # of what is stated about planning

    @cached_property
    def policy(self) -> Policy:
        return Policy.of(self.stamp)


@transaction.atomic
def take_new(batch: Sequence[Incoming]) -> dict[Incoming, Outcome]:
    """What became of deliveries, of one source, that are new, say what is known already, or are of no branch.

    Left out is whatever needs a look at its offer, also at one made by another result of the batch or at this very
    moment. Raises IntegrityError where somebody else has just taken a delivery in; then nothing was kept.
    """
    known = _look_up(batch)
    outcomes = {one: outcome for one in batch if (outcome := _settled(one, known))}
    outcomes |= _repeats([one for one in batch if one not in outcomes], known)
    fresh = [one for one in _first_of_each_interview(batch) if one not in outcomes]
    fresh = [one for one in fresh if one.result.interview_id not in known.offers]
    return outcomes | _keep(fresh, known.policy)


def _look_up(batch: Sequence[Incoming]) -> Known:
    deliveries = array(one.webhook_id for one in batch)
    interviews = array(one.result.interview_id for one in batch)
    source, known = batch[0].source.pk, Known()
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, [source, deliveries, source, interviews])
        for what, name, pk, word, offer_id in cursor.fetchall():
            if what == "signal":
                known.signals[name] = Taken(word, pk, offer_id, repeated=True)
            elif what == "offer":
                known.offers[name] = (pk, word)
            else:
                known.stamp = int(word)
    return known


def _settled(one: Incoming, known: Known) -> Outcome | None:
    if repeat := known.signals.get(one.webhook_id):
        return repeat
    return None if one.result.branch in known.policy.by_code else no_such_branch()


def _repeats(batch: Sequence[Incoming], known: Known) -> dict[Incoming, Outcome]:
    """Those that say what an offer says already: each is the signal that said it first."""
    saying: dict[Incoming, UUID] = {}
    for one in batch:
        offer_id, digest = known.offers.get(one.result.interview_id, (None, None))
        if offer_id and digest in content_digests(one.result):
            saying[one] = offer_id
    if not saying:
        return {}
    signals = Signal.objects.exclude(verdict=Signal.Verdict.NOT_PASSED).filter(offer__in=set(saying.values()))
    latest = {signal.offer_id: signal for signal in signals.defer("body").order_by("received_at")}
    return {one: Taken.by(latest[offer_id], repeated=True) for one, offer_id in saying.items()}


def _first_of_each_interview(batch: Sequence[Incoming]) -> list[Incoming]:
    """In the order of their interviews."""
    first = {one.result.interview_id: one for one in reversed(batch)}
    return [first[interview] for interview in sorted(first)]


def _keep(fresh: Sequence[Incoming], policy: Policy) -> dict[Incoming, Outcome]:
    now = timezone.now()
    offers = {one: _offer(one, policy.by_code[one.result.branch], now) for one in fresh if one.passed}
    made = insert_unless_there(list(offers.values()))
    offers = {one: offer for one, offer in offers.items() if offer.pk in made}
    signals = dict(_signals(fresh, offers))
    # Before what follows from it, as the timeline tells it.
    offered = [
        new_row(Event, offer_id=offer.pk, kind=Kind.OFFERED, at=now, actor=Actor.PLATFORM)
        for offer in offers.values()
    ]
    messages, unreachable = plan_many(offers.values(), purpose=Purpose.PASS_NOTICE, at=now, policy=policy)
    events = [*offered, *unreachable]
    candidates = [offer.candidate for offer in offers.values()]
    insert_rows(
        candidates,
        list(signals.values()),
        events,
        _progress(events),
        messages,
        _schedules(offers, policy, now),
    )
    for channel in {message.channel for message in messages}:
        hint_on_commit(channel)
    return {one: Taken.by(signal) for one, signal in signals.items()}


def _offer(one: Incoming, branch: Branch, now: datetime) -> Offer:
    candidate = new_row(Candidate)
    describe(candidate, one.result)
    offer = new_row(
        Offer,
        source_id=one.source.pk,
        interview_id=one.result.interview_id,
        candidate=candidate,
        branch=branch,
    )
    state(offer, one.result, now=now, zone=branch.zone)
    return offer


def _schedules(offers: dict[Incoming, Offer], policy: Policy, now: datetime) -> list[Schedule]:
    look_at = now + FIRST_LOOK_AFTER
    return [
        new_row(Schedule, offer_id=offer.pk, look_at=look_at, planned_with=policy.stamp)
        for offer in offers.values()
    ]


def _signals(fresh: Sequence[Incoming], offers: dict[Incoming, Offer]) -> Iterator[tuple[Incoming, Signal]]:
    for one in fresh:
        if offer := offers.get(one):
            yield one, one.signal(Signal.Verdict.ACCEPTED, offer_id=offer.pk)
        elif not one.passed:
            yield one, one.signal(Signal.Verdict.NOT_PASSED, offer_id=None)


def _progress(events: Sequence[Event]) -> list[Progress]:
    """Of offers so new that nobody else can have a hand on theirs: nothing needs to be locked or read back."""
    rows: dict[UUID, Progress] = {}
    for event in events:
        if event.offer_id not in rows:
            rows[event.offer_id] = new_row(Progress, offer_id=event.offer_id)
        rows[event.offer_id].apply(event)
    return list(rows.values())
