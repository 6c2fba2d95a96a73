"""What the page of sending times shows of one branch: what counts there, from where, and which days are special."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial

from branches.calendar_days import UnknownYear, stated_days, unknown_years
from branches.models import Branch
from branches.special_days import Stretch, special_days
from branches.working_days import LONGEST_BREAK
from dashboard.sending_forms import ChannelsForm, StatedForm, WindowForm
from notifications.channel_order import in_order
from notifications.local_sending import Row, allowed_channels, nearest, nearest_above
from notifications.models import BranchChannels, SendWindow
from notifications.policy import Policy

WINDOW, CHANNELS = "window", "channels"
DAYS_SHOWN = 60


@dataclass(frozen=True)
class Part:
    """One thing that a branch may state for itself: what counts there (None: nobody states it), and what above it.

    `form` where it is edited.
    """

    row: SendWindow | BranchChannels | None
    above: SendWindow | BranchChannels | None
    is_own: bool
    form: StatedForm | None

    @property
    def order(self) -> str:
        """Of channels, such as "WeChat → SMS"."""
        return in_order(self.row.channels) if isinstance(self.row, BranchChannels) else ""


@dataclass(frozen=True)
class SendingPage:
    """`narrowed_to`: the hours that nodes above leave of those stated, such as "08:00–20:00"; "" for all of them."""

    node: Branch
    window: Part
    narrowed_to: str
    channels: Part
    allowed: str
    special: list[Stretch]
    unknown: list[UnknownYear]


def sending_page(
    node: Branch, *, at: datetime, opened: str = "", bound: StatedForm | None = None
) -> SendingPage:
    """`opened`: WINDOW or CHANNELS where the branch is about to state its own; `bound`: a form as it was posted."""
    allowed, window = allowed_channels(), _window(node, opened, bound)
    return SendingPage(
        node=node,
        window=window,
        narrowed_to=_narrowed_to(node, window.row) if isinstance(window.row, SendWindow) else "",
        channels=_channels(node, opened, bound, allowed),
        allowed=in_order(allowed),
        special=_special(node, at),
        unknown=unknown_years(today=at.astimezone(node.zone).date(), branch=node),
    )


def _window(node: Branch, opened: str, bound: StatedForm | None) -> Part:
    posted = bound if isinstance(bound, WindowForm) else None
    return _part(SendWindow, node, posted=posted, is_opened=opened == WINDOW, form=WindowForm.of)


def _channels(node: Branch, opened: str, bound: StatedForm | None, allowed: list[str]) -> Part:
    posted, form = (
        bound if isinstance(bound, ChannelsForm) else None,
        partial(ChannelsForm.of, allowed=allowed),
    )
    return _part(BranchChannels, node, posted=posted, is_opened=opened == CHANNELS, form=form)


def _part(
    model: type[Row],
    node: Branch,
    *,
    posted: StatedForm | None,
    is_opened: bool,
    form: Callable[..., StatedForm],
) -> Part:
    """`form`: makes one of what counts now and of the branch's own row."""
    row, above = nearest(model, node), nearest_above(model, node)
    own = row if row and row.branch_id == node.pk else None
    shown = posted or (form(row, own=own) if own or is_opened else None)
    return Part(row, above, own is not None, shown)


def _narrowed_to(node: Branch, stated: SendWindow) -> str:
    counts = Policy.current().window(node)
    opens, closes = counts.opens, counts.closes or time(23, 59)
    return "" if (opens, closes) == (stated.opens_at, stated.closes_at) else f"{opens:%H:%M}–{closes:%H:%M}"


def _special(node: Branch, at: datetime) -> list[Stretch]:
    first = at.astimezone(node.zone).date()
    around = timedelta(days=LONGEST_BREAK)
    stated = stated_days(first - around, first + timedelta(days=DAYS_SHOWN) + around)
    return special_days(node, stated, first=first, days=DAYS_SHOWN)
