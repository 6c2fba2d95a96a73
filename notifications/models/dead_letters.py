"""Messages that failed, and whose person was reached in no other way."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _

from notifications.models.messages import Message
from notifications.models.templates import Purpose
from notifications.states import FAILED, State

# Between an occurrence and the number of its repetition: "1", then "1~r1", "1~r2". No occurrence holds it.
REPETITION = "~r"


class RootOccurrence(Func):
    """The occurrence without the number of its repetition, as the database sees it."""

    function = "split_part"
    output_field = models.CharField()

    def __init__(self, occurrence: F) -> None:
        super().__init__(occurrence, Value(REPETITION), Value(1))


class DeadLetterManager(models.Manager["DeadLetter"]):
    def get_queryset(self) -> models.QuerySet[DeadLetter]:
        failed = super().get_queryset().filter(state__in=FAILED)
        failed = failed.annotate(root=RootOccurrence(F("occurrence")))
        return failed.filter(~Exists(_what_replaces_it()))


def _what_replaces_it() -> models.QuerySet[Message]:
    """Of the outer message: what reached the person or is under way, a later try, or what was said later.

    Each reply of HR says something of its own; of everything else the latest occurrence is the one that counts.
    """
    of_purpose = Message.objects.annotate(root=RootOccurrence(F("occurrence"))).filter(
        offer=OuterRef("offer"), purpose=OuterRef("purpose")
    )
    same, later = Q(root=OuterRef("root")), Q(created_at__gt=OuterRef("created_at"))
    alive = same & ~Q(state__in=[*FAILED, State.SKIPPED])
    tried_again = same & later & Q(channel=OuterRef("channel"))
    return of_purpose.filter(alive | tried_again | (later & ~same & ~Q(purpose=Purpose.HR_REPLY)))


class DeadLetter(Message):
    """A message that failed while no other of the same thing reached the person or is under way."""

    objects: ClassVar[DeadLetterManager] = DeadLetterManager()  # type: ignore[assignment]  # fewer rows, not others

    class Meta:
        proxy = True
        verbose_name = _("message that reached nobody")
        verbose_name_plural = _("messages that reached nobody")
