"""How a template's text comes into force: a draft, its check, its publication. Nothing is changed afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext

from branches.models import User
from candidates.models import Channel, Language, Style
from notifications.compose import placeholders
from notifications.facts import FILLED_BY_SYSTEM
from notifications.models import CoreField, LocalField, NotificationTemplate, TemplateBody, TemplateVersion

BRACES = re.compile(r"\{\{|\}\}")
WELL_FORMED = re.compile(r"\{\{\s*[a-z_]+\s*\}\}")


class NotPublishable(Exception):
    """A draft is not fit to be sent; `problems` says why, a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def known_placeholders() -> frozenset[str]:
    """Every name a text may use: the system's own, headquarters' and the branches' fields."""
    keys = [
        *CoreField.objects.values_list("key", flat=True),
        *LocalField.objects.values_list("key", flat=True),
    ]
    return FILLED_BY_SYSTEM.union(keys)


def text_problems(text: str, *, known: frozenset[str]) -> Iterator[str]:
    """What is wrong with the placeholders of one text."""
    for name in sorted(placeholders(text) - known):
        yield gettext("There is no placeholder {{ %(name)s }}.") % {"name": name}
    if BRACES.search(WELL_FORMED.sub("", text)):
        yield gettext("A placeholder is written {{ name }}, in small letters.")


def version_problems(version: TemplateVersion) -> list[str]:
    bodies = list(version.bodies.all())
    if not bodies:
        return [gettext("There is no text yet.")]
    known = known_placeholders()
    found = [f"{_called(body)}: {problem}" for body in bodies for problem in _body_problems(body, known)]
    return [*_missing_fallbacks(bodies), *found]


def _called(body: TemplateBody) -> str:
    return f"{body.get_channel_display()} · {body.get_style_display()} · {body.get_language_display()}"


def _body_problems(body: TemplateBody, known: frozenset[str]) -> Iterator[str]:
    yield from text_problems(f"{body.subject}\n{body.text}", known=known)
    if body.channel == Channel.EMAIL and not body.subject.strip():
        yield gettext("A mail needs a subject.")
    if body.channel == Channel.WECHAT and not body.provider_template:
        yield gettext("WeChat sends registered templates only: enter the template's number.")


def _missing_fallbacks(bodies: list[TemplateBody]) -> Iterator[str]:
    """Whoever wants a variant that does not exist gets the concise Chinese one, so each channel needs that."""
    variants = {(body.channel, body.style, body.language) for body in bodies}
    for channel in dict.fromkeys(body.channel for body in bodies):
        if (channel, Style.CONCISE, Language.CHINESE) not in variants:
            yield gettext("%(channel)s needs a concise Chinese text.") % {"channel": Channel(channel).label}


@transaction.atomic
def publish(version: TemplateVersion, *, by: User) -> None:
    """From now on this version is what is sent. Raises NotPublishable."""
    locked = TemplateVersion.objects.select_for_update().get(pk=version.pk)
    if locked.published_at:
        raise NotPublishable([gettext("This version is published already.")])
    if problems := version_problems(locked):
        raise NotPublishable(problems)
    locked.published_at, locked.published_by = timezone.now(), by
    locked.save(update_fields=["published_at", "published_by"])


@transaction.atomic
def new_draft(template: NotificationTemplate, *, source: TemplateVersion | None) -> TemplateVersion:
    """A draft with the texts of `source`, or an empty one, under the template's next number."""
    NotificationTemplate.objects.select_for_update().get(pk=template.pk)
    newest: int = template.versions.aggregate(newest=Max("number"))["newest"] or 0
    draft = TemplateVersion.objects.create(template=template, number=newest + 1)
    if source:
        TemplateBody.objects.bulk_create(_copies(source, draft))
    return draft


def _copies(source: TemplateVersion, draft: TemplateVersion) -> Iterator[TemplateBody]:
    for body in source.bodies.all():
        yield TemplateBody(
            version=draft,
            channel=body.channel,
            style=body.style,
            language=body.language,
            subject=body.subject,
            text=body.text,
            provider_template=body.provider_template,
        )
