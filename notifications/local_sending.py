"""When and by which channels a branch sends, as it states that for itself: the only way for a branch to write it.

Headquarters sets the limits: a window lies within that of the node above, and channels are among those that some
strategy allows. The same rules hold for what headquarters enters for a branch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import time
from typing import TypeVar

from django.db import models, transaction
from django.utils.translation import get_language, gettext

from branches.models import Branch
from candidates.models import Channel
from notifications.local_content import Editor, InvalidContent, must_be_theirs
from notifications.models import BranchChannels, ChannelStrategy, OffDays, SendWindow
from notifications.models.planning import MOST_A_DAY

Problem = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class WindowFacts:
    """What a node states of its window. `slot_*`: on the working day that something is moved to."""

    opens_at: time
    closes_at: time
    off_days: str = OffDays.SEND
    slot_from: time | None = None
    slot_to: time | None = None
    messages_a_day: int | None = None

    @classmethod
    def of(cls, window: SendWindow) -> WindowFacts:
        return cls(**{name: getattr(window, name) for name in cls.__dataclass_fields__})


class ChangedSince(Exception):
    """Somebody else has stated it anew since the writer's page was made."""


# --- What stands --------------------------------------------------------------------------------
Row = TypeVar("Row", SendWindow, BranchChannels)


def nearest(model: type[Row], branch: Branch) -> Row | None:
    """What counts at a branch: its own row or that of the nearest node above, with its branch at hand."""
    return _nearest(model, branch.path_and_above)


def nearest_above(model: type[Row], branch: Branch) -> Row | None:
    return _nearest(model, branch.path_and_above[1:])


def _nearest(model: type[Row], paths: Sequence[str]) -> Row | None:
    rows = model._default_manager.filter(branch__path__in=paths)
    return rows.select_related("branch").order_by("-branch__depth").first()


def allowed_channels() -> list[str]:
    """All that headquarters' strategies allow, as they put them in order; every channel where there is none."""
    stated = ChannelStrategy.objects.order_by("purpose", "position", "id").values_list("channels", flat=True)
    return list(dict.fromkeys(one for channels in stated for one in channels)) or list(Channel.values)


def digest(row: SendWindow | BranchChannels | None) -> str:
    """What a writer's page was based on; "" where the branch states nothing itself."""
    if row is None:
        return ""
    said = repr(asdict(WindowFacts.of(row)) if isinstance(row, SendWindow) else row.channels)
    return hashlib.sha256(said.encode()).hexdigest()[:20]


# --- What may be stated -------------------------------------------------------------------------
def window_problems(facts: WindowFacts, *, above: SendWindow | None) -> Iterator[Problem]:
    """The field and a sentence for each thing wrong. `above`: the window that counts at the node above, if any."""
    if facts.opens_at >= facts.closes_at:
        yield "closes_at", gettext("The window must open before it closes.")
    yield from _slot_problems(facts)
    if facts.off_days not in OffDays.values:
        yield "off_days", gettext("Choose one of the three.")
    if facts.messages_a_day is not None and not 1 <= facts.messages_a_day <= MOST_A_DAY:
        yield "messages_a_day", gettext("A number from 1 to %(most)s.") % {"most": MOST_A_DAY}
    if above:
        yield from _beyond(facts, above)


def _slot_problems(facts: WindowFacts) -> Iterator[Problem]:
    start, end = facts.slot_from, facts.slot_to
    if (start is None) != (end is None):
        yield ("slot_from" if start is None else "slot_to"), gettext("State both times, or neither.")
    if start is None or end is None:
        return
    if start >= end:
        yield "slot_to", gettext("The second time must be later than the first.")
    if start < facts.opens_at:
        yield "slot_from", gettext("This lies before the window opens.")
    if end > facts.closes_at:
        yield "slot_to", gettext("This lies after the window closes.")


