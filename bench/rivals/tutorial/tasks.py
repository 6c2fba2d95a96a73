from __future__ import annotations

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from bench.rivals.tutorial.app import app
from bench.rivals.tutorial.models import Notification


@app.task
def send_notification(pk: int) -> None:
    notification = Notification.objects.get(pk=pk)
    mail = EmailMultiAlternatives(notification.subject, notification.text, to=[notification.recipient])
    mail.attach_alternative(notification.html, "text/html")
    mail.send()
    notification.status = "sent"
    notification.sent_at = timezone.now()
    notification.save()
