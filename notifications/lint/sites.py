"""Where a text sends the candidates to report: only the branch's own address may be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from notifications.lint.findings import Finding, Kind, Place, is_chinese
from notifications.lint.patterns import HAN, in_one, words
from notifications.lint.reading import Reading, read
from notifications.lint.topics import ARRIVAL, Topics, Weight

# --- Chinese -------------------------------------------------------------------------------------
# With a name before it each of these is another site; alone (大楼, 支行) it is the candidate's own.
NAMED = in_one("""
    大厦|大楼|写字楼|办公楼|办公区|大酒店|酒店|宾馆|饭店|招待所|广场|公园|大学|学院|学校|中学|小学|党校|校区|校园|中心|分公司|
    基地|园区|科技园|产业园|创业园|礼堂|剧院|剧场|体育馆|图书馆|博物馆|文化宫|咖啡厅|咖啡馆|茶楼|机场|火车站|高铁站|商场|公寓|总行|分行|分理处|储蓄所|
    宿舍|仓库|档案馆|网点|营业部|营业所|支行|门店|医院|会所|小区|银行学院
""")
ALONE = in_one(r"""
    总行|总部|(?<!本)(?<!我)分行|分理处|储蓄所|校门口|党校|(?:(?:(?![到去赴在于从请的先])[\u4e00-\u9fff]){2,6}站|地铁站?|地铁)?[a-z0-9]{1,2}(?:出入?|入)?口|
    地铁[站口]|公交站|(?:别的|其他|另一[个家]|隔壁|对面|附近|旁边)的?[\u4e00-\u9fff]{0,6}?(?:支行|网点|大厦|大楼|楼|酒店|写字楼|银行|学校|大院)|
    人社局|社保局|人才中心|人才市场|人力资源市场|劳务公司|外包公司|派遣公司|培训中心|培训基地|培训学院|培训学校|酒店|宾馆|咖啡厅|星巴克|
    服务外包|老楼|旧址|新址|新楼|老办公楼|新办公楼|附楼|临时办公点|临时网点|工会大楼
""")
NOT_IN_NAME = "到去赴至在往于从经由过前找请的了先改为是和或与我本该各报名带来搬移换"
SITE = re.compile(rf"(?P<name>(?:(?![{NOT_IN_NAME}])[{HAN}a-z0-9·]){{1,10}}?)(?:{NAMED})|{ALONE}", re.A)
STREET = re.compile(
    rf"(?P<street>(?:(?![{NOT_IN_NAME}])[{HAN}]){{1,10}}?(?:大道|大街|路|街|巷|胡同|弄|道))(?P<number>[0-9零一二三四五六七八九十百]{{1,5}})(?:-\d{{1,4}})?号(?!线|出?口)",
    re.A,
)
OWN_NAME = re.compile(
    r"(?:我们|我行|本行|本|我|该|此|同|大|主|东|西|南|北|新员工|员工|客户|访客|接待|[\da-z]座|[东西南北][侧座区]|.{0,4}[层楼内])",
    re.A,
)
FLOOR_BEFORE = re.compile(r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})[层楼f]的?$", re.A)
LANDMARK = re.compile(
    r"的?(?:对面|旁|隔壁|附近|方向|背后|后面|一侧|[东西南北]侧|[往后右左]|[东西南北](?!门|座|区|楼|塔)|出站|换乘|下车|上车|步行|路口|十字)(?!的[\u4e00-\u9fff]{1,8}(?:报到|集合))",
    re.A,
)
SENT = re.compile(
    r"(?:(?<![报签收步直坐乘达走开])(?<!步行)(?<!乘车)(?<!地铁)(?<!公交)(?<!导航)[到去赴至往]|前往|(?<!不)在|于|(?:地点|地址|地方|位置)[^,。;]{0,6}?|改[为成]|设)[^,。;!?到去在]{0,6}$",
    re.A,
)
NOT_SENT = re.compile(
    r"(?:不要|不用|不必|无需|无须|请勿|勿|别|不得|并非|不是|不)(?:再|直接|先|误)?(?:跑|来|走)?[到去在往]?$",
    re.A,
)
MEETS = re.compile(
    r"[^,。;!?]{0,14}?(?:报[到道]|集合|签到|(?<!前)入职|办理?手续|碰头|会合|汇合|见面|等候|等您|统一进|统一带|上班)(?!者|的[^地时])",
    re.A,
)
REPORTING_FOLLOWS = re.compile(r"(?:集中)?报[到道](?!者|的[^地时])", re.A)
MOVES = re.compile(
    rf"(?:改|换|移|挪|转|调整|变更|迁|搬|更换)(?:到|至|在|为|去|往|成)了?(?P<where>[{HAN}a-z0-9·()]{{2,20}}?)(?=报[到道]|集合|签到|办理?|入职|进行|举行|找|[,。;!)]|$)",
    re.A,
)
A_MOMENT = re.compile(
    r"[\d零一二三四五六七八九十]{1,4}[点时月:日号年-]|[上中下]午|早|晚|周|星期|礼拜|[下本明后每次]|节|腊|正月|线上|网上|线下|电子|电话|提前|其他时间|另",
    re.A,
)
SPEAKS_OF_REPORTING = re.compile(r"报[到道]|集合|签到|入职|地[点址]|地方", re.A)

# --- English -------------------------------------------------------------------------------------
ENGLISH_SITE = in_one(r"""
    head ?office|headquarters|head quarters|(?:sub-?)?branch(?: office)?|training (?:cent(?:re|er)|school|base)|hotel|tower|plaza|building|
    university|campus|college|school|(?:conference |convention |data |business |service )?cent(?:re|er)|auditorium|station|(?:metro |subway )?exit [a-z]?\d{0,2}|
    airport|caf[eé]|coffee shop|starbucks|mall|square|office block|dormitory|agency|job fair|park|gate|outlet|annexe?|premises|hall of residence|
    offices?(?= (?:in|on|at|next|across))|theatre|library|museum|warehouse|restaurant|hospital|next door|across the (?:street|road)
