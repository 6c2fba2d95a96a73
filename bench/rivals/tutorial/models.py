from __future__ import annotations

from typing import ClassVar

from django.db import models


class Notification(models.Model):
    recipient = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    status = models.CharField(max_length=10, default="pending", db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Notification]] = models.Manager()

    class Meta:
        app_label = "tutorial"
