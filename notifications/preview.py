"""A message exactly as it would be sent, by the code that sends. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.utils import timezone

from branches.categories import Category
from branches.models import Branch
from candidates.deadline import answer_deadline
from candidates.models import Candidate, Language, Offer, Style
from notifications.catalogue import Catalogue
from notifications.channels import carriers_of, transport_for
from notifications.channels.base import Transport
from notifications.compose import Value
from notifications.way_in import way_in
from notifications.wording import Wording, wording_of

SAMPLE_TOKEN, SAMPLE_CODE = "sample-key-of-this-page-0000", "12345678"
SAMPLE_FACTS: dict[str, dict[str, Value]] = {
    Language.CHINESE: {
        "changes": ["入职时间：2026年12月7日（周一）09:00 → 2026年12月9日（周三）09:00"],
        "decision": "同意延期",
        "decision_note": "请确认体检报告届时仍在有效期内。",
        "missing_papers": ["体检报告：超过有效期"],
        "training_at": "2026年12月8日（周二）09:00",
        "training_place": "三层培训教室",
        "employee_number": "10086421",
        "badge_place": "一层大堂",
        "question": "可以带电子版体检报告吗？",
        "reply": "请带原件，可先上传照片预审。",
        "personal_text": "您来电询问的停车问题已问清：报到当天可停在大厦地下二层。",
    },
    Language.ENGLISH: {
        "changes": ["First day: Mon 7 Dec 2026, 09:00 → Wed 9 Dec 2026, 09:00"],
        "decision": "agreed",
        "decision_note": "Please make sure that your health report will still be valid.",
        "missing_papers": ["health report: out of date"],
        "training_at": "Tue 8 Dec 2026, 09:00",
        "training_place": "training room, floor 3",
        "employee_number": "10086421",
        "badge_place": "the lobby",
        "question": "May I bring the health report as a file?",
        "reply": "Please bring the original; you may upload a photo beforehand.",
        "personal_text": "You asked about parking: there is room for you on floor B2.",
    },
}


def preview(
    offer: Offer,
    *,
    purpose: str,
    channel: str,
    style: str = "",
    language: str = "",
    catalogue: Catalogue | None = None,
    transport: Transport | None = None,
    facts: Mapping[str, Value] | None = None,
) -> Wording:
    """What `offer` would get, in the candidate's own style and language where none is named.

    `catalogue`: as it is in force, unless another is given (a draft, unsaved local values). `transport`: by whom it
    is carried, the channel's first one if none is named. `facts`: values of this message alone, in the place of the
    samples. The link or code in it opens nothing. Raises NoTemplate where
    there is no text for it.
    """
    candidate = offer.candidate
    catalogue = catalogue or Catalogue.current(branches=[offer.branch])
    body = catalogue.body(
        purpose=purpose,
        channel=channel,
        style=style or candidate.style,
        language=language or candidate.language,
    )
    to = candidate.address_on(channel) or candidate.phone
    linked = all(carrier.takes_link(to) for carrier in carriers_of(channel))
    way = way_in(token=SAMPLE_TOKEN, code="" if linked else SAMPLE_CODE, language=body.language)
    return wording_of(
        offer=offer,
        body=body,
        catalogue=catalogue,
        way=way,
        extra={**SAMPLE_FACTS[body.language], **(facts or {})},
        transport=transport or transport_for(channel),
    )


def sample_offer(
    branch: Branch,
    *,
    category: str = Category.SOCIAL,
    style: str = Style.CONCISE,
    language: str = Language.CHINESE,
) -> Offer:
    """An offer of nobody, starting at nine in two weeks; it is not saved."""
    english = language == Language.ENGLISH
    candidate = Candidate(
        name="Wang Xiaoming" if english else "王小明",
        phone="+8613800138000",
        email="xm@example.com",
        category=Category(category),
        style=Style(style),
        language=Language(language),
    )
    day = (timezone.now().astimezone(branch.zone) + timedelta(days=14)).date()
    start = datetime.combine(day, time(9), tzinfo=branch.zone)
    return Offer(
        candidate=candidate,
        branch=branch,
        position_title="Teller" if english else "综合柜员",
        onboarding_at=start,
        answer_by=answer_deadline(start, now=timezone.now(), zone=branch.zone),
    )
