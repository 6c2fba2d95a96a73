"""Two planners and three workers, each in a process of its own, over the same reminders; and planners that are killed.

REMINDERS=20000 takes so many instead of 2,000.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from branches.models import Branch
from candidates.models import Candidate, InterviewSource, Offer, OfferState
from hrnotify.processes import CHECKOUT
from notifications.models import Attempt, Message, Purpose, ReminderRule, Schedule
from notifications.states import UNSENT, State
from tests.factories import published
from tests.house import database_url_of_tests
from tests.sandbox.running import Sandbox, eventually, start_sandbox
from tracking.models import Event, Progress

pytestmark = pytest.mark.django_db(transaction=True)

REMINDERS = int(os.environ.get("REMINDERS") or 2_000)
PLANNERS, WORKERS = 2, 3
# About as many different lines as a look that plans something goes through, at least.
LINES_OF_A_LOOK = 60
# A round of so many takes a second or two; patience is for a busy machine.
PATIENCE_SECONDS = max(60, REMINDERS / 50)


@pytest.fixture
def carrier() -> Iterator[Sandbox]:
    """Twilio as this run's settings know it; it reports nothing back."""
    account = {
        "TWILIO_ACCOUNT_SID": settings.TWILIO_ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": settings.TWILIO_AUTH_TOKEN,
    }
    sandbox = start_sandbox("--drop-receipts", "1", environment=account)
    yield sandbox
    sandbox.stop()


@pytest.fixture
def this_minute(bj_cbd: Branch) -> datetime:
    """When the reminders are due, by the branch's clocks."""
    return timezone.localtime(timezone=bj_cbd.zone).replace(second=0, microsecond=0)


def starters(branch: Branch, source: InterviewSource, count: int, *, at: datetime) -> None:
    """So many who confirmed long ago and start three days after `at`, when a rule has them reminded."""
    published(Purpose.THREE_DAYS)
    ReminderRule.objects.create(kind="three_days", anchor="first_day", amount=3, at=at.time())
    people = Candidate.objects.bulk_create(
        Candidate(name="王小明", phone=phone(number), category="campus") for number in range(count)
    )
    told = timezone.now() - timedelta(days=5)
    offers = Offer.objects.bulk_create(
        Offer(
            source=source,
            interview_id=f"AI-{number}",
            candidate=person,
            branch=branch,
            state=OfferState.CONFIRMED,
            onboarding_at=at + timedelta(days=3),
            answer_by=told + timedelta(days=3),
        )
        for number, person in enumerate(people)
    )
    Progress.objects.bulk_create(
        Progress(offer=offer, last_offered_at=told, opened_at=told) for offer in offers
    )
    Message.objects.bulk_create(_notice(offer, told) for offer in offers)
    Schedule.objects.bulk_create(Schedule(offer=offer, look_at=at) for offer in offers)


def phone(number: int) -> str:
    return f"+86139{number:07d}9"


def _notice(offer: Offer, told: datetime) -> Message:
    moments = dict.fromkeys(("created_at", "due_at", "first_sent_at", "accepted_at", "delivered_at"), told)
    return Message(
        offer=offer,
        purpose=Purpose.PASS_NOTICE,
        channel="sms",
        state=State.DELIVERED,
        provider="twilio",
        share_of_id=offer.branch_id,
        **moments,
    )


def reminders() -> int:
    return Message.objects.filter(purpose=Purpose.THREE_DAYS).count()


# --- Processes -----------------------------------------------------------------------------------
Process = subprocess.Popen[str]


@contextmanager
def process(*arguments: str, **variables: str) -> Iterator[Process]:
    """Loaded and waiting for the start."""
    environment = {**os.environ, "DATABASE_URL": database_url_of_tests(), **variables}
    command = [sys.executable, "-m", "tests.notifications.planning_processes", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdin=pipe, stdout=pipe, text=True
    ) as started:
        try:
            assert heard(started) == "ready"
            yield started
        finally:
            started.kill()


def heard(process: Process) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: Process, words: object) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{words}\n")
    process.stdin.flush()


def run_to_the_end(planners: Sequence[Process], workers: Sequence[Process]) -> Mapping[str, list[int]]:
    """What each of them planned and tried, once all of it has gone out."""
    for one in (*planners, *workers):
        tell(one, "go")
    planned = [int(heard(one)) for one in planners]
    unsent = Message.objects.filter(state__in=UNSENT)
    eventually(lambda: not unsent.exists(), within=PATIENCE_SECONDS)
    for one in workers:
        tell(one, "enough")
    return {"planned": planned, "tried": [int(heard(one)) for one in workers]}


def arrived(carrier: Sandbox) -> Counter[str]:
    """How many messages the carrier has for each number."""
    found: Counter[str] = Counter()
    newest, more = 0, True
    while more:
        page = carrier.get("/inbox.json", since=str(newest), limit="10000")
        found.update(message["to"] for message in page["messages"])
        newest, more = max([newest, *(message["seq"] for message in page["messages"])]), page["more"]
    return found


# --- At once --------------------------------------------------------------------------------------
@pytest.mark.timeout(60 + 2 * PATIENCE_SECONDS)
def test_two_planners_and_three_workers_at_once_remind_everybody_once(
    bj_cbd: Branch, source: InterviewSource, carrier: Sandbox, this_minute: datetime
) -> None:
    starters(bj_cbd, source, REMINDERS, at=this_minute)
    with ExitStack() as stack:
        planners = [stack.enter_context(process("plan", timezone.now().isoformat())) for _ in range(PLANNERS)]
        workers = [stack.enter_context(process("send", TWILIO_API_URL=carrier.url)) for _ in range(WORKERS)]
        counts = run_to_the_end(planners, workers)
    assert sum(counts["planned"]) == REMINDERS
    assert all(counts["planned"]), "one planner did it alone"
    assert sum(counts["tried"]) == Attempt.objects.count() == REMINDERS
    assert arrived(carrier) == Counter(map(phone, range(REMINDERS)))


# --- Killed ---------------------------------------------------------------------------------------
def everything() -> tuple[int, ...]:
    """How much is written of what a look may write."""
    return (reminders(), Event.objects.count(), Schedule.objects.filter(look_at__gt=timezone.now()).count())


def nobody_is_in_a_transaction() -> bool:
    """What was killed may hold its locks for a moment longer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND xact_start IS NOT NULL"
        )
        return not cursor.fetchone()[0]


def test_a_planner_killed_at_any_line_leaves_all_to_the_next_or_nothing(
    bj_cbd: Branch, source: InterviewSource, this_minute: datetime
) -> None:
    """Some are reminded and one, who has not answered, is handed to HR."""
    starters(bj_cbd, source, 3, at=this_minute)
    ReminderRule.objects.create(kind="hr_task", anchor="deadline", amount=12)
    silent = Offer.objects.order_by("pk").first()
    assert silent is not None
    Offer.objects.filter(pk=silent.pk).update(state=OfferState.OFFERED)
    Schedule.objects.update(look_at=timezone.now() - timedelta(minutes=1))
    nothing = everything()
    seen, line, ended = [nothing], 0, ""
    with process("die", timezone.now().isoformat()) as planners:
        while ended != "0":
            line += 1
            tell(planners, line)
            ended = heard(planners)
            eventually(nobody_is_in_a_transaction)
            seen += [everything()] if everything() != seen[-1] else []
    assert seen == [nothing, (2, 1, 3)]
    assert line > LINES_OF_A_LOOK
