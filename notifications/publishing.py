"""How what headquarters states comes into force: a draft, its review, its moment. Nothing is changed afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext

from branches.models import User
from notifications.models import CoreVersion, NotificationTemplate, TemplateVersion, Version
from notifications.notes import Note
from notifications.review import review

AnyVersion = TypeVar("AnyVersion", TemplateVersion, CoreVersion)

# What belongs to a version and is copied with it.
PARTS: dict[type[Version], tuple[str, ...]] = {
    TemplateVersion: ("bodies", "passages"),
    CoreVersion: ("values", "papers"),
}

# Nearer than this its moment counts as come: a worker may compose with a version while its taking back is stored.
TOO_LATE = timedelta(minutes=1)


class NotPublishable(Exception):
    """A version cannot come into force; `problems` says why, a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def fingerprint(version: Version) -> str:
    """Of all that a version says: whoever read it publishes that, and not what somebody else has written since."""
    said = [
        sorted(
            json.dumps(row, sort_keys=True, cls=DjangoJSONEncoder) for row in getattr(version, part).values()
        )
        for part in PARTS[type(version)]
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:20]


@transaction.atomic
def publish(
    version: AnyVersion, *, by: User, at: datetime | None = None, seen: str | None = None
) -> list[Note]:
    """From `at` on, or from now, this version counts. Returns the warnings. Raises NotPublishable.

    `seen`: its `fingerprint` as it was read before; without one it is published as it is now.
    """
    locked = type(version)._default_manager.select_for_update(of=("self",)).get(pk=version.pk)
    now = timezone.now()
    if locked.published_at:
        raise NotPublishable([gettext("This version is published already.")])
    if at and at <= now:
        raise NotPublishable([gettext("The moment lies in the past.")])
    if seen is not None and seen != fingerprint(locked):
        raise NotPublishable(
            [gettext("The draft was changed after you opened this page: please read it again.")]
        )
    notes = review(locked)
    if problems := [str(note) for note in notes if note.stops]:
        raise NotPublishable(problems)
    locked.published_at, locked.published_by = at or now, by
    locked.save(update_fields=["published_at", "published_by"])
    return notes


@transaction.atomic
def take_back(version: AnyVersion) -> None:
    """A version whose moment lies ahead becomes a draft again. Raises NotPublishable where it has come, or nearly."""
    locked = type(version)._default_manager.select_for_update(of=("self",)).get(pk=version.pk)
    if not locked.is_scheduled:
        raise NotPublishable([gettext("Only a version whose moment lies ahead can be taken back.")])
    if locked.published_at and locked.published_at < timezone.now() + TOO_LATE:
        raise NotPublishable(
            [gettext("It comes into force within a minute: it is too late to take it back.")]
        )
    locked.published_at = locked.published_by = None
    locked.save(update_fields=["published_at", "published_by"])


@transaction.atomic
def roll_back(version: AnyVersion, *, by: User) -> AnyVersion:
    """A new version with this one's content, in force at once: the record only ever grows. Raises NotPublishable."""
    note = gettext("Back to version %(number)s") % {"number": version.number}
    draft = new_draft_from(version, note=note)
    publish(draft, by=by)
    draft.refresh_from_db()
    return draft


def new_draft(template: NotificationTemplate, *, source: TemplateVersion | None) -> TemplateVersion:
    """A draft with the texts of `source`, or an empty one, under the template's next number."""
    return _new_draft(TemplateVersion, source, template=template)


def new_core_draft() -> CoreVersion:
    """A draft of the core with what the newest version states."""
    return _new_draft(CoreVersion, CoreVersion.objects.order_by("-number").first())


def new_draft_from(version: AnyVersion, *, note: str = "") -> AnyVersion:
    """A draft with the content of `version`, under the next number."""
    owner: dict[str, Any] = {"template": version.template} if isinstance(version, TemplateVersion) else {}
    return _new_draft(type(version), version, note=note, **owner)


@transaction.atomic
def _new_draft(
    kind: type[AnyVersion], source: AnyVersion | None, *, note: str = "", **owner: Any
) -> AnyVersion:
    _one_draft_at_a_time(**owner)
    newest: int = kind.objects.filter(**owner).aggregate(newest=Max("number"))["newest"] or 0
    draft = kind.objects.create(number=newest + 1, based_on=source, note=note, **owner)
    if source:
        for part in PARTS[kind]:
            rows = getattr(source, part).all()
            rows.model.objects.bulk_create(_copies(rows, draft))
    return draft


def _one_draft_at_a_time(template: NotificationTemplate | None = None) -> None:
    """Numbers are given one after the other."""
    if template:
        NotificationTemplate.objects.select_for_update().get(pk=template.pk)
    else:
        CoreVersion.objects.select_for_update().order_by("number").first()


def _copies(rows: Iterable[models.Model], draft: Version) -> list[models.Model]:
    """The same rows under the draft, each with a key of its own."""
    kept = {"id", "version"}
    return [
        type(row)(
            version=draft,
            **{f.name: getattr(row, f.name) for f in row._meta.concrete_fields if f.name not in kept},
        )
        for row in rows
    ]
