"""Hold a channel back, and let it go on: planning goes on, claiming stops (see `MessageQuerySet.due`)."""

from __future__ import annotations

from django.db import transaction

from branches.models import User
from notifications.models import ChannelPause
from notifications.wake import wake_on_commit


class AlreadyPaused(Exception):
    """The channel is paused; `pause` says since when and by whom."""

    def __init__(self, pause: ChannelPause) -> None:
        super().__init__("the channel is paused already")
        self.pause = pause


def pauses() -> dict[str, ChannelPause]:
    """The paused channels, each with its pause. One query."""
    return {one.channel: one for one in ChannelPause.objects.select_related("by")}


@transaction.atomic
def pause(*, channel: str, by: User | None, reason: str) -> ChannelPause:
    """From now on nothing is claimed on the channel. `by`: None from the command line.

    Raises AlreadyPaused; the first reason stands.
    """
    made, created = ChannelPause.objects.select_related("by").get_or_create(
        channel=channel, defaults={"by": by, "reason": reason}
    )
    if not created:
        raise AlreadyPaused(made)
    return made


@transaction.atomic
def resume(*, channel: str) -> bool:
    """What has waited goes out at once. False where the channel was not paused."""
    deleted, _ = ChannelPause.objects.filter(channel=channel).delete()
    if deleted:
        wake_on_commit(channel)
    return bool(deleted)
