"""Days and hours in a text, and whether they say when to report: the offer alone says that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from notifications.lint.days import DAYS
from notifications.lint.findings import Finding, Kind
from notifications.lint.hours import HOURS
from notifications.lint.need import Need
from notifications.lint.patterns import in_one, pattern, words
from notifications.lint.reading import Reading
from notifications.lint.topic_words import Weight
from notifications.lint.topics import ARRIVAL, Topics


@dataclass(frozen=True)
class Moment:
    kind: Kind
    need: Need
    start: int
    end: int


MOMENTS = [
    (kind, need, pattern(written))
    for kind, rows in ((Kind.DATE, DAYS), (Kind.TIME, HOURS))
    for need, written in rows
]
JOINED = pattern(r"\s?(?:-{1,2}|~|到|至|to|and|until|till)\s?")
BESIDE = 3  # letters
# The reporting follows at once, so whatever it is called there (12月8日报到当天) the moment is its own.
REPORTING_FOLLOWS = pattern(r"""
    前?\s?(?:\([^()]{1,6}\))?(?:上午|下午)?(?:再|前?来|统一|集中|准时)?(?:报[到道]|入职)(?!的(?!时)|者|请|需|前|后|
    证|材料)
""")

# --- The notice is no longer what says when ------------------------------------------------------
OTHERS_SAY = in_one("""
    (?:另行|另|待|听|等)(?:候)?(?:[^,。;]{0,6}(?:通知|告知|约定|商定|确定|安排)|定)|
    (?:以|由|按|等)[^,。;]{0,8}(?:电话|微信|群里?|短信|口头|支行|分行|我们|人力|hr|主管|经理|现场)[^,。;]{0,8}
    (?:为准|通知|告知|联系|安排|确定|确认|定)|
    (?:可以?|能)?(?:与|跟|和|向)[^,。;]{0,8}(?:商量|协商|约定|预约|另约|确认)|待定|未定|有变|有调整|自定|自选|
    不固定|可协商|灵活
""")
THAN_NOTICE = "(?:比通知|通知的?时间)[^,。;]{0,8}(?:早|晚|提前|推迟|延后)"
DAYS_FOLLOW = "[^,。;]{0,3}[天日周]"
OF_REPORTING = "(?:reporting|joining|start(?:ing)?|exact|arrival)"
WILL_BE = in_one("""
    (?:will be|is|are|has been|may be|can be|to be) (?:still |yet |only )?(?:confirmed|announced|agreed|told|
    decided|arranged|
    changed|moved|flexible|given by|set by|tbc|tbd|to be|open|up to you|negotiable|different)
""")
THAN_GIVEN = "(?:later|earlier) than (?:the|your|in|stated|given)"
LEFT_OPEN = {
    Kind.TIME: words(
        rf"""
        (?:报[到道]|入职|集合|到岗)的?(?:具体)?(?:时间|钟点)(?:{OTHERS_SAY}|提前|早)|{THAN_NOTICE}(?!{DAYS_FOLLOW})
        """,
        rf"{OF_REPORTING} (?:time|hour)s? {WILL_BE}|(?:hours?|minutes) {THAN_GIVEN}",
    ),
    Kind.DATE: words(
        rf"""
        (?:报[到道]|入职|到岗)的?(?:具体)?(?:日期|日子|那天)(?:{OTHERS_SAY})|{THAN_NOTICE}{DAYS_FOLLOW}|
        随时(?:都)?(?:可以?)?(?:前?来|到)?[^,。;]{{0,6}}(?:报到|入职)|(?:哪天|任何一天|任一天|
        任何时候)[^,。;]{{0,6}}(?:报到|入职)
        """,
        rf"""
        {OF_REPORTING} (?:date|day)s? {WILL_BE}|(?:days?|weeks?) {THAN_GIVEN}|
        (?:report|join|come)[^.,;]{{0,20}} (?:any day|on any|whenever you like|at any time)
        """,
    ),
}


def other_moments(reading: Reading, *, field: str) -> Iterator[Finding]:
    """Days and hours said to be those of the reporting, and the reporting's day or hour left to somebody else."""
    found = moments(reading)
    topics = Topics(reading, taken=[(moment.start, moment.end) for moment in found])
    for moment in found:
        if _is_of_reporting(moment, topics, field=field):
            yield reading.finding(moment.kind, moment.start, moment.end)
    for kind, left_open in LEFT_OPEN.items():
        for match in left_open.finditer(reading.text):
            yield reading.finding(kind, *match.span())


def moments(reading: Reading) -> list[Moment]:
    """In their order; of two that overlap the longer, and a range as one."""
    found = [
        Moment(kind, need, *match.span())
        for kind, need, written in MOMENTS
        for match in written.finditer(reading.text)
    ]
    kept: list[Moment] = []
    for moment in sorted(found, key=lambda moment: (moment.start, -moment.end, moment.need)):
        last = kept[-1] if kept else None
        if last and moment.start < last.end:
            continue
        if last and last.kind == moment.kind and JOINED.fullmatch(reading.text, last.end, moment.start):
            # 8:00–10:30 looks like opening hours: it must name the reporting.
            kept[-1] = replace(last, end=moment.end, need=Need.REPORTING)
        else:
            kept.append(moment)
    return kept


def _is_of_reporting(moment: Moment, topics: Topics, *, field: str) -> bool:
    start, end = moment.start, moment.end
    loose = moment.need < Need.REPORTING
    if loose and REPORTING_FOLLOWS.match(topics.reading.text, end) and not topics.supposed(start, end):
        return True
    if topics.conditional(start, end):
        return False
    word = topics.nearest(start, end, field=field)
    if word is None:
        return field == ARRIVAL and moment.need == Need.FIELD
    if word.weight == Weight.ELSE:
        return False
    beside = field == ARRIVAL and word.farness(start, end) <= BESIDE
    return (
        loose or beside or word.weight in (Weight.FIRM, Weight.MEETING) or topics.names_reporting(start, end)
    )
