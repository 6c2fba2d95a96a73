"""django-post_office: its settings, and so many mails queued and sent by its own command.

python -m bench.rivals.post_office COUNT    # prints the seconds from the command's start to the last mail sent
"""

from __future__ import annotations

import sys
import time
from importlib import import_module
from typing import Any

import django
from django.core.management import call_command

from bench.rivals.common import *  # noqa: F403  as settings of several files are written
from bench.rivals.common import HTML, PROCESSES, SUBJECT, TEXT

INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "post_office"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
EMAIL_BACKEND = "post_office.EmailBackend"
# What its documentation offers for speed: large batches, threads, and no log of what went well.
POST_OFFICE = {"BATCH_SIZE": 5000, "THREADS_PER_PROCESS": 10, "LOG_LEVEL": 1}


def queued(number: int) -> dict[str, str]:
    """Text and HTML as they go out: nothing is left to be rendered."""
    return {
        "recipients": f"person{number}@example.com",
        "sender": "HR <hr@bank.example>",
        "subject": SUBJECT,
        "message": TEXT,
        "html_message": HTML,
    }


def main(count: int) -> None:
    django.setup()
    # Not among the product's packages, so type checkers cannot know it.
    mail: Any = import_module("post_office.mail")
    models: Any = import_module("post_office.models")
    models.Email.objects.all().delete()
    mail.send_many([queued(number) for number in range(count)])
    started = time.perf_counter()
    call_command("send_queued_mail", processes=PROCESSES, log_level=1)
    seconds = time.perf_counter() - started
    sent = models.Email.objects.filter(status=models.STATUS.sent).count()
    if sent != count:
        sys.exit(f"Of {count} mails {sent} were sent.")
    sys.stdout.write(f"{seconds}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
