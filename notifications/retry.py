"""The retry clock of a message."""

import random

MAX_TRIES = 8
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 15.0, 3600.0


def retry_delay(tries: int, named: float | None) -> float:
    """Seconds until the next try: what the carrier named, else doubling with jitter, up to an hour."""
    if named is not None:
        return min(named, LONGEST_RETRY_SECONDS)
    longest = min(FIRST_RETRY_SECONDS * 2 ** max(tries - 1, 0), LONGEST_RETRY_SECONDS)
    return random.uniform(longest / 2, longest)  # noqa: S311  spreads load, guards nothing
