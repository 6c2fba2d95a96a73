from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from candidates.models import InterviewSource
from candidates.sources import new_secret


class Command(BaseCommand):
    help = "Enter an interview platform, which then signals to /api/v1/interview-results/SLUG."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the platform's name in the address")
        parser.add_argument("--name", required=True, help="the platform's name for people")
        parser.add_argument(
            "--threshold", default="60", help="a score from which a result without a verdict passes"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        source = InterviewSource(slug=options["slug"], name=options["name"], secret=new_secret())
        try:
            source.threshold = Decimal(options["threshold"])
        except InvalidOperation:
            raise CommandError("--threshold: this is not a number.") from None
        try:
            source.full_clean()
        except ValidationError as error:
            problems = "; ".join(f"{name}: {' '.join(words)}" for name, words in error.message_dict.items())
            raise CommandError(problems) from None
        source.save()
        self.stderr.write("The secret is shown this once only; it is kept encrypted:")
        self.stdout.write(source.secret)
