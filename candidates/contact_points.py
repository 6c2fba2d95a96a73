"""Where a person can be reached, and what a carrier has told us is no way any more."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from candidates.models import Candidate, Channel
from candidates.wechat_binding import keep_bound


@transaction.atomic
def mark_unusable(*, offer_id: UUID, channel: str, code: str) -> None:
    """The address of the offer's candidate on this channel is not used until it is another one; `code` says why."""
    candidate = Candidate.objects.select_for_update(no_key=True).get(offers=offer_id)
    candidate.unusable_channels = {**candidate.unusable_channels, channel: code}
    candidate.save(update_fields=["unusable_channels"])


def forget_replaced(candidate: Candidate, *, before: dict[str, str]) -> None:
    """A new address on a channel is worth a try. `before`: the addresses as they were, by channel. Not saved.

    An account the person bound stays: the platform does not know of it, so that its silence says nothing.
    """
    keep_bound(candidate, before=before)
    candidate.unusable_channels = {
        channel: code
        for channel, code in candidate.unusable_channels.items()
        if candidate.address_on(channel) == before[channel]
    }


def addresses(candidate: Candidate) -> dict[str, str]:
    return {channel: candidate.address_on(channel) for channel in Channel.values}
