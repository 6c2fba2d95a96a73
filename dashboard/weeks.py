"""This week and the next, as one-tap filters of the list."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Week:
    label: Promise | str
    query: str
    chosen: bool


def weeks(asked: QueryDict) -> list[Week]:
    """Links that keep the other conditions of the address and replace its days."""
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    labels = [_("Onboarding this week"), _("Onboarding next week")]
    found = []
    for number, label in enumerate(labels):
        start = monday + timedelta(weeks=number)
        days = {"start": start.isoformat(), "end": (start + timedelta(days=6)).isoformat()}
        query = asked.copy()
        query.pop("after", None)
        chosen = all(asked.get(name) == day for name, day in days.items())
        for name, day in days.items():
            query[name] = day
        found.append(Week(label, query.urlencode(), chosen))
    return found
