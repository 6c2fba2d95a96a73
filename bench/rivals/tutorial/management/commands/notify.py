from __future__ import annotations

import time
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from bench.rivals.common import HTML, SUBJECT, TEXT
from bench.rivals.tutorial.models import Notification
from bench.rivals.tutorial.tasks import send_notification

PATIENCE_SECONDS = 600


class Command(BaseCommand):
    help = "Signal COUNT candidates one by one; print the seconds from the first row to the last mail sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("count", type=int)

    def handle(self, *_args: object, count: int, **_options: object) -> None:
        Notification.objects.all().delete()
        started = time.perf_counter()
        for number in range(count):
            recipient = f"person{number}@example.com"
            row = Notification.objects.create(recipient=recipient, subject=SUBJECT, text=TEXT, html=HTML)
            send_notification.delay(row.pk)
        while Notification.objects.filter(status="pending").exists():
            if time.perf_counter() - started > PATIENCE_SECONDS:
                raise CommandError("Not all mails were sent.")
            time.sleep(0.02)
        self.stdout.write(str(time.perf_counter() - started))
