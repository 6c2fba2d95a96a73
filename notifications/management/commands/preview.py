from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from branches.categories import Category
from branches.models import Branch
from candidates.models import Channel, Language, Style
from notifications.catalogue import NoTemplate
from notifications.compose import sms_parts
from notifications.models import Purpose
from notifications.preview import preview, sample_offer


class Command(BaseCommand):
    help = "Print a message exactly as it would be sent to a sample candidate."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--branch", required=True, help="code of the branch, such as BJ-CBD")
        parser.add_argument("--purpose", required=True, choices=Purpose.values)
        parser.add_argument("--channel", required=True, choices=Channel.values)
        parser.add_argument("--category", default=Category.CAMPUS, choices=Category.values)
        parser.add_argument("--style", default=Style.CONCISE, choices=Style.values)
        parser.add_argument("--language", default=Language.CHINESE, choices=Language.values)

    def handle(self, *_args: Any, **options: Any) -> None:
        branch = Branch.objects.filter(code=options["branch"]).first()
        if branch is None:
            raise CommandError(f"--branch: there is no branch with the code {options['branch']}.")
        person = {name: options[name] for name in ("category", "style", "language")}
        offer = sample_offer(branch, **person)
        try:
            written = preview(offer, purpose=options["purpose"], channel=options["channel"])
        except NoTemplate as error:
            raise CommandError(f"{error}; run manage.py load_sample or publish a template.") from None
        if written.subject:
            self.stdout.write(f"{written.subject}\n\n", ending="")
        self.stdout.write(written.text)
        if options["channel"] == Channel.SMS:
            self.stderr.write(f"({len(written.text)} characters, {sms_parts(written.text)} SMS parts)")
