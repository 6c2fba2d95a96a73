"""A planner that works nothing out: offers locked and read, messages that lie ready written, the next look noted."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg2

BATCH = 500

DUE = """
SELECT schedule.offer_id, person.phone, person.email, person.wechat_openid, said.state, said.accepted_at,
    offer.onboarding_at, offer.state, progress.opened_at
FROM notifications_schedule AS schedule
    JOIN candidates_offer AS offer ON offer.id = schedule.offer_id
    JOIN tracking_progress AS progress ON progress.offer_id = offer.id
    JOIN candidates_candidate AS person ON person.id = offer.candidate_id
    LEFT JOIN notifications_message AS said ON said.offer_id = offer.id
WHERE schedule.look_at <= %(at)s ORDER BY schedule.look_at LIMIT %(limit)s
FOR NO KEY UPDATE OF schedule, offer, progress SKIP LOCKED
"""
LOOK_AGAIN = """
UPDATE notifications_schedule SET look_at = %(at)s + interval '10 minutes' WHERE offer_id = ANY(%(offers)s::uuid[])
"""


@dataclass
class PlainPlanner:
    """`rows`: messages as COPY reads them."""

    dsn: str
    rows: Sequence[str]
    connection: Any = field(init=False)

    def __post_init__(self) -> None:
        self.connection = psycopg2.connect(self.dsn)

    @staticmethod
    def lines(dsn: str, *, purpose: str) -> Sequence[str]:
        """The messages of a purpose as they stand in the outbox."""
        text = io.StringIO()
        with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
            query = cursor.mogrify(
                "SELECT * FROM notifications_message WHERE purpose = %s", [purpose]
            ).decode()
            cursor.copy_expert(f"COPY ({query}) TO STDOUT", text)
        return text.getvalue().splitlines(keepends=True)

    def seconds(self, at: datetime) -> float:
        """For all that are due, batch by batch, each in a transaction of its own."""
        started, done = time.perf_counter(), 0
        while found := self._look(at, done):
            done += found
        took = time.perf_counter() - started
        self.connection.close()
        return took

    def due(self, at: datetime) -> list[str]:
        """The keys of a batch, locked until the transaction ends."""
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(DUE, {"at": at, "limit": BATCH})
            return [row[0] for row in cursor.fetchall()]

    def _look(self, at: datetime, done: int) -> int:
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(DUE, {"at": at, "limit": BATCH})
            offers = [row[0] for row in cursor.fetchall()]
            if offers:
                ready = io.StringIO("".join(self.rows[done : done + len(offers)]))
                cursor.copy_expert("COPY notifications_message FROM STDIN", ready)
                cursor.execute(LOOK_AGAIN, {"at": at, "offers": offers})
            return len(offers)
