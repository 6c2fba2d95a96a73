"""Which version of a thing counts, now or at some moment, and which did before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from notifications.models import CoreVersion, TemplateVersion, Version

# Of two with the same moment the later one counts.
NEWEST_FIRST = ("-published_at", "-number")


def versions_beside(version: Version) -> QuerySet[Any]:
    """All versions of the same thing, this one included."""
    if isinstance(version, TemplateVersion):
        return TemplateVersion.objects.filter(template=version.template_id)
    return CoreVersion.objects.all()


def newest_first(versions: QuerySet[Any], *, at: datetime) -> QuerySet[Any]:
    """Those that had come into force by then, the one that counted first."""
    return versions.filter(published_at__lte=at).order_by(*NEWEST_FIRST)


def in_force(version: Version) -> Any:
    """The version of the same thing that counts now, if any does."""
    return newest_first(versions_beside(version), at=timezone.now()).first()


def version_before(version: Version) -> Any:
    """What a version is compared with: what is in force, or what was before it came into force."""
    if version.published_at is None or version.is_scheduled:
        return in_force(version)
    earlier = versions_beside(version).exclude(pk=version.pk).exclude(number__gt=version.number)
    return newest_first(earlier, at=version.published_at).first()
