"""One row that changes whenever what texts are made of does, so that every process sees that its copy is old."""

from __future__ import annotations

import uuid

import pgtrigger
from django.db import models


class ContentStamp(models.Model):
    """A random value in the only row. Set by triggers, in the transaction of the change itself."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    stamp = models.UUIDField(default=uuid.uuid4)

    @classmethod
    def current(cls) -> uuid.UUID | None:
        """None before anything was ever stated: then nothing may be kept."""
        return cls.objects.values_list("stamp", flat=True).first()


def stamped() -> pgtrigger.Trigger:
    """Once per statement, however many rows it changes."""
    return pgtrigger.Trigger(
        name="content_changed",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func="""
            INSERT INTO notifications_contentstamp (id, stamp) VALUES (1, gen_random_uuid())
                ON CONFLICT (id) DO UPDATE SET stamp = EXCLUDED.stamp;
            RETURN NULL;
        """,
    )
