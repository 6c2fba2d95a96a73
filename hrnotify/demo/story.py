"""The cast of the demo: 72 candidates who are signalled through the API and answer on their phones."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import urllib3
from django.utils import timezone
from standardwebhooks import Webhook

from candidates.models import Offer
from hrnotify.demo.phone import Phone
from notifications.channels import TRANSPORTS
from notifications.models import Message
from notifications.sample.load import SOURCE_SLUG, read
from notifications.states import UNSENT, State

Report = Callable[[int, int], None]
# So many are signalled one by one on an otherwise idle system, to measure the way to the carrier.
MEASURED = 20
END_SECONDS = 60.0
http = urllib3.PoolManager()


@dataclass
class Player:
    """One candidate of the story: what the platform says, what goes wrong, how the person answers."""

    row: dict[str, Any]
    interview_id: str
    offer_id: UUID | None = None
    signalled_at: datetime | None = None
    answered: bool = False
    notes: list[str] = field(default_factory=list)

    def result(self) -> dict[str, Any]:
        row = self.row
        start = _working_day(timezone.localtime() + timedelta(days=row["onboarding_in_days"]))
        names = ("name", "phone", "email", "id_number", "category", "wechat_openid", "push_id")
        candidate = {name: row[name] or None for name in names}
        candidate |= {name: row[name] for name in ("preferred_channels", "style", "language")}
        return {
            "type": "interview.completed",
            "timestamp": timezone.now().isoformat(),
            "data": {
                "interview_id": self.interview_id,
                "score": row.get("score"),
                "result": row.get("result") or None,
                "candidate": candidate,
                "position": {"code": row["position_code"], "title": row["position_title"]},
                "branch": row["branch"],
                "onboarding_at": start.replace(hour=9, minute=0, second=0, microsecond=0).isoformat(),
            },
        }


def _working_day(day: datetime) -> datetime:
    """Nobody starts on a weekend: the Monday after it."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() >= 5 else 0)


def read_cast() -> list[Player]:
    """Everybody, under interview numbers of this run: a demo on data of an earlier one tells its story anew."""
    run = timezone.localtime().strftime("%Y%m%d-%H%M%S")
    return [
        Player(row, f"AI-{run}-{number:03}")
        for number, row in enumerate(read("candidates.toml")["candidate"], 1)
    ]


# --- The interview platform ---------------------------------------------------------------------
def signal(cast: Sequence[Player], *, web: str, report: Report) -> None:
    """The first ones one by one, each when the one before has reached its carrier; the others in one batch."""
    address = result_address(web)
    for number, player in enumerate(cast[:MEASURED], 1):
        player.signalled_at = timezone.now()
        player.offer_id = _id(post(address, player.result()))
        _wait(lambda player=player: _accepted(player), seconds=10)  # type: ignore[misc]
        report(number, len(cast))
    rest = cast[MEASURED:]
    signalled_at = timezone.now()
    answers = post(f"{address}/batch", {"results": [player.result() for player in rest]})["results"]
    for player, answer in zip(rest, answers, strict=True):
        player.signalled_at, player.offer_id = signalled_at, _id(answer)
    report(len(cast), len(cast))


def result_address(web: str) -> str:
    return f"{web}/api/v1/interview-results/{SOURCE_SLUG}"


def post(address: str, payload: dict[str, Any]) -> dict[str, Any]:
    """As the platform signs and sends it. Raises RuntimeError when it is not taken."""
    body, delivery, now = json.dumps(payload, ensure_ascii=False), f"msg_{uuid4().hex}", datetime.now(tz=UTC)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": delivery,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(os.environ["SAMPLE_SOURCE_SECRET"]).sign(delivery, now, body),
    }
    answer = http.request("POST", address, body=body.encode(), headers=headers)
    if answer.status not in {200, 202}:
        raise RuntimeError(f"the API answered {answer.status}: {answer.data.decode()[:500]}")
    return dict(answer.json())


def _id(answer: dict[str, Any]) -> UUID | None:
    return UUID(answer["offer_id"]) if answer.get("offer_id") else None


def _accepted(player: Player) -> bool:
    """A carrier has taken the notice, or there is none to take."""
    messages = Message.objects.filter(offer=player.offer_id)
    return player.offer_id is None or not messages.filter(state__in=UNSENT).exists()


def _wait(condition: Callable[[], bool], *, seconds: float, pause: float = 0.005) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


# --- The carriers -------------------------------------------------------------------------------
def messages_of(cast: Sequence[Player]) -> list[Message]:
    ids = [player.offer_id for player in cast if player.offer_id]
    return list(Message.objects.filter(offer__in=ids).select_related("offer__candidate"))


def has_ended(message: Message) -> bool:
    """Nothing more will happen to it. Where a carrier cannot tell delivery, its acceptance is the end."""
    if message.state == State.ACCEPTED:
        return not TRANSPORTS[message.provider].tells_delivered
    return message.state not in UNSENT


def wait_for_end(cast: Sequence[Player], *, report: Report, check: Callable[[], None]) -> None:
    def ended() -> bool:
        check()
        messages = messages_of(cast)
        done = sum(has_ended(message) for message in messages)
        if done < len(messages):
            report(done, len(messages))
        return done == len(messages)

    _wait(ended, seconds=END_SECONDS, pause=0.2)
    messages = messages_of(cast)
    report(sum(has_ended(message) for message in messages), len(messages))


# --- The candidates -----------------------------------------------------------------------------
def answer(cast: Sequence[Player], *, sandbox: str, report: Report) -> None:
    """Each takes up the phone, opens what came, and does what the story says."""
    inbox = http.request("GET", f"{sandbox}/inbox.json").json()["messages"]
    for number, player in enumerate(cast, 1):
        if player.offer_id and player.row["plays"] != "ignore":
            _play(player, player.offer_id, inbox)
        report(number, len(cast))


def _play(player: Player, offer_id: UUID, inbox: list[dict[str, Any]]) -> None:
    candidate = Offer.objects.select_related("candidate").get(pk=offer_id).candidate
    arrived = Message.objects.filter(offer=offer_id, state__in=[State.DELIVERED, State.ACCEPTED])
    message = arrived.order_by("created_at").last()
    if message is None:
        return
    text = next((item for item in inbox if message.reference in (item["reference"], item["client_id"])), None)
    if text is None:
        player.notes.append("the message is not in the inbox")
        return
    phone = Phone(number=candidate.phone)
    phone.open(text)
    if player.row["plays"] == "confirm":
        player.answered = phone.confirm()
    elif player.row["plays"] == "decline":
        player.answered = phone.decline(player.row["decline_reason"])
