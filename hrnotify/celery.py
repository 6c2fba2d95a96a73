"""Workers and the beat. Redis only wakes them; what is due stands in the database.

No task is ever given an ETA or a countdown: Redis' visibility timeout would turn them into duplicates.
"""

import gc
import os
from typing import Any

import structlog
from celery import Celery
from celery.signals import setup_logging, task_failure, worker_init
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hrnotify.settings")

from django.conf import settings
from django.core.management import call_command

log = structlog.get_logger(__name__)
app = Celery("hrnotify")
app.conf.update(
    broker_url=settings.REDIS_URL or "redis://missing.invalid",
    # A start waits for a broker that is late, and a running worker for one that went away, for ever.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "socket_connect_timeout": 1,
        "socket_timeout": 30,
        "socket_keepalive": True,
        # For whoever publishes; without it a request would wait six seconds for a broker that is away.
        "max_retries": 0,
    },
    # Whoever wakes a worker must not wait for a broker that is away: the sweep finds the rows.
    task_publish_retry=False,
    task_ignore_result=True,
    # Sessions kept between tasks; without this Celery opens one per task.
    CELERY_DB_REUSE_MAX=10_000,
    task_default_queue="tick",
    task_queues=[Queue("send"), Queue("tick")],
    task_routes={"notifications.tasks.send_due": {"queue": "send"}},
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    timezone="UTC",
    beat_schedule={
        "tick": {
            "task": "notifications.tasks.tick",
            "schedule": settings.SWEEP_SECONDS,
            # An old wake-up is worth nothing: the next beat does the same work.
            "options": {"expires": settings.SWEEP_SECONDS * 2},
        },
    },
)
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery would replace the handlers; Django's LOGGING has already set them up."""


@worker_init.connect
def stop_on_misconfiguration(**_: Any) -> None:
    call_command("check")


@worker_init.connect
def keep_the_loaded_apart(**_: Any) -> None:
    """What is loaded by now stays for good: the collector of cycles need not go through it again and again.

    Run before the worker forks, so its processes go on sharing that memory (see `gc.freeze`).
    """
    gc.collect()
    gc.freeze()


@task_failure.connect
def log_failure(sender: Any, exception: BaseException, **_: Any) -> None:
    """Celery's own line would repeat the exception's text, which may hold a person's data."""
    log.error("task_failed", task=sender.name, exc_info=exception)
