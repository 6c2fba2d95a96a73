from argparse import ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from notifications.planner import tick


class Command(BaseCommand):
    help = "Run the planner once: return lost messages to the queue, wake workers for what is due."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--at", type=_moment, default=None, help="ISO 8601 with offset; now when left out"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        counts = tick(at=options["at"] or timezone.now())
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in counts.items()))


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment):
        raise ArgumentTypeError("needs ISO 8601 with an offset, such as 2026-12-04T09:00:00+08:00")
    return moment
