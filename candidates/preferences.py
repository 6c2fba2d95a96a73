"""How a person wants to be written to, chosen by the person."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from candidates.models import Candidate, Channel, Language, Style


@transaction.atomic
def choose(*, candidate: Candidate, first: Channel, style: Style, language: Language) -> Candidate:
    """This channel comes first from now on, the others after it in their order. Counts for what is not sent yet."""
    locked = Candidate.objects.select_for_update(no_key=True).get(pk=candidate.pk)
    others = [channel for channel in locked.preferred_channels if channel != first]
    locked.preferred_channels = [first.value, *others]
    locked.style, locked.language = style, language
    locked.preferences_set_at = timezone.now()
    locked.save(update_fields=["preferred_channels", "style", "language", "preferences_set_at"])
    return locked
