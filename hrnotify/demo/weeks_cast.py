"""The cast of the three weeks: nine people, what each of them does and when, and what must come of it.

They are told before China's National Day of 2026 (off from 1 to 7 October, the Saturday of the 10th worked for it), and
start on Monday the 12th. Moments are those of the person's branch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hrnotify.demo.phone import Phone

YEAR = 2026
BEIJING, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")
FIRST_DAY = "10-12 09:00"
TOLD = "09-28 10:00"
WEEKS = timedelta(weeks=3)


@dataclass
class Person:
    """`does`: moment → what the person does then, with its arguments. `shows`: what this person is there for.

    `must_come`: lines of the timeline as `weeks_timeline.Line.key` writes them.
    """

    name: str
    shows: Promise | str
    branch: str
    phone: str
    does: dict[str, tuple[str, ...]]
    must_come: Sequence[str]
    email: str = ""
    wechat_openid: str = ""
    preferred: Sequence[str] = ()
    told: str = TOLD
    first_day: str = FIRST_DAY
    zone: ZoneInfo = BEIJING
    language: str = "zh-hans"
    offer_id: UUID | None = None
    device: Phone = field(init=False)

    def __post_init__(self) -> None:
        self.device = Phone(number=self.phone)

    def at(self, words: str) -> datetime:
        return moment(words, zone=self.zone)

    def result(self, *, number: int) -> dict[str, Any]:
        """As the interview platform says it."""
        return {
            "type": "interview.completed",
            "timestamp": self.at(self.told).isoformat(),
            "data": {
                "interview_id": f"AI-weeks-{number}",
                "score": 86,
                "result": "passed",
                "candidate": {
                    "name": self.name,
                    "phone": self.phone,
                    "email": self.email or None,
                    "category": "social",
                    "wechat_openid": self.wechat_openid or None,
                    "preferred_channels": list(self.preferred),
                    "style": "concise",
                    "language": self.language,
                },
                "position": {"code": "TELLER", "title": "综合柜员"},
                "branch": self.branch,
                "onboarding_at": self.at(self.first_day).isoformat(),
            },
        }


def moment(words: str, *, zone: ZoneInfo) -> datetime:
    """Such as "10-12 09:00"."""
    return datetime.strptime(f"{YEAR}-{words}", "%Y-%m-%d %H:%M").replace(tzinfo=zone)


CAST = [
    Person(
        name="王思远",
        shows=_("the preferred channel first, three days, one day and the morning itself"),
        branch="BJ-ZGC",
        phone="+8613900010019",
        wechat_openid="weeks-wang",
        preferred=["wechat", "sms"],
        does={"09-28 10:30": ("open",), "09-28 11:00": ("confirm",)},
        must_come=[
            "09-28 10:00 offered",
            "09-28 10:00 pass_notice wechat delivered",
            "09-28 10:30 opened",
            "09-28 11:00 confirmed",
            "10-09 10:00 three_days wechat delivered",
            "10-11 10:00 one_day wechat delivered",
            "10-12 07:00 the_day wechat delivered",
        ],
    ),
    Person(
        name="李文静",
        shows=_("WeChat not opened for two hours: the next channel as well"),
        branch="BJ-CBD",
        phone="+8613900010029",
        wechat_openid="weeks-li",
        preferred=["wechat"],
        does={"09-28 13:00": ("open",), "09-28 13:05": ("confirm",)},
        must_come=[
            "09-28 10:00 offered",
            "09-28 10:00 pass_notice wechat delivered",
            "09-28 12:00 pass_notice sms delivered",
            "09-28 13:00 opened",
            "09-28 13:05 confirmed",
            "10-09 10:00 three_days wechat delivered",
            "10-11 10:00 one_day wechat delivered",
            "10-12 07:00 the_day wechat delivered",
        ],
    ),
    Person(
        name="赵敏",
        shows=_("a text message that does not arrive: mail at once"),
        branch="SH-XH",
        phone="+8613900010003",
        email="min.zhao@example.com",
        preferred=["sms"],
        does={"09-28 20:00": ("open",), "09-28 20:10": ("confirm",)},
        must_come=[
            "09-28 10:00 offered",
            "09-28 10:00 pass_notice sms undelivered",
            "09-28 10:00 pass_notice email accepted",
            "09-28 20:00 opened",
            "09-28 20:10 confirmed",
            "10-09 10:00 three_days email accepted",
            "10-11 10:00 one_day email accepted",
            "10-12 07:00 the_day email accepted",
        ],
    ),
    Person(
        name="陈伟",
        shows=_("no answer at all: every channel, the reminders, then HR"),
        branch="BJ-CBD",
        phone="+8613900010049",
        email="wei.chen@example.com",
        wechat_openid="weeks-chen",
        does={},
        must_come=[
            "09-28 10:00 offered",
            "09-28 10:00 pass_notice wechat delivered",
            "09-28 12:00 pass_notice sms delivered",
            "09-28 14:00 pass_notice email accepted",
            "09-29 10:00 unread wechat delivered",
            "09-30 10:00 unconfirmed wechat delivered",
            "09-30 18:00 unconfirmed wechat delivered",
            "10-01 06:00 handed_over",
        ],
    ),
    Person(
        name="刘洋",
        shows=_("office hours: Sunday’s reminder on the Saturday that is worked for the holiday"),
        branch="SH-LJZ",
        phone="+8613900010059",
        does={"09-28 12:00": ("open",), "09-28 12:01": ("confirm",)},
        must_come=[
            "09-28 10:00 offered",
            "09-28 10:00 pass_notice sms delivered",
            "09-28 12:00 opened",
            "09-28 12:01 confirmed",
            "10-09 10:00 three_days sms delivered",
            "10-10 15:00 one_day sms delivered",
            "10-12 07:00 the_day sms delivered",
        ],
    ),
    Person(
        name="孙丽",
        shows=_("another first day, asked for after the reminder three days before the old one"),
        branch="BJ-TZ",
        phone="+8613900010069",
        told="10-07 10:00",
        does={
            "10-07 12:00": ("open",),
            "10-07 12:30": ("confirm",),
            "10-09 12:00": ("defer", "2026-10-19", "notice_period"),
        },
        must_come=[
            "10-07 10:00 offered",
            "10-07 10:00 pass_notice sms delivered",
            "10-07 12:00 opened",
            "10-07 12:30 confirmed",
            "10-09 10:00 three_days sms delivered",
            "10-09 12:00 defer_asked",
            "10-09 12:00 deferred 10-12 → 10-19",
            "10-09 12:00 confirmed",
            "10-09 12:00 deferral_answered sms delivered",
            "10-16 10:00 three_days sms delivered",
            "10-18 10:00 one_day sms delivered",
            "10-19 07:00 the_day sms delivered",
        ],
    ),
    Person(
        name="周杰",
        shows=_("a no, after which nothing comes"),
        branch="GD-TH",
        phone="+8613900010079",
        does={"09-28 21:30": ("open",), "09-29 08:15": ("decline", "further_study")},
        must_come=[
            "09-28 10:00 offered",
            "09-28 10:00 pass_notice sms delivered",
            "09-28 21:30 opened",
            "09-29 08:15 declined",
        ],
    ),
    Person(
        name="吴静",
        shows=_("a result that comes the day before: the morning’s reminder, and HR knows at once"),
        branch="BJ-ZGC",
        phone="+8613900010089",
        told="10-11 15:00",
        does={"10-11 15:20": ("open",), "10-11 15:21": ("confirm",)},
        must_come=[
            "10-11 15:00 offered",
            "10-11 15:00 pass_notice sms delivered",
            # The deadline is at six: HR is told as soon as it is seen that the notice has gone out.
            "10-11 15:10 handed_over",
            "10-11 15:20 opened",
            "10-11 15:21 confirmed",
            "10-12 07:00 the_day sms delivered",
        ],
    ),
    Person(
        name="Alex Example",
        shows=_("a branch by other clocks, where no weekend is worked"),
        branch="LON",
        phone="+8613900010099",
        zone=LONDON,
        language="en",
        does={"09-28 12:00": ("open",), "09-28 12:10": ("confirm",)},
        must_come=[
            "09-28 10:00 offered",
            "09-28 10:00 pass_notice sms delivered",
            "09-28 12:00 opened",
            "09-28 12:10 confirmed",
            "10-09 10:00 three_days sms delivered",
            "10-11 10:00 one_day sms delivered",
            "10-12 07:00 the_day sms delivered",
        ],
    ),
]


def cast() -> list[Person]:
    """Everybody anew, with an empty phone and nothing told."""
    return [replace(person) for person in CAST]
