"""What is published: it comes into force at its time, and from then on nothing can change it."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7


class Version(models.Model):
    """A draft until it has a moment from which it counts; when that has come, a part of the record.

    While the moment lies ahead it can be taken back, and the version is a draft again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.PositiveIntegerField(_("version"))
    note = models.CharField(_("what changes, and why"), max_length=200, blank=True)
    based_on = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("made from")
    )
    published_at = models.DateTimeField(_("in force from"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        abstract = True
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(
                name="published_is_fixed",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.published_at <= clock_timestamp()"),
            )
        ]

    @property
    def is_draft(self) -> bool:
        return self.published_at is None

    @property
    def is_scheduled(self) -> bool:
        return self.published_at is not None and self.published_at > timezone.now()


def fixed_with(version_table: str) -> pgtrigger.Trigger:
    """What belongs to a version can neither come, go nor change once the version has its moment.

    The version's row is held until the change is committed: a publishing that looks at the parts meanwhile waits for
    it, and a change that comes during a publishing waits and is refused. So what was checked is what comes into force.
    """
    return pgtrigger.Trigger(
        name="fixed_with_version",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("versions", "uuid[]")],
        func=f"""
            versions = CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.version_id]
                                  WHEN 'DELETE' THEN ARRAY[OLD.version_id]
                                  ELSE ARRAY[OLD.version_id, NEW.version_id] END;
            PERFORM 1 FROM {version_table} WHERE id = ANY(versions) ORDER BY id FOR SHARE;
            IF EXISTS (SELECT 1 FROM {version_table} WHERE id = ANY(versions) AND published_at IS NOT NULL) THEN
                RAISE EXCEPTION 'a published version cannot be changed';
            END IF;
            IF (TG_OP = 'DELETE') THEN RETURN OLD; END IF;
            RETURN NEW;
        """,  # noqa: S608  the table's name is ours
    )
