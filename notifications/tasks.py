"""Celery's doors to the engine. Arguments are names of channels, never a person's data."""

from celery import shared_task
from django.utils import timezone

from notifications import planner, send


@shared_task(name="notifications.tasks.send_due")
def send_due(channel: str) -> None:
    send.send_due(channel)


@shared_task(name="notifications.tasks.tick")
def tick() -> None:
    planner.tick(at=timezone.now())
