from collections import defaultdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from branches.models import Branch
from notifications.lint import explanation
from notifications.lint_cases import Measured, measure
from notifications.local_text import condition_notes, findings_by_branch


class Command(BaseCommand):
    help = "Print what branches state that contradicts the core, and conditions that overlap or leave gaps."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--cases", action="store_true", help="measure the lint on its written cases instead"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["cases"]:
            for measured in measure():
                self.stdout.write("\n".join(_told(measured)))
        else:
            self._branches()

    def _branches(self) -> None:
        branches = list(Branch.objects.all())
        lines: dict[str, list[str]] = defaultdict(list)
        for branch, findings in findings_by_branch(branches).items():
            lines[branch.code] += [
                f"  {one.key} ({one.language}): {explanation(one.finding)}" for one in findings
            ]
        for branch, notes in condition_notes(branches).items():
            lines[branch.code] += [f"  {note}" for note in notes]
        for code, said in lines.items():
            if said:
                self.stdout.write("\n".join([code, *said]))
        total = sum(map(len, lines.values()))
        self.stdout.write(f"{len(branches)} branches, {total} findings.")


def _told(measured: Measured) -> list[str]:
    found = measured.contradicting - len(measured.missed)
    return [
        f"{measured.name}: {measured.contradicting} contradicting, {measured.harmless} harmless",
        f"  recall {measured.recall:.1%} ({found} found)",
        f"  false alarms {measured.false_alarm_rate:.1%} ({len(measured.false_alarms)})",
        *(f"  missed {case.contradicts}: {case.text}" for case in measured.missed),
        *(f"  false alarm: {case.text}" for case in measured.false_alarms),
    ]
