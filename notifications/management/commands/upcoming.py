from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from branches.models import Branch
from candidates.models import Channel, Offer
from notifications.management.moments import moment
from notifications.upcoming import DAYS, Upcoming, upcoming

MOST_DAYS = 366


class Command(BaseCommand):
    help = (
        "Print what goes out next for the candidates of a branch and those below it, if nothing else happens."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--branch", required=True, help="code of the branch, such as BJ-CBD")
        parser.add_argument(
            "--days", type=int, default=DAYS, help=f"how far to look ahead; {DAYS} when left out"
        )
        parser.add_argument("--at", type=moment, default=None, help="ISO 8601 with offset; now when left out")

    def handle(self, *_args: Any, **options: Any) -> None:
        branch = Branch.objects.filter(code=options["branch"]).first()
        if branch is None:
            raise CommandError(f"--branch: there is no branch with the code {options['branch']}.")
        if not 0 < options["days"] <= MOST_DAYS:
            raise CommandError(f"--days: a number from 1 to {MOST_DAYS}.")
        offers = Offer.objects.filter(branch__path__startswith=branch.path)
        coming = upcoming(offers, at=options["at"] or timezone.now(), days=options["days"])
        for entry in coming.entries:
            self.stdout.write(_line(entry))
        counts = f"({len(coming.entries)} to come; candidates looked at: {coming.offers})"
        self.stderr.write(f"{counts} {coming.told}".rstrip())


def _line(entry: Upcoming) -> str:
    """By the clock of the branch; the candidate by the interview's number, for a terminal keeps what it shows."""
    at = entry.at.astimezone(entry.offer.branch.zone)
    channels = " + ".join(str(Channel(one).label) for one in entry.channels) or "-"
    facts = (f"{at:%Y-%m-%d %H:%M}", entry.offer.branch.code, entry.offer.interview_id, entry.label, channels)
    return "  ".join([*facts, "; ".join(entry.why)])
