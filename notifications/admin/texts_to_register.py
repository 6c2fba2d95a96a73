"""The texts that carriers must register, as they are to be registered, and how each stands in the register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext

from notifications.channels import TRANSPORTS
from notifications.channels.registered import TemplateTransport
from notifications.in_force import newest_first
from notifications.models import NotificationTemplate, ProviderRegistration, TemplateBody, TemplateVersion
from notifications.registered_text import text_to_register
from notifications.registration_notes import difference_from, not_approved, unregistrable


@dataclass(frozen=True)
class TextToRegister:
    """`problems`: why the carrier cannot register it. `stands`: how it stands in the register, where it can."""

    body: TemplateBody
    carrier: str
    text: str
    problems: list[str]
    stands: str
    is_registered: bool


def texts_to_register() -> Iterator[TextToRegister]:
    """Of what is in force, is to come into force, or is a draft, by purpose; for every carrier of templates."""
    for carrier in TRANSPORTS.values():
        if isinstance(carrier, TemplateTransport):
            register = _register(carrier)
            for version in _versions():
                for body in version.bodies.all():
                    if body.channel == carrier.channel:
                        yield _text(body, carrier, register.get(body.provider_template))


def _register(carrier: TemplateTransport) -> dict[str, ProviderRegistration]:
    entries = ProviderRegistration.objects.filter(
        provider=carrier.name, kind=ProviderRegistration.Kind.TEMPLATE
    )
    return {entry.code: entry for entry in entries}


def _versions() -> Iterable[TemplateVersion]:
    in_order = TemplateBody.objects.order_by(*TemplateBody.READING_ORDER)
    for template in NotificationTemplate.objects.order_by("purpose"):
        versions = template.versions.prefetch_related(Prefetch("bodies", queryset=in_order), "passages")
        yield from newest_first(versions, at=timezone.now())[:1]
        yield from versions.exclude(published_at__lte=timezone.now()).order_by("number")


def _text(
    body: TemplateBody, carrier: TemplateTransport, entry: ProviderRegistration | None
) -> TextToRegister:
    problems = list(unregistrable(body, body.version.passages.all(), carrier))
    wrong = problems or [stands for stands in [_stands(body, entry)] if stands]
    return TextToRegister(
        body=body,
        carrier=carrier.name,
        text=text_to_register(body.text, language=body.language),
        problems=problems,
        stands="" if problems else (wrong[0] if wrong else gettext("Approved as it stands here.")),
        is_registered=not wrong,
    )


def _stands(body: TemplateBody, entry: ProviderRegistration | None) -> str:
    """What is still to be done; "" where it is registered and approved."""
    if not body.provider_template:
        return gettext("The text names no template's number yet.")
    if entry is None or not entry.is_usable:
        return not_approved(body.provider_template, entry)
    return difference_from(body, entry)
