"""What happened. Events are only ever added; Progress is what lists and counts read."""

from __future__ import annotations

from datetime import datetime

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from candidates.models import Channel, Offer


class Kind(models.TextChoices):
    OFFERED = "offered", _("Interview passed")
    CHANGED = "changed", _("Facts changed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    ACCEPTED = "accepted", _("Accepted by the carrier")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Not delivered")
    SKIPPED = "skipped", _("Not sent, no longer needed")
    UNREACHABLE = "unreachable", _("Failed on all channels")
    OPENED = "opened", _("Page opened by a person")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")


class Event(models.Model):
    """One thing that happened to an offer. It holds no personal data: names and texts stay where they are."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="events", verbose_name=_("offer"))
    kind = models.CharField(_("what"), max_length=12, choices=Kind.choices)
    at = models.DateTimeField(_("when"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, blank=True)
    message_id = models.UUIDField(_("message"), null=True, blank=True)
    actor = models.CharField(_("who"), max_length=50, blank=True)
    detail = models.CharField(_("detail"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["offer", "at"], name="event_timeline")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"


class Stage(models.TextChoices):
    """How far an offer has come, in the order of the way."""

    WAITING = "waiting", _("Being sent")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    OPENED = "opened", _("Opened")
    UNREACHABLE = "unreachable", _("Failed on all channels")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Progress(models.Model):
    """One row per offer: when each thing first happened (or last, where a later one counts), and the stage."""

    offer = models.OneToOneField(
        Offer, models.PROTECT, primary_key=True, related_name="progress", verbose_name=_("offer")
    )
    stage = models.CharField(
        _("stage"), max_length=12, choices=Stage.choices, default=Stage.WAITING, db_index=True
    )
    offered_at = models.DateTimeField(_("passed"), null=True)
    last_offered_at = models.DateTimeField(_("last offered"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    last_sent_at = models.DateTimeField(_("last sent"), null=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    opened_at = models.DateTimeField(_("opened"), null=True)
    unreachable_at = models.DateTimeField(_("failed on all channels"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    answer = models.CharField(_("answer"), max_length=12, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    last_event_at = models.DateTimeField(_("last event"), null=True)

    class Meta:
        verbose_name = _("progress")
        verbose_name_plural = _("progress")

    def __str__(self) -> str:
        return f"{self.get_stage_display()}"

    def apply(self, event: Event) -> None:
        """Take one event in. Events come in any order; the outcome does not depend on it."""
        for columns, pick in ((FIRST_TIME_OF, min), (LAST_TIME_OF, max)):
            if column := columns.get(Kind(event.kind)):
                known: datetime | None = getattr(self, column)
                setattr(self, column, pick(known, event.at) if known else event.at)
        # Of two answers at the same moment one must win whatever the order, so their names decide.
        if event.kind in ANSWERS and (
            self.answered_at is None or (event.at, event.kind) >= (self.answered_at, self.answer)
        ):
            self.answered_at, self.answer = event.at, event.kind
        self.last_event_at = max(self.last_event_at or event.at, event.at)
        self.stage = self._stage()

    def _stage(self) -> Stage:
        if _is_after(self.withdrawn_at, self.last_offered_at):
            return Stage.WITHDRAWN
        if _is_after(self.answered_at, self.last_offered_at):
            return Stage(self.answer)
        if self.opened_at:
            return Stage.OPENED
        if self.delivered_at:
            return Stage.DELIVERED
        if _is_after(self.unreachable_at, self.last_sent_at):
            return Stage.UNREACHABLE
        return Stage.SENT if self.sent_at else Stage.WAITING


def _is_after(moment: datetime | None, other: datetime | None) -> bool:
    return moment is not None and (other is None or moment >= other)


FIRST_TIME_OF = {
    Kind.OFFERED: "offered_at",
    Kind.ACCEPTED: "sent_at",
    Kind.DELIVERED: "delivered_at",
    Kind.OPENED: "opened_at",
}
# An offer may be withdrawn and made again, and a person be out of reach until a new number comes.
LAST_TIME_OF = {
    Kind.OFFERED: "last_offered_at",
    Kind.ACCEPTED: "last_sent_at",
    Kind.UNREACHABLE: "unreachable_at",
    Kind.WITHDRAWN: "withdrawn_at",
}
ANSWERS = {Kind.CONFIRMED, Kind.DECLINED}
