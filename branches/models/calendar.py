"""Which days people work: what headquarters or a branch states beside the official calendar."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from branches.history import audited
from branches.models.organisation import Branch
from branches.models.stamp import planning_stamped


@audited()
class CalendarDay(models.Model):
    """A day that is worked, or not, whatever the calendar says; for a node of the tree and all below it.

    The nearest node counts, so a branch may state otherwise than headquarters.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    branch = models.ForeignKey(
        Branch, models.CASCADE, related_name="calendar_days", verbose_name=_("branch and below")
    )
    day = models.DateField(_("day"))
    is_working = models.BooleanField(_("people work"), default=False)
    note = models.CharField(_("why"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("day of the calendar")
        verbose_name_plural = _("days of the calendar")
        ordering = ("-day",)
        constraints = [models.UniqueConstraint(fields=["branch", "day"], name="one_word_per_branch_and_day")]
        triggers = [planning_stamped()]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} · {self.branch.code}"
