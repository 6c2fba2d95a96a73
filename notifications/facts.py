"""An offer's facts as template values, in the candidate's language and the branch's time zone."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from branches.models import Branch
from candidates.models import Channel, Language, Offer
from notifications.compose import Value

WEEKDAYS = {
    Language.CHINESE: ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    Language.ENGLISH: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NO_POSITION = {Language.CHINESE: "应聘", Language.ENGLISH: "the position you applied for"}
CHANGED = {
    "onboarding_at": {Language.CHINESE: "入职时间", Language.ENGLISH: "First day"},
    "branch": {Language.CHINESE: "入职网点", Language.ENGLISH: "Branch"},
    "position": {Language.CHINESE: "岗位", Language.ENGLISH: "Position"},
}


def date_text(day: datetime, language: str) -> str:
    """Such as 2026年12月7日（周一）or Mon 7 Dec 2026; `day` is in the branch's zone already."""
    weekday = WEEKDAYS[Language(language)][day.weekday()]
    if language == Language.ENGLISH:
        return f"{weekday} {day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日（{weekday}）"


def moment_text(moment: datetime, language: str) -> str:
    separator = ", " if language == Language.ENGLISH else ""
    return f"{date_text(moment, language)}{separator}{moment:%H:%M}"


def offer_values(offer: Offer, *, channel: str, language: str) -> dict[str, Value]:
    branch = offer.branch
    start = offer.onboarding_at.astimezone(branch.zone)
    answer_by = offer.answer_by.astimezone(branch.zone)
    # WeChat's `time` fields take one form only.
    moment = f"{start:%Y-%m-%d %H:%M}" if channel == Channel.WECHAT else moment_text(start, language)
    return {
        "candidate_name": offer.candidate.name,
        # A platform need not name a position; the sentence around it must read well all the same.
        "position": offer.position_title or offer.position_code or NO_POSITION[Language(language)],
        "branch_name": branch.text("name", language),
        "branch_city": branch.text("city", language),
        "branch_address": branch.text("address", language),
        "branch_phone": branch.phone,
        "branch_contact": branch.text("contact", language),
        "onboarding_at": moment,
        "onboarding_date": date_text(start, language),
        "onboarding_time": f"{start:%H:%M}",
        "answer_by": f"{answer_by:%Y-%m-%d %H:%M}"
        if channel == Channel.WECHAT
        else moment_text(answer_by, language),
    }


def message_values(facts: str, *, language: str) -> dict[str, Value]:
    """Values that belong to one message alone, from its stored JSON."""
    stored: dict[str, Any] = json.loads(facts) if facts else {}
    changes = stored.pop("changes", [])
    values: dict[str, Value] = {key: value for key, value in stored.items() if isinstance(value, (str, list))}
    if changes:
        values["changes"] = [_change_text(change, language) for change in changes]
    return values


def _change_text(change: dict[str, dict[str, str] | str], language: str) -> str:
    """Such as `入职时间：… → …`; a change holds its old and new value in each language."""
    label = CHANGED[str(change["what"])][Language(language)]
    old, new = change["old"], change["new"]
    if isinstance(old, dict) and isinstance(new, dict):
        colon = ": " if language == Language.ENGLISH else "："
        return f"{label}{colon}{old[language]} → {new[language]}"
    raise TypeError("a change without its languages")


def changes_between(old: Offer, new: Offer, *, old_branch: Branch) -> list[dict[str, Any]]:
    """What a candidate must be told, as JSON: {"what", "old": {language: text}, "new": {language: text}}."""
    facts = (
        ("onboarding_at", _moments(old, old_branch), _moments(new, new.branch)),
        ("branch", _names(old_branch), _names(new.branch)),
        ("position", _titles(old), _titles(new)),
    )
    return [{"what": what, "old": before, "new": after} for what, before, after in facts if before != after]


def _titles(offer: Offer) -> dict[str, str]:
    return dict.fromkeys(Language.values, offer.position_title)


def _moments(offer: Offer, branch: Branch) -> dict[str, str]:
    moment = offer.onboarding_at.astimezone(branch.zone)
    return {language: moment_text(moment, language) for language in Language.values}


def _names(branch: Branch) -> dict[str, str]:
    return {language: branch.text("name", language) for language in Language.values}
