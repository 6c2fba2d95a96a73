"""Exact counts per channel, also of messages that have left the inbox."""

from collections import Counter

CHANNELS = ("sms", "email", "wechat", "push")

COUNTED = (
    "requests",  # API calls or mail transactions, whatever came of them
    "kept",  # messages accepted, one per recipient
    "refused",  # answered with an error of the carrier's own
    "faulted",  # answered with an error because of fail_rate
    "unanswered",  # kept, but left without an answer (timeout_after_accept)
    "receipts_sent",  # answered as the carrier expects
    "receipts_retried",
    "receipts_failed",  # given up after the last try
    "receipts_dropped",  # never sent because of drop_receipts
    "receipts_pending",
)
EXTRA = {
    "sms": ("repeats",),
    "email": ("connections",),
    "wechat": ("token_calls", "token_calls_forced", "repeats"),
    "push": ("repeats",),
}


class Counts:
    def __init__(self) -> None:
        self._channels = {
            channel: Counter(dict.fromkeys((*COUNTED, *EXTRA.get(channel, ())), 0)) for channel in CHANNELS
        }

    def add(self, channel: str, what: str, by: int = 1) -> None:
        self._channels[channel][what] += by

    def as_dict(self) -> dict[str, dict[str, int]]:
        return {channel: dict(counter) for channel, counter in self._channels.items()}
