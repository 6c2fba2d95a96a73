from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from notifications.management.moments import moment
from notifications.planner import tick


class Command(BaseCommand):
    help = "Run the planner once: plan what is due, return lost messages to the queue, wake workers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", type=moment, default=None, help="ISO 8601 with offset; now when left out")

    def handle(self, *_args: Any, **options: Any) -> None:
        counts = tick(at=options["at"] or timezone.now())
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in counts.items()))
