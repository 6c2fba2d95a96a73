"""Who we are: the tree of branches, the people who work in it, what each may see, and which days they work."""

from branches.models.calendar import CalendarDay
from branches.models.organisation import (
    ADMIN_ROLES,
    CONTENT_ROLES,
    AccessRecord,
    ApiKey,
    Branch,
    Calendar,
    Membership,
    RefusedAttempt,
    Role,
    User,
    validate_time_zone,
)
from branches.models.stamp import PlanningStamp

__all__ = [
    "ADMIN_ROLES",
    "CONTENT_ROLES",
    "AccessRecord",
    "ApiKey",
    "Branch",
    "Calendar",
    "CalendarDay",
    "Membership",
    "PlanningStamp",
    "RefusedAttempt",
    "Role",
    "User",
    "validate_time_zone",
]
