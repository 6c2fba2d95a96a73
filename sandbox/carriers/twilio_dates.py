"""Twilio's `DateSent`, `DateSent>` and `DateSent<` filters: inclusive, by day or by moment (GMT)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class DateFilter:
    """From `first` up to, not including, `end`; None leaves that side open."""

    first: datetime | None
    end: datetime | None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "DateFilter":
        """ValueError when a date cannot be read."""
        if on := query.get("DateSent"):
            midnight = _moment(on).replace(hour=0, minute=0, second=0, microsecond=0)
            return cls(first=midnight, end=midnight + DAY)
        after, before = query.get("DateSent>"), query.get("DateSent<")
        return cls(
            first=_moment(after) if after else None,
            # A moment is written in whole seconds, so all of its second is included, as is all of a day.
            end=_moment(before) + (SECOND if "T" in before else DAY) if before else None,
        )

    def covers(self, moment: datetime) -> bool:
        return (self.first is None or moment >= self.first) and (self.end is None or moment < self.end)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
