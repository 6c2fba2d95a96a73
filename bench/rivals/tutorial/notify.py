"""Signal so many candidates, one after the other, and wait for the last mail.

python -m bench.rivals.tutorial.notify COUNT    # prints the seconds from the first row to the last mail sent
"""

from __future__ import annotations

import sys
import time

import django
from django.apps import apps

from bench.rivals.common import HTML, SUBJECT, TEXT
from bench.rivals.tutorial.tasks import send_notification

PATIENCE_SECONDS = 600


def main(count: int) -> None:
    django.setup()
    notifications = apps.get_model("tutorial", "Notification").objects
    notifications.all().delete()
    started = time.perf_counter()
    for number in range(count):
        recipient = f"person{number}@example.com"
        row = notifications.create(recipient=recipient, subject=SUBJECT, text=TEXT, html=HTML)
        send_notification.delay(row.pk)
    while notifications.filter(status="pending").exists():
        if time.perf_counter() - started > PATIENCE_SECONDS:
            sys.exit("Not all mails were sent.")
        time.sleep(0.02)
    sys.stdout.write(f"{time.perf_counter() - started}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
