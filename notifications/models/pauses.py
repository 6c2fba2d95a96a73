"""Channels that somebody holds back."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from branches.history import audited
from branches.models import User
from candidates.models import Channel


@audited()
class ChannelPause(models.Model):
    """While the row stands, nothing is claimed on the channel: what is planned waits, what is in flight finishes.

    An id of its own, and not the channel, because the pages of the audit find a record by its id.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, unique=True)
    since = models.DateTimeField(_("since"), default=timezone.now)
    # None: from the command line, which knows no person of the bank.
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("paused by"))
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("pause of a channel")
        verbose_name_plural = _("pauses of channels")

    def __str__(self) -> str:
        return self.get_channel_display()

    @property
    def account(self) -> str:
        """For monitors and terminals, which speak English and need no names."""
        return self.by.username if self.by else "the command line"

    @property
    def who(self) -> str:
        return str(self.by) if self.by else gettext("the command line")
