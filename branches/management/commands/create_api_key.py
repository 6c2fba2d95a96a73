from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from branches.models import ApiKey, Branch


class Command(BaseCommand):
    help = "Issue a key with which a machine reads the offers of a branch and of those below it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="whose key it is, such as HRIS")
        parser.add_argument("--branch", required=True, help="code of the branch, such as BJ-CBD")

    def handle(self, *_args: Any, **options: Any) -> None:
        branch = Branch.objects.filter(code=options["branch"]).first()
        if branch is None:
            raise CommandError(f"--branch: there is no branch with the code {options['branch']}.")
        _, plain = ApiKey.objects.issue(name=options["name"], branch=branch)
        self.stderr.write("The key is shown this once only; only its hash is kept:")
        self.stdout.write(plain)
