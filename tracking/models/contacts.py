"""HR's own contacts with a candidate: the call log."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from branches.models import User
from candidates.fields import EncryptedTextField
from candidates.models import Offer


class CallResult(models.TextChoices):
    REACHED = "reached", _("Reached: will answer")
    CONFIRMS = "confirms", _("Reached: will join")
    DECLINES = "declines", _("Reached: will not join")
    UNDECIDED = "undecided", _("Reached: undecided")
    NO_ANSWER = "no_answer", _("Nobody answered")
    WRONG_NUMBER = "wrong_number", _("Wrong number")


class Call(models.Model):
    """One call, its result, and when to call again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="calls", verbose_name=_("offer"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who called"))
    result = models.CharField(_("result"), max_length=20, choices=CallResult.choices)
    note = EncryptedTextField(_("note"))
    again_at = models.DateTimeField(_("call again"), null=True, blank=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        indexes = [models.Index(fields=["offer", "at"], name="call_by_offer")]

    def __str__(self) -> str:
        return f"{self.get_result_display()}"
