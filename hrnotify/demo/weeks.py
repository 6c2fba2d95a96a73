"""`make demo STORY=weeks`: three weeks around a first day, in less than a minute.

The clock of this process is moved from one moment at which something happens to the next. All else is as it always is:
the database, the planner, the outbox, results over the API, carriers and their receipts over the wire, and people who
open their messages and answer on the page. A database and a broker of its own are emptied at the start.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import time_machine
import urllib3
from django.conf import settings
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db.models import Min
from django.utils import translation

from branches.models import Branch, Calendar
from candidates.models import Channel, Offer
from hrnotify.celery import app
from hrnotify.demo import registrations
from hrnotify.demo.clocked import MOVED
from hrnotify.demo.story import post, result_address
from hrnotify.demo.weeks_cast import BEIJING, LONDON, TOLD, WEEKS, Person, cast, moment
from hrnotify.demo.weeks_timeline import problems, told
from hrnotify.processes import wait_until
from hrnotify.serve import say
from hrnotify.stack import StackError
from notifications import planner
from notifications.channels import open_channels
from notifications.models import LocalValue, Message, Schedule
from notifications.send import send_due
from notifications.states import State

RECEIPT_SECONDS = 10.0
RECEIPT_DELAY_MS = 5
DAY = timedelta(days=1)
# More rounds in one moment mean that something asks for itself again and again.
MOST_ROUNDS = 50
http = urllib3.PoolManager()
Happening = tuple[datetime, Callable[[], object]]


def play(*, port: int, sandbox_port: int) -> bool:
    """Whether it all came out as it is written. Django is set up for a database of its own."""
    app.set_current()
    people = cast()
    with ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox(sandbox_port))
        # The texts are published, too, before anybody is told.
        traveller = stack.enter_context(time_machine.travel(_start() - DAY, tick=False))
        _fill()
        registrations.tell(sandbox=sandbox.url)
        stack.enter_context(_web(port))
        Weeks(people, sandbox, traveller).run()
    with translation.override(settings.LANGUAGE_CODE):
        say(told(people))
        found = problems(people)
    for problem in found:
        say(f"NOT AS IT SHOULD BE: {problem}")
    return not found


def _fill() -> None:
    """The sample bank and, besides, a branch by other clocks."""
    call_command("migrate", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        call_command("load_sample", stdout=nowhere)
    model = Branch.objects.get(code="BJ-CBD")
    facts = {
        name: getattr(model, name) for name in ("address", "address_en", "phone", "contact", "contact_en")
    }
    names = {"name": "伦敦分行", "name_en": "London Branch", "city": "伦敦", "city_en": "London"}
    clocks = {"time_zone": str(LONDON), "calendar": Calendar.WEEKDAYS}
    branch = Branch.objects.add_child(
        Branch.objects.get(code="HQ"), {"code": "LON", **names, **facts, **clocks}
    )
    for value in LocalValue.objects.filter(branch=model):
        LocalValue.objects.create(
            branch=branch, field=value.field, value=value.value, value_en=value.value_en
        )


def _start() -> datetime:
    return moment(TOLD, zone=BEIJING)


# --- Processes and servers ------------------------------------------------------------------------
class Sandbox:
    """The carriers' stand-in, a process of its own; receipts are stamped by its clock, so that moves along."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        module = ["sandbox", "--receipt-delay-ms", str(RECEIPT_DELAY_MS)]
        command = [sys.executable, "-m", "hrnotify.demo.clocked", *module]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)

    def __enter__(self) -> Sandbox:
        self._say(_start() - DAY)
        if not self._hear().startswith("sandbox ready"):
            raise StackError("The sandbox does not start; its own words stand above.")
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.communicate()

    def move_to(self, now: datetime) -> None:
        self._say(now)
        if self._hear() != MOVED:
            raise StackError("The sandbox has stopped; its own words stand above.")

    def _say(self, now: datetime) -> None:
        if self.process.stdin:
            self.process.stdin.write(f"{now.isoformat()}\n")
            self.process.stdin.flush()

    def _hear(self) -> str:
        return self.process.stdout.readline().strip() if self.process.stdout else ""

    def read(self, page: str) -> Any:
        return http.request("GET", f"{self.url}/{page}.json").json()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """The story tells what happened."""


