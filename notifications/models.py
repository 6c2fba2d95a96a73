"""What we say, when, by which channel, and whether it arrived."""

from __future__ import annotations

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from branches.models import Branch
from candidates.fields import EncryptedTextField
from candidates.models import Channel, Language, Offer, Style
from notifications.states import State
from tracking.models import Event, Kind


class Purpose(models.TextChoices):
    PASS_NOTICE = "pass_notice", _("Pass notice")
    UNREAD = "unread", _("Reminder: unread")
    UNCONFIRMED = "unconfirmed", _("Reminder: unanswered")
    THREE_DAYS = "three_days", _("Three days before")
    ONE_DAY = "one_day", _("One day before")
    THE_DAY = "the_day", _("On the day")
    CHANGE_OF_FACTS = "change_of_facts", _("Change of facts")
    DEFERRAL_ANSWERED = "deferral_answered", _("Deferral answered")
    WITHDRAWAL = "withdrawal", _("Withdrawal")
    PAPERS_RETURNED = "papers_returned", _("Papers returned")
    TRAINING_NOTICE = "training_notice", _("Training notice")
    WELCOME_LETTER = "welcome_letter", _("Welcome letter")
    HR_REPLY = "hr_reply", _("Reply of HR")


class FieldKind(models.TextChoices):
    TEXT = "text", _("Text")
    LONG_TEXT = "long_text", _("Long text")
    LIST = "list", _("List, one entry a line")
    DATETIME = "datetime", _("Date and time")
    PHONE = "phone", _("Phone")
    ADDRESS = "address", _("Address")
    LINK = "link", _("Link")
    NUMBER = "number", _("Number")


class Field(models.Model):
    """A named fact that templates may use."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(_("placeholder"), unique=True)
    label = models.CharField(_("label (Chinese)"), max_length=50)
    label_en = models.CharField(_("label (English)"), max_length=50)
    kind = models.CharField(_("type"), max_length=10, choices=FieldKind.choices, default=FieldKind.TEXT)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.key} ({self.label})"


class CoreField(Field):
    """A fact headquarters states for the whole bank. Branches cannot point at it."""

    value = models.TextField(_("value (Chinese)"))
    value_en = models.TextField(_("value (English)"))

    class Meta(Field.Meta):
        abstract = False
        verbose_name = _("core field")
        verbose_name_plural = _("core fields")


class LocalField(Field):
    """A fact each branch states for itself and for the branches below it."""

    required = models.BooleanField(_("required"), default=False)
    max_length = models.PositiveIntegerField(_("maximum length"), default=200)
    hint = models.CharField(_("hint (Chinese)"), max_length=200, blank=True)
    hint_en = models.CharField(_("hint (English)"), max_length=200, blank=True)

    class Meta(Field.Meta):
        abstract = False
        verbose_name = _("local field")
        verbose_name_plural = _("local fields")


class LocalValue(models.Model):
    """A branch's value of a local field. By its foreign key it can point at nothing else."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    branch = models.ForeignKey(Branch, models.CASCADE, related_name="local_values", verbose_name=_("branch"))
    field = models.ForeignKey(LocalField, models.CASCADE, related_name="values", verbose_name=_("field"))
    value = models.TextField(_("value (Chinese)"))
    value_en = models.TextField(_("value (English)"), blank=True)

    class Meta:
        verbose_name = _("local value")
        verbose_name_plural = _("local values")
        constraints = [
            models.UniqueConstraint(fields=["branch", "field"], name="one_value_per_branch_and_field")
        ]

    def __str__(self) -> str:
        return f"{self.branch.code} · {self.field.key}"