""")
STRAIGHT = r"(?:\s(?:us|up|straight|directly|first|instead|all|yourself|outside|please|is|are|will|has|been|be|held|takes?|place|now|only|for|you|your|day|temporarily|new|staff|to report|and)){0,6}"
ENGLISH_SENT = re.compile(
    rf"\b(?P<verb>report(?:ing)?|check(?:ing)?[ -]in|sign in|meet|gather|assemble|come|go|head|present yourself|show up|turn up|join|proceed|onboarding|induction|welcome|receive|registration|arrive|wait|be|formalities|moved|relocated|shifted|switched|transferred|venue|changed|point|location|place|you are expected)"
    rf"{STRAIGHT}\s?(?:to|at|in|outside|by|near|is|:)?\s(?P<where>(?:(?!and |then |from |past |with |opposite )[a-z0-9'&-]+\s){{0,6}}?(?:{ENGLISH_SITE}))(?![a-z0-9])(?!\s(?:lift|side|entrance|opposite|door|desk|lobby|reception|car))",
    re.A,
)
REPORTING_VERBS = re.compile(
    r"report|check|meet|gather|assemble|onboarding|induction|welcome|receive|join|moved|relocated|shifted|switched|transferred|venue|changed|formalities|present",
    re.A,
)
OWN_ENGLISH = re.compile(
    r"(?:to |at |in )?(?:(?:the|our|this|your|a|main|same|east|west|north|south|front|rear|whole|branch|office|bank|lobby|of|floor|\d{1,2}|your|bank's|business|visitors?|back|side|ground|first|second|third|on|reception|service|left|right)\s){0,6}"
    r"(?:branch|sub-?branch|building|tower|branch office|premises|gate|square|park|offices?|centre|hall)",
    re.A,
)
ENGLISH_STREET = re.compile(
    r"\b\d{1,4}[a-z]?,?\s(?!minutes?|mins?|metres?|m\b|stops?|floors?|km|and\b|or\b|to\b)(?:[a-z]+\s){1,4}?(?:road|rd|street|st|avenue|ave|lane|boulevard|blvd)\b",
    re.A,
)
SPELT_OUT = (
    (r"\brd\b", "road"),
    (r"\bst\b", "street"),
    (r"\bave\b", "avenue"),
    (r"\bblvd\b", "boulevard"),
    ("[, ]+", " "),
)

ELSE_THERE = words(
    "体检|采血|医院|停车|车位|车库|乘|公交|地铁|班车|打车|开车|导航|食堂|用餐",
    r"clinics?|hospitals?|health|medical|park(?:ing)?|garage|bus|metro|subway|train|taxi|canteen|lunch|shuttle",
)

# --- Both ----------------------------------------------------------------------------------------
LEFT_OPEN = words(
    r"""
    (?:报[到道]|入职|集合)的?(?:具体)?(?:地点|地址|地方|位置)[^,。;]{0,4}(?:另行|另|待|未定|有变|变更|不在|以[^,。;]{0,8}(?:电话|短信|微信|群|支行|我们|现场)[^,。;]{0,6}为准|由[^,。;]{1,8}(?:通知|告知|安排))|
    (?:线上|网上|远程|云端?|视频|在线|居家)(?:方式)?(?:办理|完成)?(?:报[到道]|入职(?!培训|教育|课|考|测)|签到)|报[到道][^,。;]{0,8}(?:线上|网上|远程|视频|在线)(?:办理|进行|完成)?|
    (?:不用|无需|不必|无须|不要|不再|不在)(?:再|亲自|本人)?[来到]?(?:我|本)[支分]?行(?:现场)?(?:报[到道]|办理|$|[,。;])|(?:不用|无需|不必|无须)(?:再|亲自|本人)?[来到去](?:支行|现场|行里|网点)
    """,
    r"""
    (?:report|reporting|join|check in|onboard(?:ing)?|formalities)(?: for work)?(?: is| takes place| will be| are| held| done)* (?:online|remotely|remote|by video|virtually|virtual|from home)|
    (?:no need to|need not|do not|don't|needn't|not have to) (?:come|report) (?:in person|(?:to )?(?:the|this|our|here)(?: (?:branch|office|bank|sub-?branch|building))?(?! (?:before|after|on|at|earlier|until)))|
    (?:reporting |meeting |joining )(?:place|venue|location|address) (?:will be|is|may be|has)\s?(?:still |yet |been )?(?:confirmed|announced|told|decided|changed|to be|tba|tbc)
    """,
)


@dataclass(frozen=True)
class Search:
    """One text, the field it stands in, and the branch's own addresses in the spelling of the reading."""

    reading: Reading
    topics: Topics
    field: str
    own: tuple[str, ...]


