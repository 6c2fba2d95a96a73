"""All names a text may use, with what they mean and a sample: offered beside the texts, not to be guessed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from branches.models import Branch
from candidates.models import Language
from notifications.catalogue import Catalogue
from notifications.compose import Value
from notifications.facts import OF_AN_OFFER, OF_ONE_PURPOSE, OF_PAPERS, offer_values
from notifications.models import CoreField, LocalField, Passage, TemplateVersion
from notifications.preview import SAMPLE_FACTS, SAMPLE_TOKEN, sample_offer
from notifications.way_in import way_in

LABELS = {
    "candidate_name": _("Name of the candidate"),
    "position": _("Position"),
    "branch_name": _("Name of the branch"),
    "branch_city": _("City of the branch"),
    "branch_address": _("Address of the branch"),
    "branch_phone": _("Official landline of the branch"),
    "branch_contact": _("Whom to ask for at the branch"),
    "onboarding_at": _("First day and time"),
    "onboarding_date": _("First day"),
    "onboarding_time": _("Time on the first day"),
    "answer_by": _("Answer until"),
    "answer_at": _("Where to answer (a link or a code)"),
    "papers": _("Core papers to bring"),
    "local_papers": _("Local papers to bring"),
    "papers_not_needed": _("Papers that are not needed"),
    "changes": _("What changed"),
    "decision": _("Decision on a deferral"),
    "decision_note": _("HR's words with it, if any"),
    "missing_papers": _("Papers that are missing"),
    "training_at": _("Time of the training"),
    "training_place": _("Place of the training"),
    "employee_number": _("Employee number"),
    "badge_place": _("Where the badge is"),
    "question": _("The candidate’s question"),
    "reply": _("The reply of HR"),
    "personal_text": _("HR’s own words"),
}


@dataclass(frozen=True)
class Placeholder:
    name: str
    label: str
    sample: str

    @property
    def written(self) -> str:
        return f"{{{{ {self.name} }}}}"


@dataclass(frozen=True)
class PlaceholderGroup:
    title: str
    placeholders: list[Placeholder]


def placeholder_groups(version: TemplateVersion) -> list[PlaceholderGroup]:
    """In the language of the page; samples are those of a made-up candidate at a branch without others below it."""
    language = Language.ENGLISH if get_language() == "en" else Language.CHINESE
    samples = _samples(language)
    core, local = CoreField.objects.order_by("key"), LocalField.objects.order_by("key")
    groups = {
        gettext("From the offer"): [(name, str(LABELS[name])) for name in LABELS if name in OF_AN_OFFER],
        gettext("Papers"): [(name, str(LABELS[name])) for name in LABELS if name in OF_PAPERS],
        gettext("Core fields"): [(field.key, field.named(language)) for field in core],
        gettext("Local fields"): [(field.key, field.named(language)) for field in local],
        gettext("Paragraphs of this version"): list(_passages(version.passages.all())),
        gettext("For some purposes only"): [
            (name, str(LABELS[name])) for name in LABELS if name in OF_ONE_PURPOSE
        ],
    }
    return [
        PlaceholderGroup(
            title, [Placeholder(name, label, _words(samples.get(name, ""))) for name, label in names]
        )
        for title, names in groups.items()
        if names
    ]


def _samples(language: Language) -> dict[str, Value]:
    branch = Branch.objects.filter(numchild=0).first()
    if branch is None:
        return dict(SAMPLE_FACTS[language])
    offer = sample_offer(branch, language=language)
    return {
        **Catalogue.current(branches=[branch]).values(offer, language=language),
        **offer_values(offer, channel="", language=language),
        **SAMPLE_FACTS[language],
        "answer_at": way_in(token=SAMPLE_TOKEN, code="", language=language).words,
    }


def _passages(passages: Iterable[Passage]) -> Iterable[tuple[str, str]]:
    """A paragraph's name with the beginning of its text."""
    for key, rows in groupby(passages, key=lambda passage: passage.key):
        yield key, next(rows).text


def _words(value: Value) -> str:
    return "、".join(value) if isinstance(value, list) else value
