"""What a result says, written into candidate and offer; nothing is saved here."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from candidates.deadline import answer_deadline
from candidates.encryption import blind_index, blind_indexes
from candidates.models import Candidate, Offer
from candidates.payload import FieldProblem, InvalidResult, ResultIn


def describe(candidate: Candidate, result: ResultIn) -> None:
    """What the person chose on the page, the platform does not choose otherwise."""
    given = result.candidate
    candidate.name = given.name
    candidate.phone, candidate.email = given.phone or "", given.email or ""
    candidate.id_number = given.id_number or ""
    candidate.wechat_openid, candidate.push_id = given.wechat_openid or "", given.push_id or ""
    candidate.category = given.category
    if candidate.preferences_set_at is None:
        candidate.style, candidate.language = given.style, given.language
        candidate.preferred_channels = [channel.value for channel in given.preferred_channels]


def state(offer: Offer, result: ResultIn, *, now: datetime, zone: ZoneInfo) -> None:
    """Everything but the branch, whose time zone is `zone`."""
    offer.position_code, offer.position_title = result.position.code, result.position.title
    offer.score = None if result.score is None else Decimal(str(result.score))
    offer.onboarding_at = result.onboarding_at
    offer.answer_by = answer_deadline(result.onboarding_at, now=now, zone=zone)
    offer.content_digest = blind_index(_canonical(result))


def content_digests(result: ResultIn) -> list[str]:
    """What an offer that says the same has as its digest: also one under a key that has been replaced since."""
    return blind_indexes(_canonical(result))


def _canonical(result: ResultIn) -> str:
    return json.dumps(result.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)


def no_such_branch() -> InvalidResult:
    return InvalidResult([FieldProblem(field="data.branch", error="there is no branch with this code")])
