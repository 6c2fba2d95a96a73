"""A million people who will start: each was told, opened the page and confirmed, and waits for the next reminder.

Copies of a few offers that are written by the product's own models. Of so many the reminder is due at one moment; of
the others it comes on one of the days after. Needs PostgreSQL 18 (uuidv7).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from bench.copies import bare_tables, copying, settle, tables_of
from bench.progress import say
from bench.rows import BRANCH, empty_tables, plan
from branches.models import Branch, PlanningStamp
from candidates.models import Candidate, Channel, Offer, OfferState
from notifications.models import Message, ReminderRule, Schedule
from notifications.states import State
from tracking.models import Kind, Progress, Stage

PATTERNS, CHUNK, DAYS = 100, 100_000, 60
TOLD_BEFORE = timedelta(days=9)
FILLED = (Candidate, Offer, Progress, Message, Schedule)
TABLES = tables_of(FILLED)

NEW = """
CREATE TEMPORARY TABLE IF NOT EXISTS bench_new (
    nth int, age interval, old_offer uuid, old_candidate uuid, offer uuid, candidate uuid, message uuid, days interval
) ON COMMIT DROP;
TRUNCATE bench_new;
"""
# The first of them are due now; what is due later lies about among them in the order of keys, not behind them.
PEOPLE = """
INSERT INTO bench_new
SELECT nth, interval '0', old.id, old.candidate_id, uuidv7(back), uuidv7(back), uuidv7(back),
    CASE WHEN nth %% %(every)s = 0 THEN interval '0' ELSE interval '1 day' * (1 + nth %% %(days)s) END
FROM generate_series(%(first)s, %(last)s) AS nth
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS number FROM pattern_candidates_offer) AS old
        ON number = 1 + nth %% %(patterns)s,
    LATERAL (SELECT interval '-1 second' * (%(total)s - nth) AS back) AS moment
ORDER BY nth
"""


def fill(*, total: int, due: int, at: datetime) -> None:
    """`total` offers besides the patterns, of which `due` are to be reminded at `at` (see `reminder`)."""
    empty_tables()
    patterns = _write_patterns(at)
    values = {"patterns": PATTERNS, "total": total, "every": total // due, "days": DAYS}
    with transaction.atomic(), connection.cursor() as cursor, bare_tables(cursor, TABLES):
        for first in range(1, total + 1, CHUNK):
            last = min(first + CHUNK - 1, total)
            cursor.execute(NEW)
            cursor.execute(PEOPLE, {**values, "first": first, "last": last})
            for statement in statements():
                cursor.execute(statement)
            say(f"filled {last:,} of {total:,} offers")
    Schedule.objects.filter(offer__in=patterns).update(look_at=None)
    settle(TABLES)


def reminder() -> ReminderRule:
    """The one that the due ones are due for."""
    return ReminderRule.objects.get(kind=ReminderRule.Kind.THREE_DAYS)


def at_its_hour(day: datetime) -> datetime:
    """The moment of that day at which the reminder goes out."""
    zone, clock = Branch.objects.get(code=BRANCH).zone, reminder().at
    if clock is None:
        raise ValueError("a reminder of the first day has its hour")
    return datetime.combine(day.astimezone(zone).date(), clock, tzinfo=zone)


def _write_patterns(at: datetime) -> list[UUID]:
    """They start so many days after `at` that the reminder is due then. Their keys."""
    plan(Channel.SMS, count=PATTERNS)
    told = at - TOLD_BEFORE
    first_day = at.replace(hour=9, minute=0) + timedelta(days=reminder().amount)
    Offer.objects.update(
        state=OfferState.CONFIRMED,
        onboarding_at=first_day,
        answer_by=told + timedelta(days=3),
        created_at=told,
    )
    moments = dict.fromkeys(
        ("offered_at", "last_offered_at", "sent_at", "last_sent_at", "delivered_at", "opened_at"), told
    )
    Progress.objects.update(
        stage=Stage.CONFIRMED, answer=Kind.CONFIRMED, answered_at=told, last_event_at=told, **moments
    )
    Message.objects.update(
        state=State.DELIVERED,
        provider="twilio",
        tries=1,
        **dict.fromkeys(("created_at", "due_at", "first_sent_at", "accepted_at", "delivered_at"), told),
    )
    stamp = PlanningStamp.current()
    offers = list(Offer.objects.values_list("pk", flat=True))
    Schedule.objects.bulk_create(Schedule(offer_id=pk, look_at=at, planned_with=stamp) for pk in offers)
    return offers


def statements() -> list[str]:
    """A statement for each table, in the order of what refers to what."""
    source = "bench_new AS new JOIN pattern_{table} AS old ON old.{key}"
    offer = {"id": "new.offer", "candidate_id": "new.candidate", "interview_id": "new.offer"}
    message = {"id": "new.message", "offer_id": "new.offer", "reference": "new.message"}
    of_offer = "offer_id = new.old_offer"
    first_day, look = {"onboarding_at": "old.onboarding_at + new.days"}, {"look_at": "old.look_at + new.days"}
    return [
        copying(Candidate, source, "id = new.old_candidate", {"id": "new.candidate"}),
        copying(Offer, source, "id = new.old_offer", {**offer, **first_day}),
        copying(Progress, source, of_offer, {"offer_id": "new.offer"}),
        copying(Message, source, of_offer, message),
        copying(Schedule, source, of_offer, {"offer_id": "new.offer", **look}),
    ]
