"""What happened: events, how far each offer has come, and the calls HR made."""

from tracking.models.contacts import Call, CallResult
from tracking.models.events import (
    Actor,
    Event,
    Kind,
    Progress,
    Stage,
)

__all__ = [
    "Actor",
    "Call",
    "CallResult",
    "Event",
    "Kind",
    "Progress",
    "Stage",
]
