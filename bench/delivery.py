"""Messages out: from due rows to accepted ones, by real workers, at carriers that cost next to nothing."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import urllib3
from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench.figures import Figure
from branches.models import Branch
from candidates.models import Candidate, Channel, InterviewSource, Offer, Style
from hrnotify.celery import app
from hrnotify.processes import CHECKOUT, any_free_port
from hrnotify.stack import worker_answers, worker_command
from notifications.models import Message, Purpose
from notifications.states import State
from notifications.wake import wake
from tracking.models import Event, Progress

RUNS, MESSAGES, PROCESSES = 3, 3000, 2
AIMS = {
    (Channel.SMS, 0): "≥ 2,500/s",
    (Channel.WECHAT, 0): "≥ 2,500/s",
    (Channel.EMAIL, 0): "≥ 1,200/s",
    (Channel.SMS, 200): "≥ 1,000/s",
    (Channel.WECHAT, 200): "≥ 1,000/s",
}


@dataclass(frozen=True)
class Sink:
    http: int
    smtp: int


def figures() -> Iterator[Figure]:
    for latency_ms in (0, 200):
        with sink(latency_ms) as carrier:
            floor = bare_requests(carrier.http)
            with workers(carrier):
                for channel in (Channel.SMS, Channel.WECHAT, Channel.EMAIL):
                    if aim := AIMS.get((channel, latency_ms)):
                        yield Figure(
                            f"{channel.label} out, carrier answers after {latency_ms} ms",
                            statistics.median(_rate(channel) for _ in range(RUNS)),
                            "/s",
                            aim,
                            floor,
                            "floor: bare urllib3 posts from one process over kept connections",
                        )


@contextmanager
def sink(latency_ms: int) -> Iterator[Sink]:
    carrier = Sink(any_free_port(), any_free_port())
    command = [sys.executable, "-m", "bench.sink", str(carrier.http), str(carrier.smtp), str(latency_ms)]
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE)
    try:
        if process.stdout:
            process.stdout.readline()
        yield carrier
    finally:
        process.terminate()
        process.wait()


@contextmanager
def workers(carrier: Sink) -> Iterator[None]:
    """A Celery worker as it runs in earnest, whose carriers are the sink."""
    http = f"http://127.0.0.1:{carrier.http}"
    accounts = {
        "TWILIO_ACCOUNT_SID": "AC1",
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_FROM": "+15005550006",
        "TWILIO_API_URL": http,
        "WECHAT_APP_ID": "wx1",
        "WECHAT_APP_SECRET": "secret",
        "WECHAT_TOKEN": "token",
        "WECHAT_API_URL": http,
        "EMAIL_URL": f"smtp://127.0.0.1:{carrier.smtp}",
        "DEFAULT_FROM_EMAIL": "HR <hr@bank.example>",
    }
    name = f"bench@{carrier.http}"
    command = worker_command(name=name, processes=PROCESSES)
    process = subprocess.Popen(command, cwd=CHECKOUT, env={**os.environ, **accounts})
    try:
        while not worker_answers(name=name, broker=settings.REDIS_URL):
            time.sleep(0.2)
        app.set_current()  # asking whether the worker answers made another one
        yield
    finally:
        process.terminate()
        process.wait()


def bare_requests(port: int) -> float:
    """Posts a second from one process with as many threads as a worker has, and nothing around them."""
    pool = urllib3.PoolManager(maxsize=settings.IN_FLIGHT, retries=False)
    url, body = f"http://127.0.0.1:{port}/x", b"x" * 400

    def post(_number: int) -> None:
        pool.request("POST", url, body=body)

    with ThreadPoolExecutor(settings.IN_FLIGHT) as threads:
        list(threads.map(post, range(500)))
        started = time.perf_counter()
        list(threads.map(post, range(MESSAGES)))
        return MESSAGES / (time.perf_counter() - started)


def _rate(channel: Channel) -> float:
    """Messages a second from the wake-up to the last accepted one."""
    plan(channel)
    started = time.perf_counter()
    for _ in range(PROCESSES):
        wake(channel)
    done = Message.objects.filter(channel=channel, state=State.ACCEPTED)
    while done.count() < MESSAGES:
        time.sleep(0.02)
    return MESSAGES / (time.perf_counter() - started)


def plan(channel: Channel) -> None:
    """So many due notices of as many people, and nothing else in the tables."""
    _empty_tables()
    branch, source = Branch.objects.get(code="BJ-CBD"), InterviewSource.objects.all()[0]
    now = timezone.now()
    people = Candidate.objects.bulk_create(
        Candidate(
            name="王小明",
            phone=f"+8613800{number:06d}",
            email=f"person{number}@example.com",
            wechat_openid=f"openid{number}",
            category="campus",
            style=Style.DETAILED,
        )
        for number in range(MESSAGES)
    )
    offers = Offer.objects.bulk_create(
        Offer(
            source=source,
            interview_id=f"AI-{number}",
            candidate=person,
            branch=branch,
            position_title="综合柜员",
            onboarding_at=now + timedelta(days=14),
            answer_by=now + timedelta(days=3),
        )
        for number, person in enumerate(people)
    )
    Progress.objects.bulk_create(Progress(offer=offer) for offer in offers)
    Message.objects.bulk_create(
        Message(
            offer=offer, purpose=Purpose.PASS_NOTICE, channel=channel, due_at=now, share_of_id=offer.branch_id
        )
        for offer in offers
    )


def _empty_tables() -> None:
    tables = ", ".join(model._meta.db_table for model in (Message, Event, Progress, Offer, Candidate))
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} CASCADE")
