"""Who may come in where, and the record of who saw what."""

from collections.abc import Iterable
from uuid import UUID

from branches.models import ADMIN_ROLES, AccessRecord, User

# Who only reads may come in by these.
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def open_admin_by_role(users: Iterable[User]) -> None:
    """Django's `is_staff` follows the memberships: it is nobody's to tick."""
    for user in users:
        staff = user.is_superuser or user.memberships.filter(role__in=ADMIN_ROLES).exists()
        if staff != user.is_staff:
            user.is_staff = staff
            user.save(update_fields=["is_staff"])


def note_personal_data_shown(*, to: User, candidate_id: UUID, from_address: str | None) -> None:
    """Somebody asked to see a candidate's personal data in the clear. Noted before it is shown."""
    AccessRecord.objects.create(
        user=to, what="candidate.personal_data", subject_id=candidate_id, from_address=from_address
    )
