"""How long texts get: composed as they would be sent, for every branch, with the longest real values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from django.conf import settings
from django.db.models.functions import Length
from django.utils.translation import gettext

from branches.categories import Category
from branches.models import Branch
from candidates.models import Channel, Language, Offer
from notifications.catalogue import Catalogue
from notifications.channels.base import Transport
from notifications.compose import sms_parts
from notifications.models import TemplateBody, TemplateVersion
from notifications.notes import Note
from notifications.preview import preview, sample_offer
from notifications.registration_notes import template_carriers
from notifications.wording import Wording

# Characters each kind of field takes, by WeChat's rules for template messages.
WECHAT_LIMITS = {
    "thing": 20,
    "phrase": 5,
    "character_string": 32,
    "phone_number": 17,
    "name": 10,
    "letter": 32,
    "number": 32,
    "symbol": 5,
}
# As long as names get in practice; real ones are encrypted and cannot be compared in the database.
LONG_NAMES = {Language.CHINESE: "阿卜杜热合曼·买买提依明", Language.ENGLISH: "Alexandra Montgomery-Hughes"}
LIMITED = {Channel.SMS, Channel.WECHAT}


@dataclass(frozen=True)
class Parts:
    """How many SMS parts a text takes, over all branches and categories, with a long name; and where most."""

    text: TemplateBody
    fewest: int
    most: int
    at: str


def length_notes(
    bodies: Iterable[TemplateBody], *, catalogue: Catalogue, branches: Sequence[Branch]
) -> Iterator[Note]:
    """What is too long for its channel, and at which branches. Too long a text message stops the draft."""
    people = _people_with_long_names(branches)
    for body in bodies:
        too_long: dict[str, list[str]] = {}
        for code, text in _written(body, people, catalogue) if body.channel in LIMITED else ():
            for problem in _too_long(body.channel, text):
                too_long.setdefault(problem, []).append(code)
        for problem, codes in too_long.items():
            stops = body.channel == Channel.SMS
            yield Note(problem, str(body), stops=stops, branches=list(dict.fromkeys(codes)))
        yield from _value_notes(body, people[body.language], catalogue)


def _value_notes(body: TemplateBody, people: Iterable[Offer], catalogue: Catalogue) -> Iterator[Note]:
    """Values that a carrier does not put into its registered template, and at which branches."""
    if not body.provider_template:
        return
    for carrier in template_carriers(body.channel):
        refused: dict[tuple[str, str], list[str]] = {}
        for offer in people:
            values = json.loads(_wording(body, offer, catalogue, carrier).template_values)
            for name, value in values.items():
                if problem := carrier.value_problem(value):
                    refused.setdefault((name, problem), []).append(offer.branch.code)
        for (name, problem), codes in refused.items():
            words = f"{{{{ {name} }}}}: {problem}"
            yield Note(words, str(body), branches=list(dict.fromkeys(codes)))


def parts_of(version: TemplateVersion) -> Iterator[Parts]:
    """For every SMS text of a version."""
    branches = Branch.objects.places_of_work()
    catalogue = Catalogue.current(branches=branches).with_template(version)
    people = _people_with_long_names(branches)
    for body in version.bodies.filter(channel=Channel.SMS).order_by("language", "style"):
        sizes: dict[str, int] = {}
        for code, text in _written(body, people, catalogue):
            sizes[code] = max(sizes.get(code, 0), sms_parts(text))
        if sizes:
            most = max(sizes, key=lambda code: sizes[code])
            yield Parts(body, min(sizes.values()), sizes[most], most)


def _people_with_long_names(branches: Sequence[Branch]) -> dict[str, list[Offer]]:
    """By language, a sample candidate of each category at each branch, in the longest position there is."""
    return {language: list(_people(branches, language)) for language in Language.values}


def _people(branches: Sequence[Branch], language: str) -> Iterator[Offer]:
    titles = Offer.objects.filter(candidate__language=language).order_by(Length("position_title").desc())
    title = titles.values_list("position_title", flat=True).first()
    for branch, category in product(branches, Category.values):
        offer = sample_offer(branch, category=category, language=language)
        offer.candidate.name = LONG_NAMES[Language(language)]
        offer.position_title = title or offer.position_title
        yield offer


def _written(
    body: TemplateBody, people: dict[str, list[Offer]], catalogue: Catalogue
) -> Iterator[tuple[str, str]]:
    """A branch's code and the text as it goes out there, for everybody who reads this variant."""
    for offer in people[body.language]:
        yield offer.branch.code, _wording(body, offer, catalogue).text


def _wording(
    body: TemplateBody, offer: Offer, catalogue: Catalogue, transport: Transport | None = None
) -> Wording:
    return preview(
        offer,
        purpose=body.version.template.purpose,
        channel=body.channel,
        style=body.style,
        catalogue=catalogue,
        transport=transport,
    )


def _too_long(channel: str, text: str) -> Iterator[str]:
    if channel == Channel.SMS:
        parts = sms_parts(text)
        if parts > settings.SMS_MAX_PARTS:
            words = gettext(
                "It takes %(parts)s parts with the longest real values; at most %(limit)s are sent."
            )
            yield words % {"parts": parts, "limit": settings.SMS_MAX_PARTS}
        return
    for line in text.splitlines():
        key, _, value = line.partition(":")
        limit = WECHAT_LIMITS.get(key.strip().rstrip("0123456789"))
        if value.strip().endswith("…") or (limit and len(value.strip()) > limit):
            yield gettext("The field %(field)s is cut, or refused by WeChat: its value is too long.") % {
                "field": key
            }
