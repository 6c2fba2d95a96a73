"""The outbox and what the carriers reported of it."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from branches.models import Branch
from candidates.fields import EncryptedTextField
from candidates.models import Channel, Language, Offer
from notifications.models.facts import CoreVersion
from notifications.models.templates import Purpose, TemplateVersion
from notifications.states import State
from tracking.models import Event, Kind


class MessageQuerySet(models.QuerySet["Message"]):
    def ready(self, *, at: datetime) -> MessageQuerySet:
        """Messages to be sent at that moment, on whatever channel."""
        return self.filter(state__in=[State.PLANNED, State.UNCERTAIN], due_at__lte=at)


class Message(models.Model):
    """The outbox: one row per thing to say to one candidate on one channel.

    The row is planned in the transaction that makes it necessary, composed and frozen when it is claimed, and
    sent outside any transaction. `lease` names the batch that holds it; a batch that dies loses it after
    `lease_until`, and then nobody knows whether the carrier got it: the state is `uncertain`.
    """

    class Priority(models.IntegerChoices):
        NOTICE = 1, _("Notice")
        REMINDER = 5, _("Reminder")
        BULK = 9, _("Bulk")  # what nobody waits for

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="messages", verbose_name=_("offer"))
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    occurrence = models.CharField(_("occurrence"), max_length=40, default="1")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.PLANNED)
    priority = models.SmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NOTICE)
    due_at = models.DateTimeField(_("due"))
    # After this nobody needs it any more; None: it is always worth sending.
    expires_at = models.DateTimeField(_("no use after"), null=True)
    # The offer's branch when it was planned: branches take turns at a carrier.
    share_of = models.ForeignKey(
        Branch, models.PROTECT, db_index=False, related_name="+", verbose_name=_("turn of")
    )
    # Why on this channel and at this moment, as notifications.reasons reads it.
    reasons = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    # Purpose-specific values (JSON), such as what changed from what to what.
    facts = EncryptedTextField(_("facts"))

    lease = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)

    version = models.ForeignKey(TemplateVersion, models.PROTECT, null=True, verbose_name=_("version"))
    core = models.ForeignKey(CoreVersion, models.PROTECT, null=True, verbose_name=_("core version"))
    language = models.CharField(_("language"), max_length=10, choices=Language.choices, blank=True)
    subject = EncryptedTextField(_("subject"))
    text = EncryptedTextField(_("text"))
    link = EncryptedTextField(_("link"))
    provider_template = models.CharField(_("the carrier's template"), max_length=100, blank=True)
    # What that template leaves open, by name (JSON).
    template_values = EncryptedTextField(_("the template's values"))
    # Of carriers that hand out keys against doubling: kept before it is used.
    carrier_key = models.CharField(_("the carrier's key"), max_length=100, blank=True)

    provider = models.CharField(_("carrier"), max_length=20, blank=True)
    # Carriers of the channel that cannot carry this message; another one may.
    unfit_carriers = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    reference = models.CharField(_("the carrier's number"), max_length=100, blank=True)
    error_code = models.CharField(_("error code"), max_length=50, blank=True)
    error = models.CharField(_("error"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("planned at"), default=timezone.now)
    first_sent_at = models.DateTimeField(_("first sent"), null=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "purpose", "occurrence", "channel"],
                name="one_message_per_occurrence_and_channel",
            )
        ]
        indexes = [
            models.Index(
                fields=["channel", "share_of", "priority", "due_at"],
                name="message_due",
                condition=models.Q(state__in=["planned", "uncertain"]),
            ),
            models.Index(fields=["lease_until"], name="message_leased", condition=models.Q(state="sending")),
            models.Index(fields=["provider", "reference"], name="message_by_reference"),
            models.Index(
                fields=["created_at", "id"],
                name="message_failed",
                condition=models.Q(state__in=["expired", "rejected", "undelivered", "bounced"]),
            ),
            models.Index(
                fields=["provider", "accepted_at"],
                name="message_without_receipt",
                condition=models.Q(state="accepted"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} · {self.get_channel_display()}"

    def event(self, kind: Kind, *, at: datetime, detail: str, actor: str = "") -> Event:
        """Something that happened to this message, not yet recorded."""
        return Event(
            offer_id=self.offer_id,
            kind=kind,
            at=at,
            channel=self.channel,
            message_id=self.pk,
            detail=detail,
            actor=actor,
        )


class Attempt(models.Model):
    """One try to hand a message to a carrier, and what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="attempts", verbose_name=_("message"))
    provider = models.CharField(_("carrier"), max_length=20)
    at = models.DateTimeField(_("at"))
    milliseconds = models.PositiveIntegerField(_("milliseconds"), default=0)
    outcome = models.CharField(_("outcome"), max_length=12, choices=State.choices)
    code = models.CharField(_("code"), max_length=50, blank=True)
    detail = models.CharField(_("detail"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [
            models.Index(fields=["at"], name="attempt_failed", condition=~models.Q(outcome="accepted")),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.outcome}"


class Receipt(models.Model):
    """What a carrier reported, as it reported it. It may come before we know the message's reference."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.CharField(_("carrier"), max_length=20)
    key = models.CharField(_("the carrier's key"), max_length=200)
    reference = models.CharField(_("the carrier's number"), max_length=100, blank=True)
    message = models.ForeignKey(
        Message, models.CASCADE, null=True, related_name="receipts", verbose_name=_("message")
    )
    word = models.CharField(_("the carrier's word"), max_length=100)
    outcome = models.CharField(_("outcome"), max_length=12, choices=State.choices, blank=True)
    code = models.CharField(_("code"), max_length=50, blank=True)
    raw = EncryptedTextField(_("as received"))
    received_at = models.DateTimeField(_("received at"), default=timezone.now)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [models.UniqueConstraint(fields=["provider", "key"], name="one_receipt_once")]
        indexes = [
            models.Index(
                fields=["provider", "reference"],
                name="receipt_unmatched",
                condition=models.Q(message__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.word}"
