"""What is wrong with texts that go out as templates registered with a carrier, before they come into force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext

from candidates.models import Channel
from notifications.channels import carriers_set_up
from notifications.channels.registered import TemplateTransport
from notifications.compose import placeholders
from notifications.models import Passage, ProviderRegistration, TemplateBody
from notifications.notes import Note
from notifications.registered_text import first_difference, text_to_register

Kind = ProviderRegistration.Kind


def template_carriers(channel: str) -> list[TemplateTransport]:
    """The channel's carriers that are set up and send nothing but registered templates."""
    return [carrier for carrier in carriers_set_up(channel) if isinstance(carrier, TemplateTransport)]


def nobody_takes_our_text(channel: str) -> bool:
    """What is not registered then goes out by another channel."""
    return len(template_carriers(channel)) == len(carriers_set_up(channel))


def registered_text_notes(body: TemplateBody, passages: Iterable[Passage]) -> Iterator[Note]:
    """Of one text, for each carrier that sends it as a template."""
    where = str(body)
    for carrier in template_carriers(body.channel):
        if body.provider_template:
            for problem in unregistrable(body, passages, carrier):
                yield Note(problem, where, stops=True)
            yield from _register_notes(body, carrier)
        else:
            words = gettext(
                "%(carrier)s sends registered templates only: without a template's number, nothing."
            )
            stops = nobody_takes_our_text(body.channel)
            yield Note(words % {"carrier": carrier.name}, where, stops=stops)


def unregistrable(
    body: TemplateBody, passages: Iterable[Passage], carrier: TemplateTransport
) -> Iterator[str]:
    """Why the carrier cannot register this text, a sentence each."""
    for name in sorted(placeholders(body.text) & {passage.key for passage in passages}):
        words = gettext(
            "It names the paragraph {{ %(name)s }}, which only some read; a registered text is the same for everybody."
        )
        yield words % {"name": name}
    yield from carrier.text_problems(text_to_register(body.text, language=body.language))


def _register_notes(body: TemplateBody, carrier: TemplateTransport) -> Iterator[Note]:
    code, where = body.provider_template, str(body)
    entry = ProviderRegistration.objects.filter(provider=carrier.name, kind=Kind.TEMPLATE, code=code).first()
    if entry is None or not entry.is_usable:
        yield Note(not_approved(code, entry), where, stops=True)
    if entry and (difference := difference_from(body, entry)):
        yield Note(difference, where, stops=True)


def not_approved(code: str, entry: ProviderRegistration | None) -> str:
    state = entry.get_state_display() if entry else gettext("not in the register")
    words = gettext("The carrier's template %(code)s is not approved: %(state)s.")
    return words % {"code": code, "state": state}


def difference_from(body: TemplateBody, entry: ProviderRegistration) -> str:
    """Where the text begins to differ from what is registered under its number; "" where they say the same."""
    if not entry.content.strip():
        words = gettext("The register does not say what is registered under %(code)s: enter the text there.")
        return words % {"code": entry.code}
    found = first_difference(text_to_register(body.text, language=body.language), entry.content)
    if found is None:
        return ""
    words = gettext(
        "Registered under %(code)s is another text: it says “%(theirs)s”, and this one “%(ours)s”."
    )
    return words % {"code": entry.code, "ours": found[0], "theirs": found[1]}


def signature_notes(bodies: Sequence[TemplateBody]) -> Iterator[Note]:
    """The carrier puts its signature before a text, and sends nothing under one that is not approved."""
    for channel in dict.fromkeys(body.channel for body in bodies):
        for carrier in template_carriers(channel):
            signatures = ProviderRegistration.objects.filter(provider=carrier.name, kind=Kind.SIGNATURE)
            usable = signatures.usable(on=timezone.localdate()).values_list("code", flat=True)
            if carrier.signature not in {code.strip("【】") for code in usable}:
                words = gettext("No signature “%(sign)s” approved by %(carrier)s is in the register.")
                said = words % {"sign": carrier.signature, "carrier": carrier.name}
                yield Note(said, str(Channel(channel).label))
