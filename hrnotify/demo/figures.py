"""What happened in the demo: a table per channel, seconds to the carrier, and what is not as the story says."""

from __future__ import annotations

import os
from collections.abc import Sequence
from statistics import quantiles

from django.conf import settings

from candidates.models import Channel
from hrnotify.demo.story import MEASURED, Player, has_ended, messages_of
from notifications.channels import tells_delivered
from notifications.models import Message
from notifications.sample.load import PEOPLE, SOURCE_SLUG
from notifications.states import FAILED, State
from tracking.models import Event, Kind

# Why each troubled candidate's message fails: story → channel and code, whoever carries it.
EXPECTED_FAILURES = {
    "wrong_number": {(Channel.SMS, code) for code in ("21211", "isv.MOBILE_NUMBER_ILLEGAL", "bad_number")},
    "bounces": {(Channel.EMAIL, "550")},
    "blocked_wechat": {(Channel.WECHAT, "failed:user block")},
    "unfollowed_wechat": {(Channel.WECHAT, "43004")},
}
COLUMNS = ("channel", "planned", "sent", "delivered", "failed", "read", "confirmed", "declined")


def table(cast: Sequence[Player]) -> str:
    """Rows per channel, then the seconds from signal to acceptance."""
    messages = messages_of(cast)
    events = _events(cast)
    rows = [COLUMNS, *(_row(channel, messages, events) for channel in _channels(messages))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    unreachable = sum(kind == Kind.UNREACHABLE for kind, _ in events)
    lines += [
        "",
        *_failures(messages),
        f"Failed on all channels, for HR to call: {unreachable}",
        _speed(cast),
    ]
    return "\n".join(["", *lines, ""])


def _channels(messages: list[Message]) -> list[str]:
    used = {message.channel for message in messages}
    return [channel for channel in Channel.values if channel in used]


def _events(cast: Sequence[Player]) -> list[tuple[str, str]]:
    ids = [player.offer_id for player in cast if player.offer_id]
    return list(Event.objects.filter(offer__in=ids).values_list("kind", "channel"))


def _row(channel: str, messages: list[Message], events: list[tuple[str, str]]) -> tuple[str, ...]:
    mine = [message for message in messages if message.channel == channel]
    knowable = tells_delivered(channel)
    delivered = (
        str(sum(message.delivered_at is not None for message in mine)) if knowable else "cannot be known"
    )
    return (
        channel,
        str(len(mine)),
        str(sum(message.accepted_at is not None for message in mine)),
        delivered,
        str(sum(message.state in FAILED for message in mine)),
        *(str(events.count((kind, channel))) for kind in (Kind.OPENED, Kind.CONFIRMED, Kind.DECLINED)),
    )


def _failures(messages: list[Message]) -> list[str]:
    failed = sorted({(m.channel, m.error_code) for m in messages if m.state in FAILED})
    counts = {
        key: sum((m.channel, m.error_code) == key for m in messages if m.state in FAILED) for key in failed
    }
    return [f"Failed by {channel}, code {code}: {counts[channel, code]}" for channel, code in failed]


def _speed(cast: Sequence[Player]) -> str:
    """Signal to the carrier's acceptance, measured from before the request to the stored moment of acceptance."""
    accepted = {m.offer_id: m.accepted_at for m in messages_of(cast) if m.accepted_at}
    lines = []
    for what, group in (("idle, one by one", cast[:MEASURED]), ("in one batch", cast[MEASURED:])):
        seconds = [
            (accepted[player.offer_id] - player.signalled_at).total_seconds()
            for player in group
            if player.offer_id in accepted and player.signalled_at
        ]
        if len(seconds) > 1:
            cuts = quantiles(seconds, n=20, method="inclusive")
            lines.append(
                f"{what}: median {cuts[9]:.3f}, p95 {cuts[18]:.3f}, longest {max(seconds):.3f} ({len(seconds)})"
            )
    return "Seconds from signal to accepted by the carrier – " + "; ".join(lines)


def problems(cast: Sequence[Player]) -> list[str]:
    """Sentences about whatever did not end as the story says; none when all is well."""
    by_offer = {player.offer_id: player for player in cast if player.offer_id}
    found = [f"{player.interview_id}: {note}" for player in cast for note in player.notes]
    for message in messages_of(cast):
        story = by_offer[message.offer_id].row["story"]
        if not has_ended(message):
            found.append(f"message {message.pk} by {message.channel} is still {message.state}")
        elif message.state in FAILED and (message.channel, message.error_code) not in EXPECTED_FAILURES.get(
            story, ()
        ):
            found.append(
                f"message {message.pk} by {message.channel} failed: {message.error_code} {message.error}"
            )
        elif message.state == State.SKIPPED:
            found.append(f"message {message.pk} by {message.channel} was skipped")
    if not any(player.answered and player.row["plays"] == "confirm" for player in cast):
        found.append("no candidate confirmed through the page")
    return found


def addresses(sandbox: str) -> str:
    public = settings.PUBLIC_URL
    password = os.environ["SAMPLE_PASSWORD"]
    logins = ", ".join(f"{username} ({code})" for username, code, _, _ in PEOPLE)
    return "\n".join(
        [
            f"Candidates' phones   {sandbox}/   (every link works)",
            f"Branch dashboard     {public}/dashboard/",
            f"Headquarters' admin  {public}/admin/",
            f"Machine API          {public}/api/v1/docs",
            f"Logins               {logins}; password {password}",
            f"Interview source     {SOURCE_SLUG}, secret {os.environ['SAMPLE_SOURCE_SECRET']}",
            "",
        ]
    )
