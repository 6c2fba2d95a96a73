"""Due notices of made-up people, and empty tables before them."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from branches.models import Branch
from candidates.models import Candidate, Channel, InterviewSource, Offer, Style
from notifications.models import Message, Purpose
from tracking.models import Event, Progress

BRANCH = "BJ-CBD"


def empty_tables() -> None:
    """Everything that hangs on a person or an offer; the bank itself stays."""
    tables = ", ".join(model._meta.db_table for model in (Message, Event, Progress, Offer, Candidate))
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} CASCADE")


def plan(channel: Channel, *, count: int, first: int = 0) -> None:
    """So many due notices, each of another person; `first` is the number of the first one, 0 in empty tables."""
    now, numbers = timezone.now(), range(first, first + count)
    branch, source = Branch.objects.get(code=BRANCH), InterviewSource.objects.all()[0]
    people = Candidate.objects.bulk_create([_person(number) for number in numbers], batch_size=1000)
    offers = Offer.objects.bulk_create(
        [
            Offer(
                source=source,
                interview_id=f"AI-{number}",
                candidate=person,
                branch=branch,
                position_title="综合柜员",
                onboarding_at=now + timedelta(days=14),
                answer_by=now + timedelta(days=3),
            )
            for number, person in zip(numbers, people, strict=True)
        ],
        batch_size=1000,
    )
    Progress.objects.bulk_create([Progress(offer=offer) for offer in offers], batch_size=1000)
    Message.objects.bulk_create([_notice(offer, channel) for offer in offers], batch_size=1000)
    if not first:
        _know_the_tables()


def _person(number: int) -> Candidate:
    return Candidate(
        name="王小明",
        phone=f"+86138{number:08d}",
        email=f"person{number}@example.com",
        wechat_openid=f"openid{number}",
        category="campus",
        style=Style.DETAILED,
    )


def _notice(offer: Offer, channel: Channel) -> Message:
    return Message(
        offer=offer,
        purpose=Purpose.PASS_NOTICE,
        channel=channel,
        due_at=timezone.now(),
        share_of_id=offer.branch_id,
    )


def _know_the_tables() -> None:
    """So that no run is planned by PostgreSQL as if the tables were empty, or interrupted by its own analysing."""
    with connection.cursor() as cursor:
        for model in (Message, Offer, Candidate, Progress):
            cursor.execute(f"ANALYZE {model._meta.db_table}")
