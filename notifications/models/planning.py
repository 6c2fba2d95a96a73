"""When and by which way, as headquarters and branches state it; and when each offer is to be looked at again."""

from __future__ import annotations

from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Max, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from branches.history import audited
from branches.models import Branch
from branches.models.stamp import planning_stamped
from candidates.models import Channel, Offer
from notifications.conditions import in_words
from notifications.models.facts import ConditionField
from notifications.models.templates import Purpose

SHORTEST_WAIT, LONGEST_WAIT = 10, 30 * 24 * 60  # minutes
MOST_A_DAY = 20


def _channel() -> models.CharField[str, str]:
    return models.CharField(max_length=10, choices=Channel.choices)


@audited()
class ChannelStrategy(models.Model):
    """By which channels headquarters lets one purpose go out to some candidates, and when the next one is tried.

    The row that counts names the purpose before one for all purposes, has a condition before one for everybody, and
    then stands first.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    purpose = models.CharField(
        _("purpose"),
        max_length=20,
        choices=Purpose.choices,
        blank=True,
        help_text=_("Nothing chosen: every purpose that has no row of its own."),
    )
    condition = ConditionField()
    position = models.PositiveSmallIntegerField(_("place among its like"), default=0)
    channels = ArrayField(_channel(), verbose_name=_("allowed channels, the first one first"))
    on_two = models.BooleanField(
        _("on two channels at once"), default=False, help_text=_("For what must not be missed.")
    )
    no_receipt_minutes = models.PositiveIntegerField(
        _("no receipt: next channel after (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(SHORTEST_WAIT), MaxValueValidator(LONGEST_WAIT)],
    )
    unopened_minutes = models.PositiveIntegerField(
        _("not opened: next channel after (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(SHORTEST_WAIT), MaxValueValidator(LONGEST_WAIT)],
    )
    urgent = models.BooleanField(
        _("at any hour"),
        default=False,
        help_text=_("Does not wait for the send window, and does not count for the messages a day."),
    )

    class Meta:
        verbose_name = _("channel strategy")
        verbose_name_plural = _("channel strategies")
        ordering = ("purpose", "position", "id")
        constraints = [
            models.CheckConstraint(
                condition=~Q(channels=[]),
                name="strategy_has_a_channel",
                violation_error_message=_("Allow at least one channel."),
            ),
            models.UniqueConstraint(
                fields=["purpose", "condition"],
                name="one_strategy_per_purpose_and_condition",
                violation_error_message=_(
                    "There is a strategy for this purpose and these candidates already."
                ),
            ),
        ]
        triggers = [planning_stamped()]

    def __str__(self) -> str:
        purpose = self.get_purpose_display() or _("Every purpose")
        return " · ".join(filter(None, [f"{purpose}", in_words(self.condition)]))


@audited()
class BranchChannels(models.Model):
    """Which of the channels that headquarters allows a branch uses, and in which order; for all below it as well."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    branch = models.OneToOneField(
        Branch, models.CASCADE, related_name="channels", verbose_name=_("branch and below")
    )
    channels = ArrayField(_channel(), verbose_name=_("channels, the first one first"))

    class Meta:
        verbose_name = _("channels of a branch")
        verbose_name_plural = _("channels of branches")
        constraints = [
            models.CheckConstraint(
                condition=~Q(channels=[]),
                name="branch_has_a_channel",
                violation_error_message=_("Choose at least one channel."),
            )
        ]
        triggers = [planning_stamped()]

    def __str__(self) -> str:
        return f"{self.branch.code}"


class OffDays(models.TextChoices):
    """When what falls on a day that is not worked goes out."""

    SEND = "send", _("on that day all the same")
    EARLIER = "earlier", _("on the last working day before, where that makes sense")
    LATER = "later", _("on the next working day")