class NotificationTemplate(models.Model):
    """Headquarters' wording for one purpose; what is sent is always one of its published versions."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices, unique=True)
    name = models.CharField(_("name (Chinese)"), max_length=100)
    name_en = models.CharField(_("name (English)"), max_length=100)

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}"


class TemplateVersion(models.Model):
    """One state of a template's texts. Once published it can be neither changed nor deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    template = models.ForeignKey(
        NotificationTemplate, models.PROTECT, related_name="versions", verbose_name=_("template")
    )
    number = models.PositiveIntegerField(_("version"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("published by")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("template version")
        verbose_name_plural = _("template versions")
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="one_version_number_once")]
        triggers = [
            pgtrigger.Protect(
                name="published_is_fixed",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"


class TemplateBody(models.Model):
    """The text of a version for one channel, style and language, with `{{ placeholders }}`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(
        TemplateVersion, models.CASCADE, related_name="bodies", verbose_name=_("version")
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    style = models.CharField(_("style"), max_length=10, choices=Style.choices)
    language = models.CharField(_("language"), max_length=10, choices=Language.choices)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"))
    provider_template = models.CharField(_("the carrier's template"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("template text")
        verbose_name_plural = _("template texts")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "channel", "style", "language"], name="one_text_per_variant"
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_text_is_fixed",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("target", "uuid")],
                func="""
                    IF (TG_OP = 'DELETE') THEN target = OLD.version_id; ELSE target = NEW.version_id; END IF;
                    IF EXISTS (SELECT 1 FROM notifications_templateversion
                               WHERE id IN (target, CASE WHEN TG_OP = 'INSERT' THEN target ELSE OLD.version_id END)
                                 AND published_at IS NOT NULL) THEN
                        RAISE EXCEPTION 'a published template version cannot be changed';
                    END IF;
                    IF (TG_OP = 'DELETE') THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} · {self.get_style_display()} · {self.get_language_display()}"


class MessageQuerySet(models.QuerySet["Message"]):
    def ready(self, *, at: datetime) -> MessageQuerySet:
        """Messages to be sent at that moment, on whatever channel."""
        return self.filter(state__in=[State.PLANNED, State.UNCERTAIN], due_at__lte=at)

    def due(self, *, channel: str, at: datetime) -> MessageQuerySet:
        """The same for one channel, the most urgent and oldest first."""
        return self.ready(at=at).filter(channel=channel).order_by("priority", "due_at")


class Message(models.Model):
    """The outbox: one row per thing to say to one candidate on one channel.

    The row is planned in the transaction that makes it necessary, composed and frozen when it is claimed, and
    sent outside any transaction. `lease` names the batch that holds it; a batch that dies loses it after
    `lease_until`, and then nobody knows whether the carrier got it: the state is `uncertain`.
    """

    class Priority(models.IntegerChoices):
        NOTICE = 1, _("Notice")
        REMINDER = 5, _("Reminder")
        BULK = 9, _("Bulk")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="messages", verbose_name=_("offer"))
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    occurrence = models.CharField(_("occurrence"), max_length=40, default="1")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.PLANNED)
    priority = models.SmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NOTICE)
    due_at = models.DateTimeField(_("due"))
    # Purpose-specific values (JSON), such as what changed from what to what.
    facts = EncryptedTextField(_("facts"))

    lease = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)

    version = models.ForeignKey(TemplateVersion, models.PROTECT, null=True, verbose_name=_("version"))
    language = models.CharField(_("language"), max_length=10, choices=Language.choices, blank=True)
    subject = EncryptedTextField(_("subject"))
    text = EncryptedTextField(_("text"))
    link = EncryptedTextField(_("link"))
    provider_template = models.CharField(_("the carrier's template"), max_length=100, blank=True)

    provider = models.CharField(_("carrier"), max_length=20, blank=True)
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
                fields=["channel", "priority", "due_at"],
                name="message_due",
                condition=models.Q(state__in=["planned", "uncertain"]),
            ),
            models.Index(fields=["lease_until"], name="message_leased", condition=models.Q(state="sending")),
            models.Index(fields=["provider", "reference"], name="message_by_reference"),
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
