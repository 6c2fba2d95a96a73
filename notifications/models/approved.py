"""Wording that headquarters approved for personal messages of HR."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from branches.history import audited
from candidates.models import Language

LONGEST_PERSONAL_TEXT = 200


@audited()
class ApprovedWording(models.Model):
    """A text that HR may start a personal message from; edited within limits before it goes out."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(_("title (Chinese)"), max_length=50, unique=True)
    title_en = models.CharField(_("title (English)"), max_length=50)
    text = models.CharField(_("text (Chinese)"), max_length=LONGEST_PERSONAL_TEXT)
    text_en = models.CharField(_("text (English)"), max_length=LONGEST_PERSONAL_TEXT)
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("approved wording")
        verbose_name_plural = _("approved wordings")
        ordering = ("position", "title")

    def __str__(self) -> str:
        return self.title

    def in_language(self, language: str) -> str:
        return self.text_en if language == Language.ENGLISH else self.text
