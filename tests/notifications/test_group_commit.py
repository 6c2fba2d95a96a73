"""What is taken together fails apart."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError

from notifications.group_commit import GroupCommit

SECONDS = 10


@pytest.mark.parametrize(
    "refusal", [ValueError("holds a NUL"), KeyError("a mistake of ours"), DatabaseError("no")]
)
def test_a_piece_that_cannot_be_taken_fails_alone(refusal: Exception) -> None:
    has_begun, may_end = threading.Event(), threading.Event()

    def take_all(pieces: Sequence[str]) -> Sequence[str]:
        if "first" in pieces:
            has_begun.set()
            may_end.wait(SECONDS)
        if any("\0" in piece for piece in pieces):
            raise refusal
        return pieces

    group = GroupCommit(take_all)
    with ThreadPoolExecutor(3) as threads:
        threads.submit(group.take, "first")
        has_begun.wait(SECONDS)
        good, bad = threads.submit(group.take, "good"), threads.submit(group.take, "bad\0")
        while len(group.waiting) < 2:
            threading.Event().wait(0.01)
        may_end.set()
        assert good.result(SECONDS) == "good"
        with pytest.raises(type(refusal)):
            bad.result(SECONDS)
