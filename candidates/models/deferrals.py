"""Another first day: what a branch allows, what candidates asked for, and what became of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from branches.categories import Category
from branches.history import audited
from branches.models import Branch, User
from branches.scopes import Principal, within
from candidates.fields import EncryptedTextField
from candidates.models.offers import Channel, Offer


class Weekday(models.IntegerChoices):
    """As Python's `date.weekday()`."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


@audited()
class DeferralPolicy(models.Model):
    """Which other first days a node of the tree grants by itself. The nearest node counts, there the category's own.

    What a policy does not grant goes to HR; so does everything where `at_once` is off or nothing is stated.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    branch = models.ForeignKey(
        Branch, models.CASCADE, related_name="deferral_policies", verbose_name=_("branch and below")
    )
    category = models.CharField(
        _("category"),
        max_length=10,
        choices=Category.choices,
        blank=True,
        help_text=_("Nothing chosen: for all candidates."),
    )
    at_once = models.BooleanField(
        _("answer at once"), default=True, help_text=_("Off: every request is HR's to decide.")
    )
    latest_days = models.PositiveSmallIntegerField(
        _("latest day"),
        default=30,
        validators=[MaxValueValidator(366)],
        help_text=_("So many days after the first day that was offered at first."),
    )
    times = models.PositiveSmallIntegerField(
        _("how often"), default=1, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday.choices),
        verbose_name=_("weekdays"),
        default=list,
        blank=True,
        help_text=_("None ticked: every working day."),
    )
    places_a_day = models.PositiveSmallIntegerField(
        _("places a day"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("How many may start at one branch on one day; empty: any number."),
    )

    class Meta:
        verbose_name = _("deferral policy")
        verbose_name_plural = _("deferral policies")
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "category"], name="one_deferral_policy_per_branch_and_category"
            )
        ]

    def __str__(self) -> str:
        return f"{self.branch.code} · {self.get_category_display() or _('All')}"


class DeferralReason(models.TextChoices):
    GRADUATION = "graduation", _("Graduation or exams")
    NOTICE_PERIOD = "notice_period", _("Notice period at the present employer")
    HEALTH = "health", _("Health")
    FAMILY = "family", _("Family")
    MOVING = "moving", _("Moving house")
    OTHER = "other", _("Another reason")


class DeferralState(models.TextChoices):
    PENDING = "pending", _("Waiting for HR")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")
    # The person took it back or answered, the facts moved meanwhile, or the offer was made anew.
    DROPPED = "dropped", _("No longer wanted")


class DeferralQuerySet(models.QuerySet["Deferral"]):
    def visible_to(self, principal: Principal) -> DeferralQuerySet:
        return self.filter(within(principal, "offer__branch__path", "offer__candidate__category"))

    def pending(self) -> DeferralQuerySet:
        return self.filter(state=DeferralState.PENDING)


class Deferral(models.Model):
    """One request for another first day, and its answer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="deferrals", verbose_name=_("offer"))
    state = models.CharField(
        _("state"), max_length=10, choices=DeferralState.choices, default=DeferralState.PENDING
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, blank=True)
    # The first day when it was asked, and the one asked for.
    before = models.DateTimeField(_("first day before"))
    wanted = models.DateTimeField(_("first day asked for"))
    reason = models.CharField(_("reason"), max_length=20, choices=DeferralReason.choices)
    # The person's own words; they may tell of health or family.
    words = EncryptedTextField(_("in the person's words"))
    # Why no rule granted it, as codes of candidates.deferral.
    obstacles = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    # None: a rule decided.
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    granted = models.DateTimeField(_("first day granted"), null=True, blank=True)
    # What HR tells the person with the decision.
    answer = EncryptedTextField(_("answer"))

    objects = DeferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("deferral")
        verbose_name_plural = _("deferrals")
        constraints = [
            models.UniqueConstraint(
                fields=["offer"],
                condition=models.Q(state="pending"),
                name="one_pending_deferral_per_offer",
            )
        ]
        indexes = [
            models.Index(fields=["asked_at"], name="deferral_pending", condition=models.Q(state="pending"))
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} · {self.wanted:%Y-%m-%d}"


class Extension(models.Model):
    """HR gave a candidate more time to answer, and why."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="extensions", verbose_name=_("offer"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    before = models.DateTimeField(_("answer by, before"))
    until = models.DateTimeField(_("answer by"))
    reason = EncryptedTextField(_("reason"))

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")

    def __str__(self) -> str:
        return f"{self.until:%Y-%m-%d}"
