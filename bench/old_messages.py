"""Millions of old messages, as they look after they were delivered: copies of rows that the product itself wrote.

Besides messages there are, in proportion, people, offers, progress, page keys, tries, events and receipts. Keys are in
the order of time, and what is unique of a person or message is so in the copies too. Needs PostgreSQL 18 (uuidv7).
"""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from bench.copies import bare_tables, copying, tables_of
from bench.progress import say
from candidates.models import Candidate, Offer, PageToken
from notifications.models import Attempt, Message, Receipt
from notifications.states import State
from tracking.models import Event, Kind, Progress, Stage

PER_OFFER = 5  # a notice and four more
DAYS = 730
CHUNK = 200_000  # messages
FILLED = (Candidate, Offer, Progress, PageToken, Message, Attempt, Event, Receipt)
TABLES = tables_of(FILLED)

MAPS = """
CREATE TEMPORARY TABLE IF NOT EXISTS bench_people (
    age interval, old_offer uuid, old_candidate uuid, offer uuid, candidate uuid
) ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS bench_messages (
    age interval, old_message uuid, old_offer uuid, offer uuid, message uuid, nth int
) ON COMMIT DROP;
TRUNCATE bench_people, bench_messages;
"""
PEOPLE = """
INSERT INTO bench_people SELECT age, id, candidate_id, uuidv7(-age), uuidv7(-age)
FROM pattern_candidates_offer, generate_series(%(first)s, %(last)s) AS nth,
    LATERAL (SELECT interval '1 day' * (%(days)s * (%(copies)s - nth + 1.0) / %(copies)s) AS age) AS moment
ORDER BY nth, id
"""
MESSAGES = """
INSERT INTO bench_messages SELECT age, message.id, old_offer, person.offer, uuidv7(-age), nth
FROM bench_people AS person JOIN pattern_notifications_message AS message ON message.offer_id = person.old_offer,
    generate_series(1, %(per_offer)s) AS nth
"""


def deliver_accepted() -> None:
    """What carriers accepted, they now report as delivered."""
    messages = list(Message.objects.filter(state=State.ACCEPTED))
    now = timezone.now()
    Receipt.objects.bulk_create([_receipt(message) for message in messages], batch_size=1000)
    Event.objects.bulk_create(
        [message.event(Kind.DELIVERED, at=now, detail="", actor="carrier") for message in messages],
        batch_size=1000,
    )
    offers = [message.offer_id for message in messages]
    Progress.objects.filter(pk__in=offers).update(stage=Stage.DELIVERED, delivered_at=now, last_event_at=now)
    Message.objects.filter(state=State.ACCEPTED).update(state=State.DELIVERED, delivered_at=now)


def _receipt(message: Message) -> Receipt:
    return Receipt(
        provider=message.provider,
        key=f"{message.pk}:delivered",
        reference=message.reference,
        message=message,
        word="delivered",
        outcome=State.DELIVERED,
        raw=f"MessageSid={message.reference}&MessageStatus=delivered&AccountSid=AC1&ApiVersion=2010-04-01",
    )


def fill(*, total: int) -> None:
    """Copies of what is in the tables, until there are about `total` messages; the oldest first.

    All in one transaction: whoever breaks it off finds the tables and their indexes as they were.
    """
    patterns = Offer.objects.count()
    copies = max(1, (total - patterns) // (patterns * PER_OFFER))
    step = max(1, CHUNK // (patterns * PER_OFFER))
    with transaction.atomic(), connection.cursor() as cursor, bare_tables(cursor, TABLES):
        for first in range(1, copies + 1, step):
            last = min(first + step - 1, copies)
            cursor.execute(MAPS)
            cursor.execute(PEOPLE, {"first": first, "last": last, "copies": copies, "days": DAYS})
            cursor.execute(MESSAGES, {"per_offer": PER_OFFER})
            for statement in statements():
                cursor.execute(statement)
            say(f"filled {last * patterns * PER_OFFER:,} of {total:,} old messages")


def statements() -> list[str]:
    """A statement for each table, in the order of what refers to what."""
    person = "bench_people AS new JOIN pattern_{table} AS old ON old.{key}"
    message = "bench_messages AS new JOIN pattern_{table} AS old ON old.{key}"
    own = {"id": "new.message", "offer_id": "new.offer"}
    part = {"id": "uuidv7(-new.age)", "message_id": "new.message", "offer_id": "new.offer"}
    unique = "encode(sha256(new.message::text::bytea), 'hex')"
    code = "CASE old.code_index WHEN '' THEN '' ELSE md5(new.message::text) END"
    offer = {"id": "new.offer", "candidate_id": "new.candidate", "interview_id": "new.offer"}
    return [
        copying(Candidate, person, "id = new.old_candidate", {"id": "new.candidate"}),
        copying(Offer, person, "id = new.old_offer", offer),
        copying(Progress, person, "offer_id = new.old_offer", {"offer_id": "new.offer"}),
        copying(
            PageToken, message, "offer_id = new.old_offer", {**part, "token_hash": unique, "code_index": code}
        ),
        copying(
            Message, message, "id = new.old_message", {**own, "occurrence": "new.nth", "reference": unique}
        ),
        copying(Attempt, message, "message_id = new.old_message", part),
        copying(Event, message, "message_id = new.old_message", part),
        copying(
            Receipt,
            message,
            "message_id = new.old_message",
            {**part, "key": "new.message", "reference": unique},
        ),
    ]
