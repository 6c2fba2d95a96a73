"""Millions of old messages, as they look after they were delivered: copies of rows that the product itself wrote.

Besides messages there are, in proportion, people, offers, progress, page keys, tries, events and receipts. Keys are in
the order of time, and what is unique of a person or message is so in the copies too. Needs PostgreSQL 18 (uuidv7).
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from bench.progress import say
from candidates.fields import BlindIndexField
from candidates.models import Candidate, Offer, PageToken
from notifications.models import Attempt, Message, Receipt
from notifications.states import State
from tracking.models import Event, Kind, Progress, Stage

PER_OFFER = 5  # a notice and four more
DAYS = 730
CHUNK = 200_000  # messages
FILLED = (Candidate, Offer, Progress, PageToken, Message, Attempt, Event, Receipt)
TABLES = [model._meta.db_table for model in FILLED]

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
# How an index is dropped and made; of a unique constraint, the constraint itself.
INDEXES = """
SELECT CASE WHEN conname IS NULL THEN format('DROP INDEX %%s', indexrelid::regclass)
        ELSE format('ALTER TABLE %%s DROP CONSTRAINT %%I', indrelid::regclass, conname) END,
    CASE WHEN conname IS NULL THEN pg_get_indexdef(indexrelid)
        ELSE format('ALTER TABLE %%s ADD CONSTRAINT %%I ', indrelid::regclass, conname)
            || pg_get_constraintdef(con.oid) END
FROM pg_index LEFT JOIN pg_constraint AS con ON conindid = indexrelid AND contype = 'u'
WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary AND indpred IS NULL
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
    with transaction.atomic(), connection.cursor() as cursor:
        # Foreign keys hold by construction; looking each of them up would take longer than the rows.
        cursor.execute(
            "SET LOCAL session_replication_role = replica; SET LOCAL maintenance_work_mem = '256MB'"
        )
        _keep_patterns(cursor)
        indexes = _drop_indexes(cursor)
        for first in range(1, copies + 1, step):
            last = min(first + step - 1, copies)
            cursor.execute(MAPS)
            cursor.execute(PEOPLE, {"first": first, "last": last, "copies": copies, "days": DAYS})
            cursor.execute(MESSAGES, {"per_offer": PER_OFFER})
            for statement in copying():
                cursor.execute(statement)
            say(f"filled {last * patterns * PER_OFFER:,} of {total:,} old messages")
        for definition in indexes:
            cursor.execute(definition)
        say(f"built {len(indexes)} indexes")
    settle()


def _keep_patterns(cursor: CursorWrapper) -> None:
    """What is copied, apart from the growing tables, which would else be read whole for every chunk."""
    for table in TABLES:
        cursor.execute(f"CREATE TEMPORARY TABLE pattern_{table} ON COMMIT DROP AS TABLE {table}")
        cursor.execute(f"ANALYZE pattern_{table}")


def _drop_indexes(cursor: CursorWrapper) -> list[str]:
    """The definitions of what was dropped: building it at the end is quicker than keeping it up.

    Primary keys stay, and partial indexes, in which old messages do not stand.
    """
    cursor.execute(INDEXES, [TABLES])
    found = cursor.fetchall()
    for drop, _ in found:
        cursor.execute(drop)
    return [definition for _, definition in found]


def settle() -> None:
    """As autovacuum would leave the tables, and with nothing of the filling still to be written."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute("CHECKPOINT")


def copying() -> list[str]:
    """A statement for each table, in the order of what refers to what."""
    person = "bench_people AS new JOIN pattern_{table} AS old ON old.{key}"
    message = "bench_messages AS new JOIN pattern_{table} AS old ON old.{key}"
    own = {"id": "new.message", "offer_id": "new.offer"}
    part = {"id": "uuidv7(-new.age)", "message_id": "new.message", "offer_id": "new.offer"}
    unique = "encode(sha256(new.message::text::bytea), 'hex')"
    code = "CASE old.code_index WHEN '' THEN '' ELSE md5(new.message::text) END"
    offer = {"id": "new.offer", "candidate_id": "new.candidate", "interview_id": "new.offer"}
    return [
        _copy(Candidate, person, "id = new.old_candidate", {"id": "new.candidate"}),
        _copy(Offer, person, "id = new.old_offer", offer),
        _copy(Progress, person, "offer_id = new.old_offer", {"offer_id": "new.offer"}),
        _copy(
            PageToken, message, "offer_id = new.old_offer", {**part, "token_hash": unique, "code_index": code}
        ),
        _copy(
            Message, message, "id = new.old_message", {**own, "occurrence": "new.nth", "reference": unique}
        ),
        _copy(Attempt, message, "message_id = new.old_message", part),
        _copy(Event, message, "message_id = new.old_message", part),
        _copy(
            Receipt,
            message,
            "message_id = new.old_message",
            {**part, "key": "new.message", "reference": unique},
        ),
    ]


def _copy(model: type[models.Model], source: str, key: str, changes: Mapping[str, str]) -> str:
    fields = model._meta.concrete_fields
    names = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(changes.get(str(field.column)) or _value(field) for field in fields)
    table = model._meta.db_table
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM {source.format(table=table, key=key)}"  # noqa: S608  ours


def _value(field: models.Field[object, object]) -> str:
    """Everything of a copy lies as far back as the copy does."""
    if isinstance(field, models.DateTimeField):
        return f'old."{field.column}" - new.age'
    if isinstance(field, BlindIndexField):
        return f"CASE old.\"{field.column}\" WHEN '' THEN '' ELSE md5(old.\"{field.column}\" || new.candidate) END"
    return f'old."{field.column}"'


def size_gb() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return float(cursor.fetchone()[0] / 2**30)
