"""An outbox without Django: claim, send and finish in plain SQL, on a copy of the product's own table and rows.

It composes nothing, keeps no events, and looks at nobody's wishes: the least that claim + send + finish can cost.
Jobs for `bench.crew`.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg2

from bench.bare import MAIL, Mails, Posts

BATCH = 64
TEXT = MAIL[:600]

CLAIM = """
UPDATE bench_outbox SET state = 'sending', lease = %(lease)s, lease_until = now() + interval '2 minutes',
    tries = tries + 1, text = %(text)s, first_sent_at = now()
WHERE id IN (
    SELECT id FROM bench_outbox WHERE state IN ('planned', 'uncertain') AND channel = %(channel)s AND due_at <= now()
    ORDER BY priority, due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
) RETURNING id
"""
FINISH = """
UPDATE bench_outbox SET state = 'accepted', accepted_at = now(), reference = done.reference, lease_until = NULL
FROM unnest(%(ids)s::uuid[], %(references)s::text[]) AS done (id, reference)
WHERE bench_outbox.id = done.id AND lease = %(lease)s
"""


def copy_of_outbox(dsn: str) -> None:
    """The product's messages as they are planned just now, in a table of their own with the same indexes."""
    with closing(psycopg2.connect(dsn)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_outbox")
        cursor.execute(
            "CREATE TABLE bench_outbox (LIKE notifications_message INCLUDING DEFAULTS INCLUDING INDEXES)"
        )
        cursor.execute("INSERT INTO bench_outbox SELECT * FROM notifications_message")


@dataclass
class Claims:
    """Batches claimed and given back finished, with nothing sent."""

    dsn: str
    channel: str
    connection: Any = field(init=False)

    def open(self) -> None:
        self.connection = psycopg2.connect(self.dsn)

    def run(self, count: int) -> None:
        while count:
            lease, ids = self.claim(limit=min(BATCH, count))
            self.finish(lease, ids)
            count -= len(ids)

    def claim(self, *, limit: int) -> tuple[str, list[str]]:
        lease = str(uuid4())
        facts = {"lease": lease, "text": TEXT, "channel": self.channel, "limit": limit}
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(CLAIM, facts)
            ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            raise LookupError("fewer rows are due than were to be claimed")
        return lease, ids

    def finish(self, lease: str, ids: list[str]) -> None:
        facts = {"lease": lease, "ids": ids, "references": [f"SM{uuid4().hex}" for _ in ids]}
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(FINISH, facts)


@dataclass
class ClaimSendFinish(Claims):
    """While requests of one batch are answered the next one is claimed, as many at once as `carrier` has threads."""

    carrier: Posts | Mails = field(kw_only=True)

    def open(self) -> None:
        super().open()
        self.carrier.open()

    def run(self, count: int) -> None:
        under_way: deque[tuple[str, list[str], list[Future[None]]]] = deque()
        while count or under_way:
            if count and sum(len(ids) for _, ids, _ in under_way) < self.carrier.threads:
                lease, ids = self.claim(limit=min(BATCH, count))
                under_way.append(
                    (lease, ids, [self.carrier.crew.submit(self.carrier.send, one) for one in ids])
                )
                count -= len(ids)
            else:
                self.land(*under_way.popleft())

    def land(self, lease: str, ids: list[str], requests: list[Future[None]]) -> None:
        for request in requests:
            request.result()
        self.finish(lease, ids)
