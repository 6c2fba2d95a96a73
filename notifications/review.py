"""What is wrong with a draft, or worth knowing, before it comes into force."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from django.utils import timezone
from django.utils.translation import get_language, gettext

from branches.categories import Category
from branches.models import Branch
from candidates.models import Channel, Language, Style
from notifications.catalogue import Catalogue, Core
from notifications.channels import carriers_of, open_channels
from notifications.compose import PLACEHOLDER, placeholders
from notifications.facts import FILLED_BY_SYSTEM, OF_PAPERS
from notifications.grouping import grouped
from notifications.lengths import length_notes
from notifications.models import (
    CoreField,
    CorePaper,
    CoreValue,
    CoreVersion,
    LocalField,
    LocalPaper,
    Passage,
    ProviderRegistration,
    TemplateBody,
    TemplateVersion,
)
from notifications.notes import Note, coverage_notes
from notifications.preview import sample_offer
from notifications.registration_notes import not_approved, registered_text_notes, signature_notes

BRACES = re.compile(r"\{\{|\}\}")
FIELD_NAME = re.compile(r"[a-z_]+")
WECHAT_LINE = re.compile(r"\s*[a-z_]+?(\d*)\s*:", re.ASCII)


def review(version: TemplateVersion | CoreVersion) -> list[Note]:
    """What is to be said about a draft, what stops it first."""
    notes = _template_notes(version) if isinstance(version, TemplateVersion) else _core_notes(version)
    return sorted(notes, key=lambda note: not note.stops)


# --- A template's version -----------------------------------------------------------------------
def _template_notes(version: TemplateVersion) -> Iterator[Note]:
    bodies, passages = list(version.bodies.all()), list(version.passages.all())
    if not bodies:
        yield Note(gettext("There is no text yet."), stops=True)
        return
    known = known_placeholders()
    for body in bodies:
        yield from _body_notes(body, known=known | {passage.key for passage in passages})
        yield from registered_text_notes(body, passages)
    yield from signature_notes(bodies)
    yield from _passage_notes(bodies, passages, known=known)
    yield from _variant_notes(bodies)
    branches = Branch.objects.places_of_work()
    catalogue = Catalogue.current(branches=branches).with_template(version)
    yield from _local_notes(_named_by(bodies, passages), catalogue=catalogue, branches=branches)
    yield from length_notes(bodies, catalogue=catalogue, branches=branches)


def known_placeholders() -> frozenset[str]:
    """Every name a text may use: the system's own, headquarters' and the branches' fields."""
    keys = [
        *CoreField.objects.values_list("key", flat=True),
        *LocalField.objects.values_list("key", flat=True),
    ]
    return FILLED_BY_SYSTEM.union(keys)


def placeholder_problems(text: str, *, known: frozenset[str]) -> Iterator[str]:
    """What is wrong with the placeholders of one text."""
    for name in sorted(placeholders(text) - known):
        yield gettext("There is no placeholder {{ %(name)s }}.") % {"name": name}
    if BRACES.search(PLACEHOLDER.sub("", text)):
        yield gettext("A placeholder is written {{ name }}, in small letters.")


def _body_notes(body: TemplateBody, *, known: frozenset[str]) -> Iterator[Note]:
    where = str(body)
    for problem in placeholder_problems(f"{body.subject}\n{body.text}", known=known):
        yield Note(problem, where, stops=True)
    if body.channel in {Channel.EMAIL, Channel.PUSH} and not body.subject.strip():
        yield Note(gettext("A mail or push needs a subject."), where, stops=True)
    if body.channel == Channel.WECHAT:
        yield from _wechat_notes(body)


def _wechat_notes(body: TemplateBody) -> Iterator[Note]:
    for line in filter(str.strip, body.text.splitlines()):
        if not WECHAT_LINE.match(line):
            words = gettext("The line “%(line)s” names no field, such as thing1:, and is never sent.")
            yield Note(words % {"line": line.strip()[:30]}, str(body), stops=True)
    if not body.provider_template:
        words = gettext("WeChat sends registered templates only: enter the template's number.")
        yield Note(words, str(body), stops=True)
    else:
        yield from _registration_notes(body)


def _registration_notes(body: TemplateBody) -> Iterator[Note]:
    """A carrier sends a registered template only once it has approved it."""
    carriers = [carrier.name for carrier in carriers_of(body.channel)]
    registered = ProviderRegistration.objects.filter(
        provider__in=carriers, kind=ProviderRegistration.Kind.TEMPLATE, code=body.provider_template
    )
    if not registered.usable(on=timezone.localdate()).exists():
        yield Note(not_approved(body.provider_template, registered.first()), str(body), stops=True)


def _passage_notes(
    bodies: Sequence[TemplateBody], passages: Sequence[Passage], *, known: frozenset[str]
) -> Iterator[Note]:
    used = _named_by(bodies)
    languages = {body.language for body in bodies}
    for key, rows in grouped(passages, by=lambda passage: passage.key).items():
        where = gettext("Paragraph %(key)s") % {"key": key}
        if not FIELD_NAME.fullmatch(key) or key in known:
            words = gettext("Small letters and underscores only, and no name that a field has already.")
            yield Note(words, where, stops=True)
        if key not in used:
            yield Note(gettext("No text uses it."), where, stops=True)
        for row in rows:
            for problem in _passage_problems(row, languages=languages, known=known):
                yield Note(problem, where, stops=True)
        # A single paragraph for some is meant so; several are meant to share out all readers.
        yield from coverage_notes([row.condition for row in rows], where=where, gaps=len(rows) > 1)


