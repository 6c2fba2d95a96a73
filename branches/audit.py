"""Notes for the audit that no trigger can make: what was refused, and which machine made a change."""

from __future__ import annotations

import pghistory

from branches.models import ApiKey, RefusedAttempt, User


def note_refused(*, by: User | ApiKey, what: str, target: str, from_address: str | None) -> None:
    """Somebody tried what they may not do, and was refused.

    `what` is a short code of the try (`content.core_field`; words for it stand in `branches.audit_pages`), `target`
    what it was tried on: a key, a branch's code, an id, and never personal data; it is cut at 200 characters.

    The record must outlive the refusal, so call this outside of `transaction.atomic`: inside of it, an exception that
    leaves the block takes the record back with everything else.
    """
    RefusedAttempt.objects.create(
        user=by if isinstance(by, User) else None,
        key_name=by.name or str(by.pk) if isinstance(by, ApiKey) else "",
        what=what,
        target=target.replace("\0", "")[:200],
        from_address=from_address,
    )


def note_key(key: ApiKey) -> None:
    """From here on the changes of this request are kept as made by the machine with this key.

    Where changes are not attributed (see `hrnotify.middleware.NoteWhoChanges`), it does nothing.
    """
    pghistory.context(key=key.name or str(key.pk))
