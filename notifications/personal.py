"""HR's own words to one candidate: started from approved wording, kept within limits, sent like any other message."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from branches.models import User
from candidates.locks import locked_offer
from candidates.models import Channel, Language, Offer
from notifications.catalogue import Catalogue, Core, NoTemplate
from notifications.channels import carriers_set_up
from notifications.channels.registered import TemplateTransport
from notifications.compose import placeholders, sms_parts
from notifications.field_texts import seen, writing_problems
from notifications.lint import PERSONAL_TEXT, Place, contradictions, explanation
from notifications.local_text import core_rules, place_of
from notifications.models import Message, Purpose
from notifications.models.approved import LONGEST_PERSONAL_TEXT
from notifications.plan import plan, ways_for
from notifications.preview import preview
from notifications.wanted import WANTED_WHILE
from notifications.wording import Wording, body_for
from tracking.models import Kind, Progress
from tracking.record import actor_of, record

FULL_STOP = {Language.CHINESE: "。", Language.ENGLISH: "."}
NOWHERE = Place(addresses=(), phones=())
ENDS = ("。", "！", "？", "…", ".", "!", "?", "：", ":")


class NotWritten(Exception):
    """Nothing was sent: no channel reaches the person, or nobody may write to a withdrawn offer."""


def may_be_written(offer: Offer) -> bool:
    return offer.state in WANTED_WHILE[Purpose.HR_CONTACT]


def channels_for_words(offer: Offer) -> list[str]:
    """Channels that reach the person now and carry what HR writes, the best one first.

    WeChat's templates and registered text messages have no room for it: they come in only when these have failed.
    """
    catalogue = Catalogue.current(branches=[offer.branch])
    ways = ways_for(offer, Purpose.HR_CONTACT)
    return [way.channel for way in ways if _carries_words(way.channel, offer, catalogue)]


def _carries_words(channel: str, offer: Offer, catalogue: Catalogue) -> bool:
    try:
        body = body_for(catalogue, offer.candidate, purpose=Purpose.HR_CONTACT, channel=channel)
    except NoTemplate:
        return False
    takes_text = any(not isinstance(carrier, TemplateTransport) for carrier in carriers_set_up(channel))
    return takes_text and PERSONAL_TEXT in placeholders(body.text)


def as_sent(text: str, *, language: str) -> str:
    """On one line and closed by a full stop, because on a phone the bank's next sentence follows it."""
    words = on_one_line(text)
    return words if not words or words.endswith(ENDS) else words + FULL_STOP[Language(language)]


def on_one_line(text: str) -> str:
    return " ".join(seen(text).split())


def problems(text: str, *, offer: Offer, channel: str = "") -> list[str]:
    """What keeps this text from being sent, a sentence each. `channel`: by which it would go, where that is chosen."""
    written = on_one_line(text)
    if len(written) > LONGEST_PERSONAL_TEXT:  # to read it for contradictions may take long
        words = gettext("%(length)s characters: at most %(limit)s fit.")
        return [words % {"length": len(written), "limit": LONGEST_PERSONAL_TEXT}]
    found = [*writing_problems(written, several_lines=False), *_contradictions(written, offer)]
    if not found and channel == Channel.SMS:
        found = list(_too_long(text, offer))
    return list(dict.fromkeys(found))


def wording_problems(text: str) -> list[str]:
    """What keeps every branch from sending this wording as it stands; no branch's number may stand in it."""
    found = [*writing_problems(on_one_line(text), several_lines=False), *_against_core(text, NOWHERE)]
    return list(dict.fromkeys(found))


def _contradictions(text: str, offer: Offer) -> Iterator[str]:
    return _against_core(text, place_of([offer.branch, *offer.branch.nodes_above()]))


def _against_core(text: str, place: Place) -> Iterator[str]:
    """What the lint only warns of in a branch's own text is refused here: nobody looks at it a second time."""
    core = core_rules(Core.in_force())
    for finding in contradictions(text, field=PERSONAL_TEXT, core=core, place=place):
        yield explanation(finding)


def _too_long(text: str, offer: Offer) -> Iterator[str]:
    parts = sms_parts(preview_words(text, offer=offer, channel=Channel.SMS).text)
    if parts > settings.SMS_MAX_PARTS:
        words = ngettext(
            "With the words around it this takes %(parts)s SMS part, and at most %(limit)s are sent: shorten it, or "
            "choose another channel.",
            "With the words around it this takes %(parts)s SMS parts, and at most %(limit)s are sent: shorten it, or "
            "choose another channel.",
            parts,
        )
        yield words % {"parts": parts, "limit": settings.SMS_MAX_PARTS}


def preview_words(text: str, *, offer: Offer, channel: str) -> Wording:
    """The whole message as it would go out. Raises NoTemplate."""
    words = as_sent(text, language=offer.candidate.language)
    return preview(offer, purpose=Purpose.HR_CONTACT, channel=channel, facts={PERSONAL_TEXT: words})


@transaction.atomic
def write(*, offer: Offer, channel: str, text: str, by: User, occurrence: UUID) -> Message:
    """Send HR's words by this channel, and by the next one should it fail. Raises NotWritten.

    `text`: one of which `problems` finds nothing. `occurrence`: what is sent twice under one number goes out once.
    """
    locked, number = locked_offer(offer.pk), occurrence.hex
    known = (
        locked.messages.filter(purpose=Purpose.HR_CONTACT, occurrence=number).order_by("created_at").first()
    )
    if known:
        return known
    # Before the Schedule, which planning moves: whoever finishes a batch locks them in this order.
    Progress.objects.select_for_update(no_key=True).filter(pk=locked.pk).first()
    message = _planned(locked, channel, text, number) if may_be_written(locked) else None
    if message is None:
        raise NotWritten
    record([message.event(Kind.WRITTEN, at=timezone.now(), detail="", actor=actor_of(by))])
    return message


def _planned(offer: Offer, channel: str, text: str, number: str) -> Message | None:
    facts = {PERSONAL_TEXT: as_sent(text, language=offer.candidate.language)}
    if not ways_for(offer, Purpose.HR_CONTACT):
        return None
    return plan(offer=offer, purpose=Purpose.HR_CONTACT, occurrence=number, facts=facts, channel=channel)
