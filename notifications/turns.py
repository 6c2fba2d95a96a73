"""Whose message goes next: the most urgent first, and among equals each branch in turn.

A branch that has ten thousand notices waiting delays another branch's one notice by a message, not by ten thousand.
"""

from __future__ import annotations

from datetime import datetime

from branches.models import Branch
from notifications.models import ChannelPause, Message
from notifications.states import State

# Several workers look at the same rows at the same time, and each skips what another has locked.
CANDIDATES_EACH = 8

MESSAGE, BRANCH, PAUSE = (model._meta.db_table for model in (Message, Branch, ChannelPause))
# The states stand in the text, as the index on what is due holds only rows in these.
DUE = f"""
    channel = %(channel)s AND share_of_id = share AND message.priority = waiting.priority AND due_at <= %(at)s
    AND state IN ('{State.PLANNED}', '{State.UNCERTAIN}')
    AND CASE state WHEN '{State.UNCERTAIN}' THEN provider = %(carrier)s
        ELSE NOT %(carrier)s = ANY (unfit_carriers) AND (%(takes_new)s OR unfit_carriers <> '{{}}') END
"""
# For each branch and urgency its oldest messages are numbered, and the numbers are gone through together.
NEXT = f"""
WITH sharing AS MATERIALIZED (
    SELECT share, waiting.priority, count(*) OVER (PARTITION BY waiting.priority) AS sharers
    FROM (SELECT id AS share, unnest(%(priorities)s) AS priority FROM {BRANCH}) AS waiting
    WHERE EXISTS (SELECT 1 FROM {MESSAGE} AS message WHERE {DUE})
      AND NOT EXISTS (SELECT 1 FROM {PAUSE} WHERE channel = %(channel)s)
), turns AS MATERIALIZED (
    SELECT own.id, waiting.priority, own.turn, own.due_at FROM sharing AS waiting CROSS JOIN LATERAL (
        SELECT id, due_at, row_number() OVER (ORDER BY due_at) AS turn FROM (
            SELECT id, due_at FROM {MESSAGE} AS message WHERE {DUE}
            ORDER BY due_at LIMIT %(candidates)s / waiting.sharers + 1
        ) AS oldest
    ) AS own
    ORDER BY waiting.priority, own.turn, own.due_at LIMIT %(candidates)s
)
SELECT message.* FROM turns AS waiting JOIN {MESSAGE} AS message USING (id)
WHERE state IN ('{State.PLANNED}', '{State.UNCERTAIN}') AND message.due_at <= %(at)s
ORDER BY waiting.priority, waiting.turn, waiting.due_at LIMIT %(limit)s
FOR NO KEY UPDATE OF message SKIP LOCKED
"""  # noqa: S608  names of tables and states only


def lock_next(*, channel: str, carrier: str, takes_new: bool, at: datetime, limit: int) -> list[Message]:
    """At most `limit` due messages for this carrier, in turn, locked; nothing while the channel is paused.

    Always what this carrier alone can settle, since it may have it already, and what those before it could not
    carry; with `takes_new` also what no carrier has had.
    """
    values = {
        "channel": channel,
        "carrier": carrier,
        "takes_new": takes_new,
        "at": at,
        "limit": limit,
        "candidates": limit * CANDIDATES_EACH,
        "priorities": sorted(Message.Priority.values),
    }
    return list(Message.objects.raw(NEXT, values))
