"""Whom we tell: signals from interview platforms, candidates, their offers, and the keys to their pages."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from branches.categories import Category
from branches.history import audited
from branches.models import Branch
from branches.scopes import Principal, within
from candidates.encryption import blind_indexes
from candidates.fields import BlindIndexField, EncryptedTextField
from candidates.identity import masked_phone, normal_name, phone_or_text


class Channel(models.TextChoices):
    SMS = "sms", _("SMS")
    EMAIL = "email", _("Email")
    WECHAT = "wechat", _("WeChat")
    PUSH = "push", _("App push")


class Style(models.TextChoices):
    CONCISE = "concise", _("Concise")
    DETAILED = "detailed", _("Detailed")


class Language(models.TextChoices):
    CHINESE = "zh-hans", "简体中文"
    ENGLISH = "en", "English"


class Verifier(models.TextChoices):
    STANDARD_WEBHOOKS = "standard_webhooks", "Standard Webhooks"
    SMB_SIGNATURE = "smb_signature", "Smb-Signature (HMAC-SHA1)"
    API_KEY = "api_key", _("API key (Bearer or Basic)")


# Each saving encrypts the secrets anew, so a changed column does not say that the secret changed.
@audited(exclude=["secret", "previous_secret"])
class InterviewSource(models.Model):
    """An interview platform that signals results."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(_("name in the address"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    verifier = models.CharField(
        _("signature"), max_length=30, choices=Verifier.choices, default=Verifier.STANDARD_WEBHOOKS
    )
    secret = EncryptedTextField(_("secret"), editable=False)
    previous_secret = EncryptedTextField(_("previous secret"), editable=False)
    # The secrets themselves are kept out of the audit; that one was replaced shows by this.
    secret_since = models.DateTimeField(_("secret since"), default=timezone.now, editable=False)
    field_mapping = models.JSONField(
        _("field mapping"),
        default=dict,
        blank=True,
        help_text=_(
            'Our field → the path in theirs, such as {"candidate.name": "user.realName"}; empty: ours.'
        ),
    )
    threshold = models.DecimalField(_("passes from this score"), max_digits=6, decimal_places=2, default=60)
    active = models.BooleanField(_("active"), default=True)
    requests_per_minute = models.PositiveIntegerField(_("requests a minute"), default=6000)

    class Meta:
        verbose_name = _("interview source")
        verbose_name_plural = _("interview sources")

    def __str__(self) -> str:
        return self.name

    @property
    def secrets(self) -> list[str]:
        """The secret in force and, while one is being replaced, the one before it."""
        return [secret for secret in (self.secret, self.previous_secret) if secret]


