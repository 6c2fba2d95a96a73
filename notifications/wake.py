"""Tell a worker that something is due. Only a hint: the rows are found by the sweep as well."""

from functools import partial

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def wake_on_commit(channel: str) -> None:
    transaction.on_commit(partial(wake, channel))


def wake(channel: str) -> None:
    """A broker that is away must not fail what has just been committed."""
    try:
        current_app.send_task("notifications.tasks.send_due", args=[channel])
    except (OperationalError, OSError) as error:
        log.warning("wake_failed", channel=channel, error=type(error).__name__)