def other_sites(reading: Reading, *, field: str, place: Place) -> Iterator[Finding]:
    """Sites that candidates are sent to for the reporting, other than the branch's own."""
    own = tuple(_plain(address) for address in place.own_addresses())
    search = Search(reading, Topics(reading, taken=[]), field, own)
    for start, end in (*_named(search), *_streets(search), *_moves(search), *_english(search)):
        yield reading.finding(Kind.PLACE, start, end, core=_address(reading.original, place))
    for match in LEFT_OPEN.finditer(reading.text):
        yield reading.finding(Kind.PLACE, *match.span(), core=_address(reading.original, place))


def _named(search: Search) -> Iterator[tuple[int, int]]:
    for match in SITE.finditer(search.reading.text):
        if not _is_own(match[0], match["name"], search) and _is_sent_to(match, search):
            yield match.span()


def _is_own(site: str, name: str | None, search: Search) -> bool:
    return any(site in address for address in search.own) or bool(name and OWN_NAME.fullmatch(name))


def _streets(search: Search) -> Iterator[tuple[int, int]]:
    for match in STREET.finditer(search.reading.text):
        if not _is_own_street(match, search.own) and _is_sent_to(match, search):
            yield match.span()


def _is_own_street(match: re.Match[str], own: tuple[str, ...]) -> bool:
    """The same number in a street whose name ends alike: 朝阳区岳泰路18号 is 岳泰路18号."""
    return any(
        theirs["number"] == match["number"] and theirs["street"][-3:] == match["street"][-3:]
        for address in own
        for theirs in STREET.finditer(address)
    )


def _moves(search: Search) -> Iterator[tuple[int, int]]:
    text = search.reading.text
    for match in MOVES.finditer(text):
        where = match["where"]
        if A_MOMENT.match(where) or any(where in address for address in search.own):
            continue
        if SPEAKS_OF_REPORTING.search(text, *search.reading.clause(*match.span())):
            yield match.span("where")


def _is_sent_to(match: re.Match[str], search: Search) -> bool:
    text, (start, end) = search.reading.text, match.span()
    before = text[max(0, start - 16) : start]
    if LANDMARK.match(text, end) or NOT_SENT.search(before) or not SENT.search(before):
        return False
    if FLOOR_BEFORE.search(before):
        return False
    return _is_about_reporting(start, end, search, meets=MEETS.match(text, end) is not None)


def _is_about_reporting(start: int, end: int, search: Search, *, meets: bool) -> bool:
    """`meets`: whether the words around the site say that people meet there."""
    if search.topics.conditional(start, end):
        return False
    if meets and search.field == ARRIVAL:
        return True
    if REPORTING_FOLLOWS.match(search.reading.text, end) and search.field != "health_check":
        return True
    around = search.topics.within(*search.reading.clause(start, end))
    if any(word.weight == Weight.FIRM for word in around):
        return not (
            search.field == "health_check" and any(word.start >= start and word.end <= end for word in around)
        )
    if search.field == "metro_exit":
        return meets
    return (
        search.field == ARRIVAL
        and ELSE_THERE.search(search.reading.text, *search.reading.clause(start, end)) is None
    )


def _english(search: Search) -> Iterator[tuple[int, int]]:
    text = search.reading.text
    for match in ENGLISH_SENT.finditer(text):
        where = match["where"].removeprefix("the ").removeprefix("at ").removeprefix("to ")
        if (OWN_ENGLISH.fullmatch(match["where"]) and not text.startswith(" of ", match.end())) or any(
            where in address for address in search.own
        ):
            continue
        meets = REPORTING_VERBS.match(match["verb"]) is not None
        if _is_about_reporting(*match.span("where"), search, meets=meets):
            yield match.span("where")
    for match in ENGLISH_STREET.finditer(text):
        own = any(_plain(match[0]) in address for address in search.own)
        if not own and _is_about_reporting(*match.span(), search, meets=False):
            yield match.span()


def _plain(address: str) -> str:
    plain = read(address).text
    for pattern, spelling in SPELT_OUT:
        plain = re.sub(pattern, spelling, plain)
    return plain


def _address(text: str, place: Place) -> str:
    """The branch's own address in the language of `text`."""
    own = place.own_addresses()
    return next(
        (address for address in own if is_chinese(address) == is_chinese(text)), own[0] if own else ""
    )