class Candidate(models.Model):
    """A person. Everything that identifies the person is encrypted; blind indexes find it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = EncryptedTextField(_("name"))
    phone = EncryptedTextField(_("phone"))  # E.164
    email = EncryptedTextField(_("email"))
    id_number = EncryptedTextField(_("ID number"))
    wechat_openid = EncryptedTextField(_("WeChat openid"))
    push_id = EncryptedTextField(_("push registration"))
    name_index = BlindIndexField(source="search_name")
    phone_index = BlindIndexField(source="phone")
    email_index = BlindIndexField(source="search_email")
    id_number_index = BlindIndexField(source="id_number")
    wechat_openid_index = BlindIndexField(source="wechat_openid")
    category = models.CharField(
        _("category"), max_length=10, choices=Category.choices, default=Category.SOCIAL
    )
    preferred_channels = ArrayField(
        models.CharField(max_length=10, choices=Channel.choices),
        verbose_name=_("preferred channels"),
        default=list,
    )
    # When the person chose channel, style and language; what the platform says of them counts no more.
    preferences_set_at = models.DateTimeField(_("preferences set at"), null=True, blank=True, editable=False)
    # Channel → the carrier's code, for addresses at which nothing arrives any more.
    unusable_channels = models.JSONField(_("unusable channels"), default=dict, blank=True)
    # When the person bound the WeChat account; empty where the interview platform gave it.
    wechat_bound_at = models.DateTimeField(_("WeChat bound at"), null=True, blank=True, editable=False)
    # The moment, by WeChat's clock, of the newest following or leaving that was taken in.
    wechat_told_at = models.DateTimeField(_("WeChat told at"), null=True, blank=True, editable=False)
    style = models.CharField(_("style"), max_length=10, choices=Style.choices, default=Style.CONCISE)
    language = models.CharField(
        _("language"), max_length=10, choices=Language.choices, default=Language.CHINESE
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        indexes = [
            models.Index(fields=["name_index"], name="candidate_by_name"),
            models.Index(fields=["phone_index"], name="candidate_by_phone"),
            models.Index(fields=["email_index"], name="candidate_by_email"),
            models.Index(fields=["id_number_index"], name="candidate_by_id_number"),
            models.Index(fields=["wechat_openid_index"], name="candidate_by_wechat"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def search_name(self) -> str:
        return normal_name(self.name).casefold()

    @property
    def search_email(self) -> str:
        return self.email.casefold()

    @property
    def masked_phone(self) -> str:
        return masked_phone(self.phone)

    def can_be_reached_on(self, channel: str) -> bool:
        return bool(self.address_on(channel)) and channel not in self.unusable_channels

    def address_on(self, channel: str) -> str:
        """Where the person is reached on a channel, or "" where the person is not."""
        return {
            Channel.SMS: self.phone,
            Channel.EMAIL: self.email,
            Channel.WECHAT: self.wechat_openid,
            Channel.PUSH: self.push_id,
        }[Channel(channel)]


class OfferState(models.TextChoices):
    OFFERED = "offered", _("Waiting for an answer")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Who is still to come, as far as anybody knows.
JOINING = (OfferState.OFFERED, OfferState.CONFIRMED)


class DeclineReason(models.TextChoices):
    FURTHER_STUDY = "further_study", _("Further study")
    CIVIL_SERVICE = "civil_service", _("Civil service")
    OTHER_OFFER = "other_offer", _("Another offer")
    LOCATION = "location", _("Place of work")
    PAY = "pay", _("Pay")
    OTHER = "other", _("Another reason")


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, principal: Principal) -> OfferQuerySet:
        return self.filter(within(principal, "branch__path", "candidate__category"))

    def search(self, text: str) -> OfferQuerySet:
        """Offers whose candidate has exactly this name, phone, email or ID number, however it is written."""
        found = models.Q(candidate__name_index__in=blind_indexes(normal_name(text).casefold()))
        found |= models.Q(candidate__phone_index__in=blind_indexes(phone_or_text(text)))
        found |= models.Q(candidate__email_index__in=blind_indexes(text.strip().casefold()))
        found |= models.Q(candidate__id_number_index__in=blind_indexes(text.strip().upper()))
        return self.filter(found)


class Offer(models.Model):
    """One passed interview: the place, the time, and what the candidate answered."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Found by its own unique constraint.
    source = models.ForeignKey(InterviewSource, models.PROTECT, db_index=False, verbose_name=_("source"))
    interview_id = models.CharField(_("interview"), max_length=100)
    candidate = models.ForeignKey(
        Candidate, models.PROTECT, related_name="offers", verbose_name=_("candidate")
    )
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="offers", verbose_name=_("branch"))
    position_code = models.CharField(_("position code"), max_length=50, blank=True)
    position_title = models.CharField(_("position"), max_length=100, blank=True)
    score = models.DecimalField(_("score"), max_digits=6, decimal_places=2, null=True, blank=True)
    onboarding_at = models.DateTimeField(_("onboarding"), db_index=True)
    answer_by = models.DateTimeField(_("answer by"))
    state = models.CharField(
        _("state"), max_length=12, choices=OfferState.choices, default=OfferState.OFFERED
    )
    decline_reason = models.CharField(
        _("reason to decline"), max_length=20, choices=DeclineReason.choices, blank=True
    )
    changes = models.PositiveIntegerField(_("changes of facts"), default=0)
    content_digest = models.CharField(max_length=32, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(fields=["source", "interview_id"], name="one_offer_per_interview")
        ]
        indexes = [models.Index(fields=["branch", "-created_at"], name="offer_by_branch")]

    def __str__(self) -> str:
        return f"{self.interview_id}"

    @property
    def is_open_to_answers(self) -> bool:
        """The answer may be given, and changed, until the deadline."""
        return self.state != OfferState.WITHDRAWN and timezone.now() <= self.answer_by


