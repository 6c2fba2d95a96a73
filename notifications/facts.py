"""An offer's facts as template values, in the candidate's language and the branch's time zone."""

from __future__ import annotations

import json
from functools import partial
from typing import Any, TypedDict

from branches.models import Branch
from candidates.models import Channel, Language, Offer
from notifications.compose import Value
from notifications.dates import date_text, moment_text, wechat_moment

# The names a template may use without a field of headquarters or of the branches behind them.
OF_AN_OFFER = frozenset(
    [
        "candidate_name",
        "position",
        "branch_name",
        "branch_city",
        "branch_address",
        "branch_phone",
        "branch_contact",
        "onboarding_at",
        "onboarding_date",
        "onboarding_time",
        "answer_by",
        "answer_at",
    ]
)
# Lists of papers, from the core's and the branches' papers.
OF_PAPERS = frozenset(["papers", "local_papers", "papers_not_needed"])
OF_ONE_PURPOSE = frozenset(
    [
        "changes",
        "decision",
        "decision_note",
        "missing_papers",
        "training_at",
        "training_place",
        "employee_number",
        "badge_place",
        "question",
        "reply",
        "personal_text",
    ]
)
FILLED_BY_SYSTEM = OF_AN_OFFER | OF_PAPERS | OF_ONE_PURPOSE

NO_POSITION = {Language.CHINESE: "应聘", Language.ENGLISH: "the position you applied for"}
CHANGED = {
    "onboarding_at": {Language.CHINESE: "入职时间", Language.ENGLISH: "First day"},
    "branch": {Language.CHINESE: "入职网点", Language.ENGLISH: "Branch"},
    "position": {Language.CHINESE: "岗位", Language.ENGLISH: "Position"},
}


class Change(TypedDict):
    """One fact that moved: which, and how it read before and after, by language."""

    what: str
    old: dict[str, str]
    new: dict[str, str]


def offer_values(offer: Offer, *, channel: str, language: str) -> dict[str, Value]:
    """The values of OF_AN_OFFER but `answer_at`, which is a new key with every text. `channel` "": for a page."""
    branch = offer.branch
    start = offer.onboarding_at.astimezone(branch.zone)
    answer_by = offer.answer_by.astimezone(branch.zone)
    moment = wechat_moment if channel == Channel.WECHAT else partial(moment_text, language=language)
    return {
        "candidate_name": offer.candidate.name,
        # A platform need not name a position; the sentence around it must read well all the same.
        "position": offer.position_title or offer.position_code or NO_POSITION[Language(language)],
        "branch_name": branch.text("name", language),
        "branch_city": branch.text("city", language),
        "branch_address": branch.text("address", language),
        "branch_phone": branch.phone,
        "branch_contact": branch.text("contact", language),
        "onboarding_at": moment(start),
        "onboarding_date": date_text(start, language),
        "onboarding_time": f"{start:%H:%M}",
        "answer_by": moment(answer_by),
    }


def message_values(facts: str, *, language: str) -> dict[str, Value]:
    """Values that belong to one message alone, from its stored JSON: texts, lists, or texts by language."""
    stored: dict[str, Any] = json.loads(facts) if facts else {}
    changes = stored.pop("changes", [])
    told = {key: value.get(language) if isinstance(value, dict) else value for key, value in stored.items()}
    values: dict[str, Value] = {key: value for key, value in told.items() if isinstance(value, (str, list))}
    if changes:
        values["changes"] = [_change_text(change, language) for change in changes]
    return values


def _change_text(change: Change, language: str) -> str:
    """Such as `入职时间：… → …`."""
    label = CHANGED[change["what"]][Language(language)]
    colon = ": " if language == Language.ENGLISH else "："
    return f"{label}{colon}{change['old'][language]} → {change['new'][language]}"


def changes_between(old: Offer, new: Offer, *, old_branch: Branch) -> list[Change]:
    """What a candidate must be told, fit for JSON."""
    facts = (
        ("onboarding_at", _moments(old, old_branch), _moments(new, new.branch)),
        ("branch", _names(old_branch), _names(new.branch)),
        ("position", _titles(old), _titles(new)),
    )
    return [Change(what=what, old=before, new=after) for what, before, after in facts if before != after]


def _titles(offer: Offer) -> dict[str, str]:
    return dict.fromkeys(Language.values, offer.position_title)


def _moments(offer: Offer, branch: Branch) -> dict[str, str]:
    moment = offer.onboarding_at.astimezone(branch.zone)
    return {language: moment_text(moment, language) for language in Language.values}


def _names(branch: Branch) -> dict[str, str]:
    return {language: branch.text("name", language) for language in Language.values}
