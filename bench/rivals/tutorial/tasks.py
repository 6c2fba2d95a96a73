"""The worker: `celery -A bench.rivals.tutorial.tasks worker`."""

from __future__ import annotations

import os

from celery import Celery
from django.apps import apps
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

app = Celery("tutorial", broker=os.environ["RIVAL_REDIS_URL"])
app.conf.update(task_ignore_result=True, task_default_queue="tutorial")


@app.task
def send_notification(pk: int) -> None:
    notification = apps.get_model("tutorial", "Notification").objects.get(pk=pk)
    mail = EmailMultiAlternatives(notification.subject, notification.text, to=[notification.recipient])
    mail.attach_alternative(notification.html, "text/html")
    mail.send()
    notification.status = "sent"
    notification.sent_at = timezone.now()
    notification.save()
