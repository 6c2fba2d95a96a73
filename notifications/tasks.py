"""Celery's doors to the engine. Arguments are names of channels, never a person's data."""

import time

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from notifications import planner, send

HEARTBEAT_KEY = "worker:heartbeat"
HEARTBEAT_SECONDS = 3600


@shared_task(name="notifications.tasks.send_due")
def send_due(channel: str) -> None:
    send.send_due(channel)


@shared_task(name="notifications.tasks.tick")
def tick() -> None:
    """The beat's round; that a worker has run it is its heartbeat."""
    planner.tick(at=timezone.now())
    cache.set(HEARTBEAT_KEY, time.time(), HEARTBEAT_SECONDS)
