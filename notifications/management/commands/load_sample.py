from typing import Any

import environ
from django.core.management.base import BaseCommand

from notifications.sample.load import PEOPLE, SOURCE_SLUG, load_sample


class Command(BaseCommand):
    help = "Load the sample bank: branches, templates, users, one interview source. Harmless when repeated."

    def handle(self, *_args: Any, **_options: Any) -> None:
        env = environ.Env()
        loaded = load_sample(
            password=env.str("SAMPLE_PASSWORD", default=""),
            source_secret=env.str("SAMPLE_SOURCE_SECRET", default=""),
        )
        for username, code, role, _ in PEOPLE:
            password = loaded.passwords.get(username, "(unchanged)")
            self.stdout.write(f"{username:<8} {role.label:<10} {code:<8} password: {password}")
        self.stdout.write(f"source {SOURCE_SLUG}, secret: {loaded.source_secret or '(unchanged)'}")