def _beyond(facts: WindowFacts, above: SendWindow) -> Iterator[Problem]:
    branch = above.branch.label(get_language() or "")
    if facts.opens_at < above.opens_at:
        words = gettext("Not before %(time)s: that is when %(branch)s opens.")
        yield "opens_at", words % {"time": f"{above.opens_at:%H:%M}", "branch": branch}
    if facts.closes_at > above.closes_at:
        words = gettext("Not after %(time)s: that is when %(branch)s closes.")
        yield "closes_at", words % {"time": f"{above.closes_at:%H:%M}", "branch": branch}
    most = above.messages_a_day
    if most is not None and (facts.messages_a_day is None or facts.messages_a_day > most):
        yield (
            "messages_a_day",
            gettext("At most %(most)s: so many %(branch)s allows.") % {"most": most, "branch": branch},
        )


def channel_problems(channels: Sequence[str]) -> Iterator[Problem]:
    allowed = allowed_channels()
    if not channels:
        yield "channels", gettext("Choose at least one channel.")
    if len(set(channels)) < len(channels):
        yield "channels", gettext("Each channel stands in one place only.")
    for one in channels:
        if one not in allowed:
            words = gettext("Headquarters does not allow “%(channel)s”.")
            yield "channels", words % {"channel": _channel_words(one)}


def _channel_words(channel: str) -> str:
    return str(Channel(channel).label) if channel in Channel.values else channel


def wider_below(window: SendWindow) -> list[SendWindow]:
    """Windows below a node that reach beyond its own, which was narrowed after they were stated."""
    below = SendWindow.objects.filter(branch__path__startswith=window.branch.path).exclude(
        branch=window.branch
    )
    return [
        one
        for one in below.select_related("branch").order_by("branch__path")
        if any(_beyond(WindowFacts.of(one), window))
    ]


# --- How it is stated ---------------------------------------------------------------------------
@transaction.atomic
def state_window(*, branch: Branch, facts: WindowFacts, by: Editor, basis: str | None = None) -> SendWindow:
    """From now on this counts at `branch` and below; what is not sent yet is planned anew.

    `basis`: the `digest` of the row as the writer saw it; without one the last writer wins.
    Raises NotYours, InvalidContent, ChangedSince.
    """
    must_be_theirs(branch, by)
    found = _for_one_writer(SendWindow, branch, basis)
    _refuse(window_problems(facts, above=nearest_above(SendWindow, branch)))
    if found and WindowFacts.of(found) == facts:
        return found
    return SendWindow.objects.update_or_create(branch=branch, defaults=asdict(facts))[0]


@transaction.atomic
def state_channels(
    *, branch: Branch, channels: Sequence[str], by: Editor, basis: str | None = None
) -> BranchChannels:
    """The first channel first. Raises as `state_window` does."""
    must_be_theirs(branch, by)
    found = _for_one_writer(BranchChannels, branch, basis)
    _refuse(channel_problems(channels))
    if found and found.channels == list(channels):
        return found
    return BranchChannels.objects.update_or_create(branch=branch, defaults={"channels": list(channels)})[0]


@transaction.atomic
def withdraw(model: type[Row], *, branch: Branch, by: Editor, basis: str | None = None) -> bool:
    """The branch states this no longer, and what is stated above it counts again. False where it stated nothing."""
    must_be_theirs(branch, by)
    found = _for_one_writer(model, branch, basis)
    if found:
        found.delete()
    return found is not None


def _for_one_writer(model: type[Row], branch: Branch, basis: str | None) -> Row | None:
    """The branch's own row, behind a lock on the branch: of two writers the second sees what the first wrote."""
    Branch.objects.select_for_update(no_key=True).get(pk=branch.pk)
    rows: models.QuerySet[Row] = model._default_manager.filter(branch=branch)
    found = rows.first()
    if basis is not None and digest(found) != basis:
        raise ChangedSince
    return found


def _refuse(problems: Iterator[Problem]) -> None:
    told: dict[str, list[str]] = {}
    for name, words in problems:
        told.setdefault(name, []).append(words)
    if told:
        raise InvalidContent(told)