class Signal(models.Model):
    """A verified result as it came in: the evidence, and what makes a repeat recognisable."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        NOT_PASSED = "not_passed", _("Not passed")
        UPDATED = "updated", _("Updated")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Found by its own unique constraint.
    source = models.ForeignKey(InterviewSource, models.PROTECT, db_index=False, verbose_name=_("source"))
    webhook_id = models.CharField(_("delivery"), max_length=200)
    interview_id = models.CharField(_("interview"), max_length=100)
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict.choices)
    offer = models.ForeignKey(
        Offer, models.PROTECT, null=True, related_name="signals", verbose_name=_("offer")
    )
    # Empty for a person who did not pass: nothing needs it any more.
    body = EncryptedTextField(_("body"))
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)

    class Meta:
        verbose_name = _("signal")
        verbose_name_plural = _("signals")
        constraints = [models.UniqueConstraint(fields=["source", "webhook_id"], name="one_signal_once")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.webhook_id}"


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class PageTokenQuerySet(models.QuerySet["PageToken"]):
    def live(self) -> PageTokenQuerySet:
        return self.filter(revoked_at__isnull=True, expires_at__gt=timezone.now())

    def find(self, token: str) -> PageToken | None:
        found = self.live().filter(token_hash=token_digest(token))
        return found.select_related("offer__candidate", "offer__branch").first()


class PageToken(models.Model):
    """A key to a candidate's page, kept as a hash. The message it went out with holds the plain text.

    `code_index` finds the short code of a text message whose carrier forbids personal links; a code opens the
    page only together with the phone number, and only a few wrong tries an hour are heard.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer = models.ForeignKey(Offer, models.CASCADE, related_name="page_tokens")
    channel = models.CharField(max_length=10, choices=Channel.choices, blank=True)
    token_hash = models.CharField(max_length=64)
    code_index = models.CharField(max_length=32, blank=True)
    issued_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = PageTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("page key")
        verbose_name_plural = _("page keys")
        constraints = [models.UniqueConstraint(fields=["token_hash"], name="one_page_key_once")]
        indexes = [models.Index(fields=["code_index"], name="page_key_by_code")]

    @staticmethod
    def new_token() -> str:
        return secrets.token_urlsafe(24)  # 192 random bits

    @staticmethod
    def new_code() -> str:
        return f"{secrets.randbelow(10**8):08d}"

    @staticmethod
    def expiry(onboarding_at: datetime) -> datetime:
        """The page outlives the first day by a while: papers and training follow it."""
        return max(onboarding_at, timezone.now()) + timedelta(days=settings.PAGE_VALID_DAYS)


class WeChatScene(models.Model):
    """What a QR code of the official account stands for: the first account to scan it is bound to the key's candidate.

    The scene is kept as a hash. `qr_text` is what the picture of the code holds; it leads into WeChat only, but whoever
    has it can scan it, so it is encrypted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.ForeignKey(PageToken, models.CASCADE, related_name="wechat_scenes")
    scene_hash = models.CharField(max_length=64, unique=True)
    qr_text = EncryptedTextField()
    issued_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("WeChat scene")
        verbose_name_plural = _("WeChat scenes")


class CodeAttempt(models.Model):
    """A wrong code for a phone number, by the number's blind index; counted to stop guessing."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    phone_index = models.CharField(max_length=32, db_index=True)
    at = models.DateTimeField(auto_now_add=True)
