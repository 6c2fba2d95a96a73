"""One written case of what goes out when: what is stated, what happens, and every message to the minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from branches.models import Branch, CalendarDay, Role, User
from candidates.models import Channel, DeferralPolicy, InterviewSource, Language, Offer, Style
from candidates.payload import parse_result
from notifications.intake import Incoming, take_signals
from notifications.models import (
    BranchChannels,
    ChannelStrategy,
    NotificationTemplate,
    ProviderRegistration,
    Purpose,
    ReminderRule,
    SendWindow,
    TemplateBody,
    TemplateVersion,
)
from tests import platform
from tests.factories import WECHAT_TEMPLATE, WECHAT_TEXT, SourceFactory, UserFactory
from tests.notifications.happenings import HAPPENINGS
from tests.notifications.played import Play
from tracking.models import Event, Kind

SHANGHAI = "Asia/Shanghai"
ADDRESSES = {"sms": "phone", "email": "email", "wechat": "wechat_openid", "push": "push_id"}
EXAMPLES = {"sms": "+8613800138000", "email": "xm@example.com", "wechat": "oHAIYUE1", "push": "p1"}

Rows = tuple[dict[str, Any], ...]

# What the sample bank states (see notifications/sample/planning.toml), in short.
USUAL_STRATEGIES: Rows = (
    {"purpose": "", "channels": ["wechat", "sms", "email", "push"], "no_receipt_minutes": 240},
    {
        "purpose": "pass_notice",
        "channels": ["wechat", "sms", "email", "push"],
        "no_receipt_minutes": 120,
        "unopened_minutes": 120,
        "urgent": True,
    },
    {"purpose": "the_day", "channels": ["wechat", "sms", "email", "push"], "urgent": True},
    {"purpose": "change_of_facts", "channels": ["wechat", "sms", "email", "push"], "urgent": True},
    {"purpose": "deferral_answered", "channels": ["wechat", "sms", "email", "push"], "urgent": True},
)
# By their numbers, 1 to 7.
USUAL_RULES: Rows = (
    {"kind": "unread", "anchor": "notice", "amount": 24},
    {"kind": "unconfirmed", "anchor": "notice", "amount": 48},
    {"kind": "unconfirmed", "anchor": "deadline", "amount": 24},
    {"kind": "hr_task", "anchor": "deadline", "amount": 12},
    {"kind": "three_days", "anchor": "first_day", "amount": 3, "at": time(10)},
    {"kind": "one_day", "anchor": "first_day", "amount": 1, "at": time(10)},
    {"kind": "the_day", "anchor": "first_day", "amount": 0, "at": time(7)},
)
USUAL_WINDOW: dict[str, Any] = {"opens_at": time(8), "closes_at": time(21)}
PURPOSES = [
    Purpose.PASS_NOTICE,
    Purpose.CHANGE_OF_FACTS,
    Purpose.WITHDRAWAL,
    Purpose.DEFERRAL_ANSWERED,
    Purpose.HR_CONTACT,
    Purpose.UNREAD,
    Purpose.UNCONFIRMED,
    Purpose.THREE_DAYS,
    Purpose.ONE_DAY,
    Purpose.THE_DAY,
]
AFTERWARDS = timedelta(days=60)


@dataclass(frozen=True)
class Case:
    """`happens`: lines "03-02 11:00 opens", as `happenings.py` knows them; `sent`: "03-02 10:00 pass_notice sms", and
    "03-05 06:00 task" where HR is given one. All are of the clocks at `zone`, in the year of `passed` or the one after.

    `elsewhere`: the zone of SH-LJZ, to which people may be moved. `policy`: what is granted to whoever asks for
    another first day; None: HR decides.
    """

    name: str
    sent: str
    passed: str = "2026-03-02 10:00"
    first_day: str = "2026-03-16 09:00"
    prefers: str = "sms"
    reached_by: str = "sms email wechat push"
    happens: str = ""
    carriers: dict[str, str] = field(default_factory=dict)
    zone: str = SHANGHAI
    elsewhere: str = SHANGHAI
    calendar: str = "china"
    category: str = "social"
    position: str = "TELLER"
    strategies: Rows = USUAL_STRATEGIES
    rules: Rows = USUAL_RULES
    window: dict[str, Any] | None = field(default_factory=lambda: dict(USUAL_WINDOW))
    branch_channels: str = ""
    # Days stated beside the calendar, and whether they are worked.
    days: dict[str, bool] = field(default_factory=dict)
    policy: dict[str, Any] | None = None

    @property
    def clocks(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def passed_at(self) -> datetime:
        return datetime.fromisoformat(self.passed).replace(tzinfo=self.clocks)

    @property
    def first_day_at(self) -> datetime:
        return datetime.fromisoformat(self.first_day).replace(tzinfo=self.clocks)

    def moment(self, text: str) -> datetime:
        """ "03-02 11:00", or a day alone."""
        at = datetime.fromisoformat(f"{self.passed[:4]}-{text}").replace(tzinfo=self.clocks)
        return at if at >= self.passed_at.replace(hour=0, minute=0) else at.replace(year=at.year + 1)


@dataclass
class Person:
    """Somebody a case is about, as the platform knows and tells of them, and the game they are in."""

    case: Case
    branch: Branch
    game: Play
    hr: User
    source: InterviewSource
    interview: str
    told: dict[str, Any]
    deliveries: int = 0

    @property
    def offer(self) -> Offer:
        """As it is now."""
        offers = Offer.objects.select_related("candidate", "branch")
        return offers.get(interview_id=self.interview)

    def tell(self, **changes: Any) -> None:
        """The platform's signal, the first or one that says something else."""
        self.told |= changes
        self.deliveries += 1
        body = platform.encode(platform.result(interview_id=self.interview, **self.told)).decode()
        delivery = f"{self.interview}-{self.deliveries}"
        take_signals([Incoming(self.source, delivery, body, parse_result(body))])

    def lines(self) -> list[str]:
        """What was sent and when HR was given a task, by the clocks of the case."""
        offer = self.offer
        tasks = Event.objects.filter(offer=offer, kind=Kind.HANDED_OVER)
        found = [
            (one.at, f"{one.purpose} {one.channel}") for one in self.game.sent if one.offer_id == offer.pk
        ]
        found += [(one.at, "task") for one in tasks]
        return [f"{at.astimezone(self.case.clocks):%m-%d %H:%M} {what}" for at, what in sorted(found)]


