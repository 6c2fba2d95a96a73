"""Headquarters' wording: one template a purpose, in published versions."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from branches.history import audited
from candidates.models import Channel, Language, Style
from notifications.models.facts import ConditionField
from notifications.models.stamp import stamped
from notifications.models.versions import Version, fixed_with


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
    HR_CONTACT = "hr_contact", _("Personal message of HR")


@audited()
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


@audited()
class TemplateVersion(Version):
    """One state of a template's texts."""

    template = models.ForeignKey(
        NotificationTemplate, models.PROTECT, related_name="versions", verbose_name=_("template")
    )

    class Meta(Version.Meta):
        abstract = False
        verbose_name = _("template version")
        verbose_name_plural = _("template versions")
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="one_version_number_once")]
        triggers = [*Version.Meta.triggers, stamped()]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"


@audited()
class Passage(models.Model):
    """A paragraph of a version that only some candidates read. Texts name it like a placeholder.

    Its own text may use placeholders, but no other passage. Rows with the same key are one passage under several
    conditions.
    """

    PART_OF = "version"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(
        TemplateVersion, models.CASCADE, related_name="passages", verbose_name=_("version")
    )
    key = models.SlugField(_("placeholder"))
    condition = ConditionField()
    text = models.TextField(_("text (Chinese)"), blank=True)
    text_en = models.TextField(_("text (English)"), blank=True)

    class Meta:
        verbose_name = _("conditional paragraph")
        verbose_name_plural = _("conditional paragraphs")
        ordering = ("key", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "key", "condition"], name="one_passage_per_version_and_condition"
            )
        ]
        triggers = [fixed_with("notifications_templateversion")]

    def __str__(self) -> str:
        return self.key

    def in_language(self, language: str) -> str:
        return self.text_en if language == Language.ENGLISH else self.text


@audited()
class TemplateBody(models.Model):
    """The text of a version for one channel, style and language, with `{{ placeholders }}`."""

    PART_OF = "version"  # in the audit
    READING_ORDER = ("channel", "-language", "style")  # of each channel the Chinese texts first

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
        triggers = [fixed_with("notifications_templateversion")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} · {self.get_style_display()} · {self.get_language_display()}"


class RegistrationQuerySet(models.QuerySet["ProviderRegistration"]):
    def usable(self, *, on: date) -> RegistrationQuerySet:
        """Approved, and not expired on that day."""
        still = models.Q(expires_on__isnull=True) | models.Q(expires_on__gte=on)
        return self.filter(still, state=ProviderRegistration.State.APPROVED)


@audited()
class ProviderRegistration(models.Model):
    """A signature or a template code that a carrier has been asked to allow, and what it answered."""

    class Kind(models.TextChoices):
        SIGNATURE = "signature", _("Signature")
        TEMPLATE = "template", _("Template")

    class State(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        EXPIRED = "expired", _("Expired")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.CharField(_("carrier"), max_length=20)
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    code = models.CharField(_("signature or code"), max_length=100)
    content = models.TextField(_("text as registered"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.REQUESTED)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration with a carrier")
        verbose_name_plural = _("registrations with carriers")
        constraints = [
            models.UniqueConstraint(fields=["provider", "kind", "code"], name="one_registration_once")
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.code}"

    @property
    def is_usable(self) -> bool:
        expired = self.expires_on is not None and self.expires_on < timezone.localdate()
        return self.state == self.State.APPROVED and not expired