@contextmanager
def _web(port: int) -> Iterator[None]:
    """The product's web server, in this process, so that its clock is the story's."""
    with ThreadedWSGIServer(("127.0.0.1", port), _Quiet, allow_reuse_address=True) as server:
        server.set_app(get_wsgi_application())
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


# --- The weeks -------------------------------------------------------------------------------------
class Weeks:
    """From one moment at which something happens to the next."""

    def __init__(self, people: Sequence[Person], sandbox: Sandbox, traveller: time_machine.Traveller) -> None:
        self.people, self.sandbox, self.traveller = people, sandbox, traveller
        self.to_come = sorted(self._happenings(), key=lambda one: one[0])
        self.moments = 0

    def run(self) -> None:
        started, now = time.monotonic(), self._next(None)
        while now and now <= _start() + WEEKS:
            self._moment(now)
            now = self._next(now)
        say(f"Three weeks, {self.moments} moments, in {time.monotonic() - started:.1f} s.")

    def _happenings(self) -> Iterator[Happening]:
        for number, person in enumerate(self.people, 1):
            yield person.at(person.told), partial(self._signal, person, number)
            for when, (what, *given) in person.does.items():
                yield person.at(when), partial(getattr(self, f"_{what}"), person, *given)

    def _next(self, now: datetime | None) -> datetime | None:
        """The next of: what people do, looks, and messages that wait for their hour."""
        happens = self.to_come[0][0] if self.to_come else None
        if now is None:
            return happens
        looks = Schedule.objects.filter(look_at__gt=now).aggregate(next=Min("look_at"))["next"]
        waiting = Message.objects.filter(state__in=[State.PLANNED, State.UNCERTAIN], due_at__gt=now)
        due = waiting.aggregate(next=Min("due_at"))["next"]
        return min(filter(None, [happens, looks, due]), default=None)

    def _moment(self, now: datetime) -> None:
        self.sandbox.move_to(now)
        self.traveller.move_to(now, tick=False)
        self.moments += 1
        while self.to_come and self.to_come[0][0] <= now:
            _, what = self.to_come.pop(0)
            what()
            self._settle(now)
        self._settle(now)

    def _settle(self, now: datetime) -> None:
        """Until nothing more comes of it at this moment."""
        for _ in range(MOST_ROUNDS):
            looked = planner.tick(at=now)["looked_at"]
            sent = sum(send_due(channel) for channel in open_channels())
            if sent:
                self._wait_for_receipts()
            if not looked and not sent:
                return
        raise StackError(f"There is no end to what happens at {now}.")

    def _wait_for_receipts(self) -> None:
        def told() -> bool:
            stats = self.sandbox.read("stats")
            return not any(stats[channel]["receipts_pending"] for channel in Channel.values)

        if not wait_until(told, seconds=RECEIPT_SECONDS):
            raise StackError("The carriers' receipts are not taken.")

    # --- What people do ---
    def _signal(self, person: Person, number: int) -> None:
        post(result_address(settings.PUBLIC_URL), person.result(number=number))
        person.offer_id = Offer.objects.get(interview_id=f"AI-weeks-{number}").pk

    def _open(self, person: Person) -> None:
        """The newest message that arrived."""
        arrived = Message.objects.filter(
            offer=person.offer_id, state__in=[State.ACCEPTED, State.DELIVERED]
        ).order_by("created_at", "pk")
        newest = arrived.last()
        inbox = self.sandbox.read("inbox")["messages"]
        shown = [one for one in inbox if newest and newest.reference in (one["reference"], one["client_id"])]
        if not shown:
            raise StackError(f"{person.name} has got nothing to open.")
        person.device.open(shown[0])

    def _confirm(self, person: Person) -> None:
        person.device.confirm()

    def _decline(self, person: Person, reason: str) -> None:
        person.device.decline(reason)

    def _defer(self, person: Person, wanted: str, reason: str) -> None:
        person.device.defer(wanted=wanted, reason=reason)
