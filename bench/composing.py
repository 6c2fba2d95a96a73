"""Composing: one pass notice in all its variants, as it is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from django.template import Context, Engine

from bench.figures import Figure, median_ms
from branches.models import Branch
from candidates.models import Channel, Language, Offer, Style
from notifications.catalogue import Catalogue
from notifications.conditions import profile_of
from notifications.facts import offer_values
from notifications.models import Purpose, TemplateBody
from notifications.passages import with_passages
from notifications.preview import preview, sample_offer

ROUNDS = 500
AIM = "< 2 ms"


def figures() -> Iterator[Figure]:
    offer = sample_offer(Branch.objects.get(code="BJ-CBD"), category="campus")
    catalogue = Catalogue.current(branches=[offer.branch])
    bodies = [body for (purpose, *_), body in catalogue.bodies.items() if purpose == Purpose.PASS_NOTICE]
    floor = median_ms(_joined(bodies, catalogue, offer), rounds=ROUNDS)
    yield Figure(
        f"one notice, all {len(bodies)} variants",
        median_ms(lambda: _all_variants(offer, bodies, catalogue), rounds=ROUNDS),
        "ms",
        AIM,
        floor,
        "floor: str.format_map over the same values, without any rule",
    )
    yield Figure(
        "  the same by Django's template engine",
        median_ms(_by_django(bodies, catalogue, offer), rounds=ROUNDS),
        "ms",
        floor=floor,
        note="compiled once, the values at hand; no lists as bullets, no signature, no field limits",
    )
    yield Figure(
        "seeing that what is kept is still in force",
        median_ms(lambda: Catalogue.current(branches=[offer.branch]), rounds=ROUNDS),
        "ms",
        floor=median_ms(lambda: Branch.objects.filter(pk=offer.branch.pk).exists(), rounds=ROUNDS),
        note="once a batch; floor: one query by primary key",
    )


def _all_variants(offer: Offer, bodies: list[TemplateBody], catalogue: Catalogue) -> None:
    for body in bodies:
        preview(
            offer,
            purpose=Purpose.PASS_NOTICE,
            channel=Channel(body.channel),
            style=Style(body.style),
            language=Language(body.language),
            catalogue=catalogue,
        )


def _joined(bodies: list[TemplateBody], catalogue: Catalogue, offer: Offer) -> Callable[[], object]:
    """Put the same values into the same texts, by the quickest means Python has."""
    values = {body.pk: _plain_values(body, catalogue, offer) for body in bodies}
    texts = [(body.text.replace("{{ ", "{").replace(" }}", "}"), values[body.pk]) for body in bodies]
    return lambda: [text.format_map(facts) for text, facts in texts]


def _by_django(bodies: list[TemplateBody], catalogue: Catalogue, offer: Offer) -> Callable[[], object]:
    engine, profile = Engine(), profile_of(offer)
    compiled = []
    for body in bodies:
        passages = body.version.passages.all()
        text = with_passages(body.text, passages, profile=profile, language=body.language)
        compiled.append((engine.from_string(text), _plain_values(body, catalogue, offer)))
    return lambda: [template.render(Context(values, autoescape=False)) for template, values in compiled]


def _plain_values(body: TemplateBody, catalogue: Catalogue, offer: Offer) -> defaultdict[str, str]:
    """The values of one body as plain strings; a name without one is empty."""
    values = {
        **catalogue.values(offer, language=body.language),
        **offer_values(offer, channel=body.channel, language=body.language),
        "answer_at": "https://hr.example/n/sample/",
    }
    joined = {name: "、".join(value) if isinstance(value, list) else value for name, value in values.items()}
    return defaultdict(str, joined)