def _passage_problems(passage: Passage, *, languages: Iterable[str], known: frozenset[str]) -> Iterator[str]:
    yield from placeholder_problems(f"{passage.text}\n{passage.text_en}", known=known)
    for language in languages:
        if not passage.in_language(language).strip():
            yield gettext("It has no text in %(language)s.") % {"language": Language(language).label}


def _variant_notes(bodies: Sequence[TemplateBody]) -> Iterator[Note]:
    """Whoever wants a variant that does not exist gets the concise Chinese one, so each channel needs that."""
    variants = {(body.channel, body.style, body.language) for body in bodies}
    for channel in dict.fromkeys([*(body.channel for body in bodies), *open_channels()]):
        name = str(Channel(channel).label)
        if (channel, Style.CONCISE, Language.CHINESE) not in variants:
            yield Note(gettext("A concise Chinese text is missing."), name, stops=True)
        elif (channel, Style.CONCISE, Language.ENGLISH) not in variants:
            yield Note(gettext("There is no English text; English readers get the Chinese one."), name)
    for language in Language.values:
        if (Channel.EMAIL, Style.CONCISE, language) in variants and (
            Channel.EMAIL,
            Style.DETAILED,
            language,
        ) not in variants:
            words = gettext("There is no detailed letter in %(language)s; the concise one is sent.")
            yield Note(words % {"language": Language(language).label}, str(Channel.EMAIL.label))


def _local_notes(names: set[str], *, catalogue: Catalogue, branches: list[Branch]) -> Iterator[Note]:
    """Required local fields that the texts name and some branch, with all above it, leaves empty."""
    required = list(LocalField.objects.filter(required=True, key__in=names))
    filled = {branch.code: _filled(catalogue, branch) for branch in branches} if required else {}
    for one in required:
        if lacking := [code for code, keys in filled.items() if one.key not in keys]:
            words = gettext("The required local field “%(field)s” is not filled by:")
            yield Note(words % {"field": one.named(get_language() or "")}, branches=lacking)


def _filled(catalogue: Catalogue, branch: Branch) -> set[str]:
    """Keys of the fields with a value for every category of candidate: a value for some leaves others without."""
    people = (sample_offer(branch, category=category) for category in Category.values)
    return set.intersection(*(set(catalogue.local_values(offer)) for offer in people))


def _named_by(bodies: Iterable[TemplateBody], passages: Iterable[Passage] = ()) -> set[str]:
    """The placeholders in these texts, and in the paragraphs put into them."""
    texts = [text for body in bodies for text in (body.subject, body.text)]
    texts += [text for passage in passages for text in (passage.text, passage.text_en)]
    return placeholders("\n".join(texts))


# --- A core version -----------------------------------------------------------------------------
def _core_notes(version: CoreVersion) -> Iterator[Note]:
    values = list(version.values.select_related("field"))
    yield from _value_notes(values)
    yield from _paper_notes(list(version.papers.all()))
    yield from _lengths_with(version, values)


def _value_notes(values: Sequence[CoreValue]) -> Iterator[Note]:
    for missing in CoreField.objects.exclude(pk__in=[value.field_id for value in values]):
        yield Note(gettext("It has no value."), missing.named(get_language() or ""), stops=True)
    for value in values:
        if not value.value.strip() or not value.value_en.strip():
            words = gettext("It needs a value in Chinese and in English.")
            yield Note(words, value.field.named(get_language() or ""), stops=True)


def _lengths_with(version: CoreVersion, values: Sequence[CoreValue]) -> Iterator[Note]:
    """The texts in force that this version makes too long; it is not for the core's author to shorten them."""
    branches = Branch.objects.places_of_work()
    current = Catalogue.current(branches=branches)
    changed = _changed_names(current.core, values)
    affected = [body for body in current.bodies.values() if _names(body) & changed]
    catalogue = current.with_core(version)
    for template, bodies in grouped(affected, by=lambda body: str(body.version.template)).items():
        for note in length_notes(bodies, catalogue=catalogue, branches=branches):
            yield replace(note, where=f"{template} · {note.where}", stops=False)


def _names(body: TemplateBody) -> set[str]:
    """What a text names; a text message names the bank by its signature as well."""
    names = _named_by([body], body.version.passages.all())
    return names | {"bank_name"} if body.channel == Channel.SMS else names


def _changed_names(before: Core, values: Iterable[CoreValue]) -> set[str]:
    """Placeholders whose values may change with these: composing every text for every branch takes long."""
    old = {(value.field_id, value.value, value.value_en) for value in before.values}
    changed = {v.field.key for v in values if (v.field_id, v.value, v.value_en) not in old}
    return changed | OF_PAPERS


def _paper_notes(papers: Sequence[CorePaper]) -> Iterator[Note]:
    """A paper not asked of everybody is meant so; two rows that fit one person are not."""
    by_key = grouped(papers, by=lambda paper: paper.key)
    for rows in by_key.values():
        yield from coverage_notes([row.condition for row in rows], where=rows[0].name, gaps=False)
    covered = LocalPaper.objects.filter(key__in=by_key).select_related("branch")
    for local in covered:
        words = gettext("A local paper of the same name in the system is not shown; this one counts:")
        yield Note(words, by_key[local.key][0].name, branches=[local.branch.code])
