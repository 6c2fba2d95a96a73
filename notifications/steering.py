"""Who may steer the outbox from the admin: hold a channel back, say again what reached nobody."""

from branches.models import User


def may_steer(person: User) -> bool:
    """Headquarters' HR; an auditor looks on."""
    return person.has_perm("notifications.steer_outbox")
