"""One row that counts the changes of what planning depends on, so that everybody sees that what was planned is old."""

from __future__ import annotations

import pgtrigger
from django.db import models


class PlanningStamp(models.Model):
    """A number in the only row. Raised by triggers, in the transaction of the change itself.

    It comes from a sequence, which does not go back with a transaction: a number never stands for two contents.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    number = models.PositiveBigIntegerField(default=1)

    @classmethod
    def current(cls) -> int:
        """0 before anything was ever stated."""
        return cls.objects.values_list("number", flat=True).first() or 0


def planning_stamped() -> pgtrigger.Trigger:
    """Once per statement, however many rows it changes."""
    return pgtrigger.Trigger(
        name="planning_changed",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func="""
            INSERT INTO branches_planningstamp (id, number) VALUES (1, nextval('branches_planningstamp_number'))
                ON CONFLICT (id) DO UPDATE SET number = nextval('branches_planningstamp_number');
            RETURN NULL;
        """,
    )
