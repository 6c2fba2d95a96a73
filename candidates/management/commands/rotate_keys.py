from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from candidates.encryption import DecryptionError
from candidates.rotation import encrypted_models, rotate, stale


class Command(BaseCommand):
    help = (
        "Encrypt every personal value again with the first key of FIELD_KEYS. May be stopped and started again. "
        "Keep the old key in FIELD_KEYS until the codes sent under it have expired; see docs/operations.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--batch", type=int, default=500, help="rows that are rewritten in one transaction"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        for model in encrypted_models():
            label, left = model._meta.label, stale(model).count()
            done = 0
            try:
                for rows in rotate(model, batch=max(1, options["batch"])):
                    done += rows
                    self.stdout.write(f"{label}: {done} of {max(left, done)}")
            except DecryptionError as error:
                raise CommandError(
                    f"{error}. Put the key it was written with back into FIELD_KEYS."
                ) from None
            if not done:
                self.stdout.write(f"{label}: nothing to do")
        self.stdout.write("No encrypted column is left under an older key.")
