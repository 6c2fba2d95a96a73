"""The outbox from a terminal: see what waits, hold a channel back, say again what reached nobody."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections import Counter
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from redis.exceptions import RedisError

from candidates.models import Channel
from notifications.backlog import DAYS, Backlog, backlogs, failed_lately
from notifications.channels import breaker, carriers_of, carriers_set_up
from notifications.management.moments import moment
from notifications.models import ChannelPause, DeadLetter
from notifications.pauses import AlreadyPaused, pause, pauses, resume
from notifications.repetition import NotRepeated, WhyNot, say_again

COLUMNS = (
    "channel",
    "planned",
    "due",
    "oldest due",
    "being sent",
    "uncertain",
    f"failed in {DAYS} days",
    "now",
)
LONGEST_REASON = 200
WHY_NOT = {
    WhyNot.NOT_DEAD: "reached, under way or repeated meanwhile",
    WhyNot.UNWANTED: "no longer needed",
    WhyNot.NO_CHANNEL: "no channel reaches the person now",
    WhyNot.MAY_BE_OUT: "the carrier may have it already (--also-uncertain repeats it all the same)",
}


class Command(BaseCommand):
    help = "Print what waits on each channel; pause or resume one; repeat what failed and reached nobody."

    def add_arguments(self, parser: CommandParser) -> None:
        todo = parser.add_subparsers(dest="todo", title="steering", metavar="pause | resume | retry")
        held = todo.add_parser("pause", help="claim nothing more on a channel; what is in flight finishes")
        held.add_argument("channel", choices=Channel.values)
        held.add_argument("--reason", required=True, type=_reason, help="for colleagues; nobody's data")
        freed = todo.add_parser("resume", help="let a channel go on")
        freed.add_argument("channel", choices=Channel.values)
        again = todo.add_parser("retry", help="plan once more what failed and reached nobody")
        again.add_argument("--channel", required=True, choices=Channel.values)
        again.add_argument(
            "--since", required=True, type=_past, help="planned since then: ISO 8601 with offset"
        )
        again.add_argument("--code", help="only what failed with this error code, such as 30003")
        again.add_argument(
            "--also-uncertain",
            action="store_true",
            help="also what the carrier may have already; the person may get it twice",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        match options["todo"]:
            case "pause":
                self._pause(options["channel"], options["reason"])
            case "resume":
                self._resume(options["channel"])
            case "retry":
                self._retry(
                    **{name: options[name] for name in ("channel", "since", "code", "also_uncertain")}
                )
            case _:
                self._show()

    def _pause(self, channel: str, reason: str) -> None:
        try:
            pause(channel=channel, by=None, reason=reason)
        except AlreadyPaused as known:
            raise CommandError(f"{channel} is {_paused_words(known.pause)}.") from None
        self.stdout.write(f"{channel} is paused; what is planned waits.")

    def _resume(self, channel: str) -> None:
        if not resume(channel=channel):
            raise CommandError(f"{channel} is not paused.")
        self.stdout.write(f"{channel} goes on.")

    def _retry(self, *, channel: str, since: datetime, code: str | None, also_uncertain: bool) -> None:
        dead = DeadLetter.objects.filter(channel=channel, created_at__gte=since)
        dead = dead.filter(error_code=code) if code else dead
        count, left = 0, Counter[WhyNot]()
        for message_id in dead.order_by("created_at", "pk").values_list("pk", flat=True):
            try:
                say_again(message_id, by=None, also_uncertain=also_uncertain)
                count += 1
            except NotRepeated as refused:
                left[refused.why] += 1
        self.stdout.write(f"{count} planned again.")
        for why, number in left.items():
            self.stdout.write(f"{number} left: {WHY_NOT[why]}.")

    def _show(self) -> None:
        now = timezone.now()
        paused, failed, resting = pauses(), failed_lately(at=now), _resting()
        rows = [
            _row(channel, waiting, failed.get(channel, 0), _state(channel, paused.get(channel), resting), now)
            for channel, waiting in backlogs(at=now).items()
        ]
        widths = [max(map(len, column)) for column in zip(COLUMNS, *rows, strict=True)]
        for row in (COLUMNS, *rows):
            self.stdout.write("  ".join(map(str.ljust, row, widths)).rstrip())


def _row(channel: str, waiting: Backlog, failed: int, state: str, now: datetime) -> tuple[str, ...]:
    age = _age(waiting.oldest_due, now)
    counts = (waiting.planned, waiting.due, age, waiting.sending, waiting.uncertain, failed)
    return (channel, *map(str, counts), state)


def _age(moment: datetime | None, now: datetime) -> str:
    """In whole seconds, minutes or hours, whatever is the largest that says something."""
    if moment is None:
        return "-"
    seconds = int((now - moment).total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


def _state(channel: str, paused: ChannelPause | None, resting: set[str] | None) -> str:
    if paused:
        return _paused_words(paused)
    set_up = [carrier.name for carrier in carriers_set_up(channel)]
    if not set_up:
        return "off: no carrier is set up"
    if resting is None:
        return "on; which carriers rest is unknown without Redis"
    at_rest = [name for name in set_up if name in resting]
    return f"on; resting: {', '.join(at_rest)}" if at_rest else "on"


def _resting() -> set[str] | None:
    try:
        return breaker.resting([carrier.name for name in Channel.values for carrier in carriers_of(name)])
    except (RedisError, OSError):
        return None


def _paused_words(paused: ChannelPause) -> str:
    since = timezone.localtime(paused.since).isoformat(timespec="seconds")
    return f"paused since {since} by {paused.account}: {paused.reason}"


def _reason(text: str) -> str:
    reason = text.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise ArgumentTypeError(f"say why, in 1 to {LONGEST_REASON} characters")
    return reason


def _past(text: str) -> datetime:
    read = moment(text)
    if read > timezone.now():
        raise ArgumentTypeError("lies in the future")
    return read
