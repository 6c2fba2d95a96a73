"""What we say, when, by which channel, and whether it arrived."""

from notifications.models.approved import ApprovedWording
from notifications.models.dead_letters import DeadLetter
from notifications.models.facts import (
    ConditionField,
    CoreField,
    CorePaper,
    CoreValue,
    CoreVersion,
    Demand,
    Field,
    FieldKind,
    Form,
    LocalField,
    LocalPaper,
    LocalValue,
    Paper,
)
from notifications.models.messages import Attempt, Message, MessageQuerySet, Receipt
from notifications.models.pauses import ChannelPause
from notifications.models.planning import (
    BranchChannels,
    ChannelStrategy,
    OffDays,
    ReminderRule,
    Schedule,
    SendWindow,
)
from notifications.models.stamp import ContentStamp
from notifications.models.templates import (
    NotificationTemplate,
    Passage,
    ProviderRegistration,
    Purpose,
    TemplateBody,
    TemplateVersion,
)
from notifications.models.versions import Version

__all__ = [
    "ApprovedWording",
    "Attempt",
    "BranchChannels",
    "ChannelPause",
    "ChannelStrategy",
    "ConditionField",
    "ContentStamp",
    "CoreField",
    "CorePaper",
    "CoreValue",
    "CoreVersion",
    "DeadLetter",
    "Demand",
    "Field",
    "FieldKind",
    "Form",
    "LocalField",
    "LocalPaper",
    "LocalValue",
    "Message",
    "MessageQuerySet",
    "NotificationTemplate",
    "OffDays",
    "Paper",
    "Passage",
    "ProviderRegistration",
    "Purpose",
    "Receipt",
    "ReminderRule",
    "Schedule",
    "SendWindow",
    "TemplateBody",
    "TemplateVersion",
    "Version",
]
