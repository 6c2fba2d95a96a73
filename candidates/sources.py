"""Interview sources and their secrets."""

from __future__ import annotations

import base64
import secrets

from django.db import transaction
from django.utils import timezone

from candidates.models import InterviewSource


def new_secret() -> str:
    """A Standard Webhooks secret of 24 random bytes."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"


@transaction.atomic
def replace_secret(source: InterviewSource) -> str:
    """A new secret, in the clear. The one before it stays valid until the next replacement."""
    locked = InterviewSource.objects.select_for_update().get(pk=source.pk)
    locked.previous_secret, locked.secret = locked.secret, new_secret()
    locked.secret_since = timezone.now()
    locked.save(update_fields=["secret", "previous_secret", "secret_since"])
    return locked.secret
