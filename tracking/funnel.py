"""How far offers have come: one meaning of each step, for every page that counts it."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from tracking.models import Stage

DAYS = 90


def start_of_funnel(days: int = DAYS) -> datetime:
    """Offers made before this moment are not counted: midnight, in the bank's time zone, so many days ago."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)


def reached(prefix: str = "") -> dict[str, Q]:
    """Who has come that far, by step: conditions on Progress, or with `prefix` on what leads to it.

    A withdrawn offer is nobody's any more and stays out.
    """
    ours = ~Q(**{f"{prefix}stage": Stage.WITHDRAWN})
    at = {step: Q(**{f"{prefix}{step}_at__isnull": False}) for step in ("sent", "delivered", "opened")}
    ended = {stage.value: Q(**{f"{prefix}stage": stage}) for stage in (Stage.CONFIRMED, Stage.DECLINED)}
    return {"passed": ours, **{step: ours & condition for step, condition in at.items()}, **ended}