@audited()
class SendWindow(models.Model):
    """When a node of the tree sends what is not urgent, by the clocks of each branch. The nearest node counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    branch = models.OneToOneField(
        Branch, models.CASCADE, related_name="send_window", verbose_name=_("branch and below")
    )
    opens_at = models.TimeField(_("not before"), default=time(8))
    closes_at = models.TimeField(_("not after"), default=time(21))
    off_days = models.CharField(
        _("what falls on a day off goes out"), max_length=10, choices=OffDays.choices, default=OffDays.SEND
    )
    # On the working day that it is moved to; the whole window where none is stated.
    slot_from = models.TimeField(_("then not before"), null=True, blank=True)
    slot_to = models.TimeField(_("then not after"), null=True, blank=True)
    messages_a_day = models.PositiveSmallIntegerField(
        _("messages a day"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_A_DAY)],
        help_text=_("So many to one person at most, urgent ones apart; empty: no limit."),
    )

    class Meta:
        verbose_name = _("send window")
        verbose_name_plural = _("send windows")
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")),
                name="window_opens_before_it_closes",
                violation_error_message=_("The window must open before it closes."),
            ),
            models.CheckConstraint(
                condition=Q(slot_from__isnull=True, slot_to__isnull=True)
                | Q(slot_from__gte=F("opens_at"), slot_to__lte=F("closes_at"), slot_from__lt=F("slot_to")),
                name="slot_lies_in_the_window",
                violation_error_message=_("State both times, the first one earlier, within the window."),
            ),
        ]
        triggers = [planning_stamped()]

    def __str__(self) -> str:
        return f"{self.branch.code} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"


def next_number() -> int:
    """One more than any rule ever had, as long as the highest is not deleted: rules are switched off instead."""
    return (ReminderRule.objects.aggregate(highest=Max("number"))["highest"] or 0) + 1


@audited()
class ReminderRule(models.Model):
    """What is said, or asked of HR, some time after the notice, before the deadline or before the first day."""

    class Kind(models.TextChoices):
        UNREAD = Purpose.UNREAD.value, Purpose.UNREAD.label
        UNCONFIRMED = Purpose.UNCONFIRMED.value, Purpose.UNCONFIRMED.label
        HR_TASK = "hr_task", _("Task for HR: unanswered")
        THREE_DAYS = Purpose.THREE_DAYS.value, Purpose.THREE_DAYS.label
        ONE_DAY = Purpose.ONE_DAY.value, Purpose.ONE_DAY.label
        THE_DAY = Purpose.THE_DAY.value, Purpose.THE_DAY.label

    class Anchor(models.TextChoices):
        NOTICE = "notice", _("hours after the notice went out")
        DEADLINE = "deadline", _("hours before the deadline")
        FIRST_DAY = "first_day", _("days before the first day")

    BEFORE_THE_ANSWER = (Kind.UNREAD, Kind.UNCONFIRMED, Kind.HR_TASK)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Stands in the occurrence of what it plans: a changed rule does not say again what it said before.
    number = models.PositiveSmallIntegerField(_("number"), unique=True, editable=False, default=next_number)
    kind = models.CharField(_("what"), max_length=20, choices=Kind.choices)
    condition = ConditionField()
    anchor = models.CharField(_("when"), max_length=10, choices=Anchor.choices)
    amount = models.PositiveSmallIntegerField(
        _("how many"), validators=[MaxValueValidator(720)], help_text=_("Hours or days.")
    )
    working_days = models.BooleanField(
        _("count working days only"), default=False, help_text=_("For days before the first day.")
    )
    at = models.TimeField(_("at"), null=True, blank=True, help_text=_("For days before the first day."))
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("reminder rule")
        verbose_name_plural = _("reminder rules")
        ordering = ("number",)
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["unread", "unconfirmed", "hr_task"], anchor__in=["notice", "deadline"])
                | Q(kind__in=["three_days", "one_day", "the_day"], anchor="first_day", at__isnull=False),
                name="rule_has_its_anchor",
                violation_error_message=_(
                    "Before the answer count hours from the notice or to the deadline; before the first day count "
                    "days, and state a time."
                ),
            )
        ]
        triggers = [planning_stamped()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.amount} {self.get_anchor_display()}"


class Schedule(models.Model):
    """When the planner looks at an offer again, and what was in force when it last did.

    `look_at` is None once nothing can come any more. Whatever moves an offer's facts sets it to that moment.
    """

    offer = models.OneToOneField(
        Offer, models.CASCADE, primary_key=True, related_name="schedule", verbose_name=_("offer")
    )
    look_at = models.DateTimeField(_("next look"), null=True)
    planned_with = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        indexes = [
            models.Index(fields=["look_at"], name="schedule_due", condition=Q(look_at__isnull=False)),
            models.Index(fields=["planned_with"], name="schedule_stale", condition=Q(look_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.look_at or ''}"