def publish_texts() -> None:
    """One for each purpose that a case may come to, by each channel, in force long before any case's time."""
    templates = NotificationTemplate.objects.bulk_create(
        [NotificationTemplate(purpose=purpose, name=purpose, name_en=purpose) for purpose in PURPOSES]
    )
    versions = TemplateVersion.objects.bulk_create(
        [TemplateVersion(template=one, number=1) for one in templates]
    )
    carried = {"provider_template": WECHAT_TEMPLATE, "text": WECHAT_TEXT}
    TemplateBody.objects.bulk_create(
        TemplateBody(
            version=version,
            channel=channel,
            style=Style.CONCISE,
            language=Language.CHINESE,
            subject="-",
            **(carried if channel == Channel.WECHAT else {"text": "{{ candidate_name }} {{ answer_at }}"}),
        )
        for version in versions
        for channel in Channel.values
    )
    TemplateVersion.objects.filter(template__in=templates).update(
        published_at=datetime(2025, 1, 1, tzinfo=UTC)
    )
    ProviderRegistration.objects.create(
        provider="wechat",
        kind=ProviderRegistration.Kind.TEMPLATE,
        code=WECHAT_TEMPLATE,
        state=ProviderRegistration.State.APPROVED,
    )


def play(case: Case, *, branch: Branch) -> list[str]:
    [lines] = play_together([case], branch=branch)
    return lines


def play_together(cases: Sequence[Case], *, branch: Branch) -> list[list[str]]:
    """Of several people at one branch, the lines of each. What is stated is the first case's."""
    state(cases[0], branch)
    game = Play(answers=dict(cases[0].carriers))
    people = [enter(case, branch, game, number) for number, case in enumerate(cases, 1)]
    end = max(case.first_day_at for case in cases) + AFTERWARDS
    game.until(end, start=min(case.passed_at for case in cases))
    return [person.lines() for person in people]


def state(case: Case, branch: Branch) -> None:
    """Put what the case states into the database."""
    branch.time_zone, branch.calendar = case.zone, case.calendar
    branch.save()
    ChannelStrategy.objects.bulk_create([ChannelStrategy(**row) for row in case.strategies])
    rules = [ReminderRule(number=number, **row) for number, row in enumerate(case.rules, 1)]
    ReminderRule.objects.bulk_create(rules)
    if case.window:
        SendWindow.objects.create(branch=branch, **case.window)
    if case.branch_channels:
        BranchChannels.objects.create(branch=branch, channels=case.branch_channels.split())
    for day, is_working in case.days.items():
        CalendarDay.objects.create(branch=branch, day=day, is_working=is_working)
    if case.policy:
        DeferralPolicy.objects.create(branch=branch, **case.policy)


def _told(case: Case, branch: Branch, number: int) -> dict[str, Any]:
    addresses: dict[str, str | None] = dict.fromkeys(ADDRESSES.values())
    addresses |= {ADDRESSES[channel]: EXAMPLES[channel] for channel in case.reached_by.split()}
    if addresses["phone"]:
        addresses["phone"] = f"+86138001380{number:02d}"
    return {
        "branch": branch.code,
        "onboarding_at": case.first_day_at.isoformat(),
        "position__code": case.position,
        "candidate__category": case.category,
        "candidate__preferred_channels": case.prefers.split(),
        **{f"candidate__{name}": value for name, value in addresses.items()},
    }


def enter(case: Case, branch: Branch, game: Play, number: int = 1) -> Person:
    """Somebody who passes when the case says so, with all that happens to them then."""
    from_above = Branch.objects.get(depth=1)
    hr = User.objects.filter(username="hr").first() or UserFactory.create(
        username="hr", branch=from_above, role=Role.HQ_HR
    )
    person = Person(
        case, branch, game, hr, SourceFactory.create(), f"AI-{number}", _told(case, branch, number)
    )
    game.happens(case.passed_at, person.tell)
    for line in filter(None, map(str.strip, case.happens.splitlines())):
        day, clock, word, *rest = line.split()
        game.happens(case.moment(f"{day} {clock}"), partial(HAPPENINGS[word], person, *rest))
    return person
