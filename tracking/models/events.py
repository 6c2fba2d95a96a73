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
    DEFER_ASKED = "defer_asked", _("Asked for another first day")
    DEFERRED = "deferred", _("Another first day granted")
    NOT_DEFERRED = "not_deferred", _("Another first day refused")
    EXTENDED = "extended", _("More time to answer")
    HANDED_OVER = "handed_over", _("Handed to HR")
    CALLED = "called", _("HR called")
    WRITTEN = "written", _("HR wrote")
    CONNECTED = "connected", _("Can be reached on this channel")
    DISCONNECTED = "disconnected", _("No longer reached on this channel")


class Actor(models.TextChoices):
    """Who did it, where no member of staff did."""

    PLATFORM = "platform", _("the interview platform")
    CARRIER = "carrier", _("the carrier")
    CANDIDATE = "candidate", _("the candidate")


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
    # No answer came in time: HR is to ask the person, and not before `ask_again_at` where a call came to that.
    handed_over_at = models.DateTimeField(_("handed to HR"), null=True)
    ask_again_at = models.DateTimeField(_("ask again"), null=True)
    last_event_at = models.DateTimeField(_("last event"), null=True)

    class Meta:
        verbose_name = _("progress")
        verbose_name_plural = _("progress")

    def __str__(self) -> str:
        return f"{self.get_stage_display()}"

    def apply(self, event: Event) -> None:
        """Take one event in. Events come in any order; the outcome does not depend on it.

        An offer made again starts a new round: what was before counts no more. Nothing of a round can happen before
        its offer is recorded, so that alone must come in its order.
        """
        self.last_event_at = max(self.last_event_at or event.at, event.at)
        if event.kind == Kind.OFFERED:
            self._start_round(event.at)
        elif self._is_of_this_round(event.at):
            self._take(event)
        self.stage = self._stage()

    def _is_of_this_round(self, at: datetime) -> bool:
        # In the first round everything is, also by the clock of a machine that is a little behind.
        return self.last_offered_at == self.offered_at or at >= (self.last_offered_at or at)

    def _start_round(self, at: datetime) -> None:
        self.offered_at = min(self.offered_at or at, at)
        self.last_offered_at = max(self.last_offered_at or at, at)
        for column in {*FIRST_TIME_OF.values(), *LAST_TIME_OF.values(), "answered_at", "ask_again_at"}:
            known: datetime | None = getattr(self, column)
            if known and known < self.last_offered_at:
                setattr(self, column, None)
        self.answer = self.answer if self.answered_at else ""

    def _take(self, event: Event) -> None:
        for columns, pick in ((FIRST_TIME_OF, min), (LAST_TIME_OF, max)):
            if column := columns.get(Kind(event.kind)):
                known: datetime | None = getattr(self, column)
                setattr(self, column, pick(known, event.at) if known else event.at)
        # Of two answers at the same moment one must win whatever the order, so their names decide.
        if event.kind in ANSWERS and (
            self.answered_at is None or (event.at, event.kind) >= (self.answered_at, self.answer)
        ):
            self.answered_at, self.answer = event.at, event.kind

    def _stage(self) -> Stage:
        if self.withdrawn_at:
            return Stage.WITHDRAWN
        if self.answer:
            return Stage(self.answer)
        if self.opened_at:
            return Stage.OPENED
        if self._is_out_of_reach():
            return Stage.UNREACHABLE
        if self.delivered_at:
            return Stage.DELIVERED
        return Stage.SENT if self.sent_at else Stage.WAITING

    def _is_out_of_reach(self) -> bool:
        """The last channel failed, and nothing went out or arrived since; a mail may bounce after its delivery."""
        since = [at for at in (self.last_sent_at, self.delivered_at) if at]
        return self.unreachable_at is not None and all(at <= self.unreachable_at for at in since)


FIRST_TIME_OF = {
    Kind.ACCEPTED: "sent_at",
    Kind.DELIVERED: "delivered_at",
    Kind.OPENED: "opened_at",
    Kind.HANDED_OVER: "handed_over_at",
}
# A person is out of reach until a new number comes.
LAST_TIME_OF = {
    Kind.ACCEPTED: "last_sent_at",
    Kind.UNREACHABLE: "unreachable_at",
    Kind.WITHDRAWN: "withdrawn_at",
}
ANSWERS = {Kind.CONFIRMED, Kind.DECLINED}
