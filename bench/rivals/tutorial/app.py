"""The worker: `celery -A bench.rivals.tutorial.app worker`."""

from __future__ import annotations

import os

from celery import Celery

app = Celery("tutorial", broker=os.environ["RIVAL_REDIS_URL"])
app.conf.update(task_ignore_result=True, task_default_queue="tutorial")
app.autodiscover_tasks(["bench.rivals.tutorial"])
