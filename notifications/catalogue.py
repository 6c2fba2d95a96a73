"""What a batch of messages needs to be composed, read in a handful of queries whatever the batch's size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from branches.models import Branch
from candidates.models import Language, Style
from notifications.compose import Value
from notifications.models import CoreField, FieldKind, LocalValue, TemplateBody, TemplateVersion


class NoTemplate(Exception):
    """No published version has a text for this purpose and channel."""


@dataclass(frozen=True)
class Catalogue:
    """Published texts by (purpose, channel, style, language), core fields, and local values by tree path and key."""

    bodies: dict[tuple[str, str, str, str], TemplateBody]
    core: list[CoreField]
    local: dict[tuple[str, str], LocalValue]

    @classmethod
    def load(cls, *, purposes: Iterable[str], branches: Iterable[Branch]) -> Catalogue:
        paths = {path for branch in branches for path in branch.path_and_above}
        values = LocalValue.objects.filter(branch__path__in=paths).select_related("branch", "field")
        return cls(
            bodies=_published_bodies(purposes),
            core=list(CoreField.objects.all()),
            local={(value.branch.path, value.field.key): value for value in values},
        )

    def body(self, *, purpose: str, channel: str, style: str, language: str) -> TemplateBody:
        """The variant asked for, else the concise one, else the Chinese one. Raises NoTemplate."""
        for key in (
            (purpose, channel, style, language),
            (purpose, channel, Style.CONCISE, language),
            (purpose, channel, Style.CONCISE, Language.CHINESE),
        ):
            if found := self.bodies.get(key):
                return found
        raise NoTemplate(f"no published text for {purpose} by {channel}")

    def values(self, *, branch: Branch, language: str) -> dict[str, Value]:
        """Core and local facts in one language; of local ones, the nearest going up the tree.

        What headquarters states comes last, so that no branch can put itself in its place.
        """
        english = language == Language.ENGLISH
        facts: dict[str, Value] = {}
        for path in reversed(branch.path_and_above):
            for (at, key), local in self.local.items():
                if at == path:
                    text = (local.value_en or local.value) if english else local.value
                    facts[key] = _value(local.field.kind, text)
        for field in self.core:
            facts[field.key] = _value(field.kind, field.value_en if english else field.value)
        return facts


def _value(kind: str, text: str) -> Value:
    if kind == FieldKind.LIST:
        return [line.strip() for line in text.splitlines() if line.strip()]
    return text


def _published_bodies(purposes: Iterable[str]) -> dict[tuple[str, str, str, str], TemplateBody]:
    """Texts of the newest version of each purpose that is published by now."""
    newest = (
        TemplateVersion.objects.filter(published_at__lte=timezone.now(), template__purpose__in=list(purposes))
        .order_by("template", "-published_at", "-number")
        .distinct("template")
    )
    bodies = TemplateBody.objects.filter(version__in=list(newest)).select_related("version__template")
    return {(body.version.template.purpose, body.channel, body.style, body.language): body for body in bodies}
