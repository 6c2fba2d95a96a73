"""One message as it would be sent now: the same code writes what goes out and what a preview shows."""

from __future__ import annotations

import json
from dataclasses import dataclass

from candidates.encryption import blind_index
from candidates.models import Candidate, Offer, PageToken, token_digest
from notifications.catalogue import Catalogue
from notifications.channels.base import Transport
from notifications.channels.registered import TemplateTransport
from notifications.compose import Value, compose, compose_line
from notifications.facts import message_values, offer_values
from notifications.models import CoreVersion, Message, TemplateBody, TemplateVersion
from notifications.registered_text import ANSWER_CODE, as_read, text_to_register, values_for
from notifications.way_in import WayIn, way_in


@dataclass(frozen=True)
class Wording:
    """What goes out, as it is frozen with its message."""

    version: TemplateVersion
    core: CoreVersion | None
    language: str
    subject: str
    text: str
    link: str
    provider_template: str
    # JSON: what the carrier's template leaves open, by name; "" where the carrier takes our text.
    template_values: str = ""


@dataclass(frozen=True)
class Written:
    """A wording and the new key to the candidate's page that it holds; both are stored, or neither is."""

    wording: Wording
    key: PageToken


def write(message: Message, *, catalogue: Catalogue, transport: Transport) -> Written:
    """Compose a message for its offer, with a new key to the candidate's page. Raises NoTemplate."""
    offer, candidate = message.offer, message.offer.candidate
    body = body_for(catalogue, candidate, purpose=message.purpose, channel=message.channel)
    linked = transport.takes_link(candidate.address_on(message.channel))
    token, code = PageToken.new_token(), "" if linked else PageToken.new_code()
    way = way_in(token=token, code=code, language=body.language)
    extra = message_values(message.facts, language=body.language)
    wording = wording_of(
        offer=offer, body=body, catalogue=catalogue, way=way, extra=extra, transport=transport
    )
    return Written(wording, page_key(offer, channel=message.channel, token=token, code=code))


def body_for(catalogue: Catalogue, candidate: Candidate, *, purpose: str, channel: str) -> TemplateBody:
    return catalogue.body(
        purpose=purpose, channel=channel, style=candidate.style, language=candidate.language
    )


def wording_of(
    *,
    offer: Offer,
    body: TemplateBody,
    catalogue: Catalogue,
    way: WayIn,
    extra: dict[str, Value],
    transport: Transport | None,
) -> Wording:
    """As `transport` carries it; None for a channel that is off."""
    values: dict[str, Value] = {
        **catalogue.values(offer, language=body.language),
        **offer_values(offer, channel=body.channel, language=body.language),
        **extra,
        "answer_at": way.words,
        ANSWER_CODE: way.code,
    }
    text, template_values = _text(offer, body, catalogue, values, transport)
    return Wording(
        version=body.version,
        core=catalogue.core.version,
        language=body.language,
        subject=compose_line(body.subject, values, language=body.language),
        text=text,
        link=way.link,
        provider_template=body.provider_template,
        template_values=template_values,
    )


def _text(
    offer: Offer,
    body: TemplateBody,
    catalogue: Catalogue,
    values: dict[str, Value],
    transport: Transport | None,
) -> tuple[str, str]:
    """The text as the candidate reads it, and the JSON of what the carrier's template leaves open."""
    if isinstance(transport, TemplateTransport) and body.provider_template:
        registered = text_to_register(body.text, language=body.language)
        filled = values_for(registered, values, language=body.language)
        text = as_read(registered, filled, signature=transport.signature)
        return text, json.dumps(filled, ensure_ascii=False)
    text = catalogue.text(body, offer)
    return compose(text, values, channel=body.channel, language=body.language), ""


def page_key(offer: Offer, *, channel: str, token: str, code: str) -> PageToken:
    """The row of a new key, not yet stored."""
    return PageToken(
        offer=offer,
        channel=channel,
        token_hash=token_digest(token),
        code_index=blind_index(code),
        expires_at=PageToken.expiry(offer.onboarding_at),
    )
