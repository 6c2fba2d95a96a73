"""How people write a day, in either language; each with what must stand beside it so that it is the reporting's."""

from notifications.lint.need import Need
from notifications.lint.patterns import COUNT, ENGLISH_COUNT, HAN_DIGITS, NUMBER

DAY = r"(?:3[01]|[12]\d|0?[1-9])"
MONTH = r"(?:1[0-2]|0?[1-9])"
WEEKDAY = r"(?:周|星期|礼拜)(?:[一二三四五六日天末](?![次天个年届险])|[1-6](?![\d次天个年]))"
ONE_MORE = rf"(?:[、和及或/到至~-]|以及)(?:{WEEKDAY}|[一二三四五六日天](?![\u4e00-\u9fff]))"
SPAN = f"{COUNT}个?(?:工作日|天|日|周|星期|月)"
UNIT = r"\s?(?:元|公里|千米|米|km|折|小时|分|楼|层|号|%|倍)"
NOT_A_DAY = "线|口|楼|门|院|窗|厅|柜|电梯|库|室|车|停|馆|站|桌|座|会议|公寓"
# 8号 is a day only where something follows that is done on a day.
ON_A_DAY = r"""
    (?=前|之前|以前|上午|下午|早|中午|晚|当|那天|再|来|到|报到|准时|入职|统一|集中|起|两天|、\d|\(?(?:周|星期)|或|,|
    。|$)
"""
FESTIVAL = "(?:春节|元旦|国庆|中秋|五一|十一|清明|端午|劳动节|圣诞|寒假|暑假|小?长?假)(?:节|假期?)?"
SINCE = r"(?<!报到[前后])(?<!入职[前后])(?<!体检[前后])(?<!入职)(?<!报到)(?<!到岗)"

MONTH_NAME = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    "oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
DAY_NAME = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
SHORT_DAY = rf"(?:{DAY_NAME}|mon|tues?|wed|thurs?|thu|fri|sat|sun)"
NTH = r"\d{1,2}(?:st|nd|rd|th)"
SPELT_NTH = "(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|fifteenth|twentieth)"
FLOORS = r"\s(?:day|working|floor|line|exit|street|avenue|ring|lift|door|building|counter|window|gate)"
JOINING = "(?:joining|reporting|your first|starting|the test|issue|onboarding|you (?:join|start|report))"
WORKING_DAY = "(?:working |business |calendar )?(?:days?|weeks?|months?)"
ENGLISH_FESTIVAL = "(?:spring festival|chinese new year|national day|new year|may day|mid-autumn|holidays?)"

DAYS: tuple[tuple[Need, str], ...] = (
    # 2026年12月8日, 12月8号, 12月中旬, 12月8, 2026-12-08, 12.8(周二), 12/8
    (
        Need.FIELD,
        rf"(?:(?:20\d\d|今|明)年)?{NUMBER}月份?(?:{NUMBER}[日号](?!{NOT_A_DAY})|[上中下]旬|底|初|末)",
    ),
    (Need.WORD, rf"(?<!\d){NUMBER}月{NUMBER}(?![\d个{HAN_DIGITS}])"),
    (Need.FIELD, rf"(?<![\d./-])20\d\d[-/.]{MONTH}[-/.]{DAY}(?!\d)"),
    (Need.FIELD, rf"(?<![\d./:-]){MONTH}[/.-]{DAY}(?=\s?\(?(?:周|星期|礼拜))"),
    (Need.WORD, rf"(?<![\d./:-]){MONTH}[/.-]{DAY}(?![\d./:%-]|{UNIT})"),
    # 本月20号, 每月1日, 20号前, 于20日, 腊月二十, 正月初八
    (Need.FIELD, rf"[本下上这当次]个?月{NUMBER}[日号]"),
    (Need.REPORTING, rf"每个?月的?{NUMBER}[日号](?:[、和或]{NUMBER}[日号])?"),
    (Need.WORD, rf"(?<![\d月路街道巷弄楼栋座园年第前后甲乙丙])\d{{1,2}}[号日]{ON_A_DAY}"),
    (
        Need.WORD,
        rf"(?<![{HAN_DIGITS}月路街道巷弄楼栋座园年第前后甲乙丙])[{HAN_DIGITS}]{{1,3}}[号日]{ON_A_DAY}",
    ),
    (Need.WORD, rf"(?<=[于在到为期延定])(?<!\d){NUMBER}[号日](?=$|[,。;!)]|报|入)"),
    (
        Need.FIELD,
        rf"(?:腊月|正月|农历)[初{HAN_DIGITS}]{{1,3}}|(?<![a-z最起当年])初[一二三四五六七八九十](?!中)",
    ),
    # 下周一, 每周三, 周一至周五, 周末, 第一个工作日, 周二, 下周, 月底, 春节后
    (Need.FIELD, rf"[下本这上]{{1,2}}个?{WEEKDAY}"),
    (Need.REPORTING, rf"(?:每个?|逢){WEEKDAY}(?:{ONE_MORE}){{0,5}}"),
    (Need.REPORTING, rf"(?<![两几\d]){WEEKDAY}(?:{ONE_MORE}){{1,5}}"),
    (Need.REPORTING, "周末|双休日|周六日"),
    (Need.REPORTING, "(?:任意|任一|任何|每个?|[首第][一二三1-3]?个|下一个|次个|节后|年后)工作日"),
    (Need.WORD, rf"(?<![两几\d]){WEEKDAY}"),
    (Need.REPORTING, "[下本这]{1,2}一?个?(?:周|星期|礼拜|月)(?:[内初中底末]|[上中下]旬)?"),
    (Need.REPORTING, "[月年][初中底末]|[上中下]旬"),
    (Need.REPORTING, rf"{FESTIVAL}(?:之?[前后]|当天)|(?<![\d一二两三半几])[节年][前后]"),
    # 明天, 次日, 三天内, 收到通知后一周, 提前一天
    (Need.FIELD, "(?:今|明|后|大后)[天日](?!生|起)"),
    (Need.FIELD, "(?<!报到)(?<!入职)(?<!体检)(?:次日|翌日|第二天|隔天|隔日)"),
    (Need.REPORTING, rf"{SINCE}{SPAN}之?(?:[内后]|以[内后])(?!体检|出|有效)"),
    (
        Need.REPORTING,
        rf"(?:收到|接到|见到?)(?:本|录用|入职)?(?:通知|短信|电话|offer)[^,。;]{{0,2}}后?的?{SPAN}(?:之?内)?",
    ),
    (Need.REPORTING, rf"(?:提前|推迟|延后|延迟|顺延|推后|晚|早){SPAN}"),
    # 8th December, Dec. 8, Mon 8 Dec 2026, on the 8th
    (
        Need.FIELD,
        rf"\b(?:{SHORT_DAY},?\s)?(?:the\s)?(?:{NTH}|\d{{1,2}})\s(?:of\s)?{MONTH_NAME}\b(?:,?\s20\d\d)?",
    ),
    (
        Need.FIELD,
        rf"\b(?:{SHORT_DAY},?\s)?{MONTH_NAME}\.?\s(?:the\s)?(?:{NTH}|\d{{1,2}})\b"
        r"(?!:\d|\.\d|\s(?:yuan|minutes|floors))(?:,?\s20\d\d)?",
    ),
    (Need.WORD, rf"\b(?:on|by|before|until|from|to) the (?:{NTH}|{SPELT_NTH})\b(?!{FLOORS})"),
    # next Monday, on Wednesdays, weekdays, Monday to Friday, Monday
    (Need.FIELD, rf"\b(?:next|this|coming|following)\s{SHORT_DAY}\b"),
    (Need.REPORTING, rf"\b(?:every|each|any|the (?:first|last))\s(?:{DAY_NAME}|day|working day|weekday)\b"),
    (Need.REPORTING, rf"\b{DAY_NAME}s\b|\bweekdays?\b|\bweekends?\b|\b(?:working|business) days\b"),
    (Need.REPORTING, rf"\b{SHORT_DAY}s?\s?(?:-|to|through|until|and|or|,)\s?{SHORT_DAY}s?\b"),
    (Need.WORD, rf"\b{DAY_NAME}\b|\b(?:on|by|from|until)\s{SHORT_DAY}\b"),
    # tomorrow, next week, mid-December, within three working days, a day earlier
    (Need.FIELD, r"\b(?:first|last|second) working day of\b"),
    (Need.FIELD, r"\b(?:tomorrow|today|(?:the )?day after tomorrow)\b"),
    (Need.REPORTING, r"\b(?:next|this|the following) (?:week|month|working day|day)\b"),
    (Need.REPORTING, r"\bthe (?:day|week|month) (?:after|before)\b"),
    (
        Need.REPORTING,
        r"\b(?:mid|early|late|end of|middle of|beginning of|start of)[ -](?:the |next |this )?"
        rf"(?:week|month|year|{MONTH_NAME})\b",
    ),
    (Need.REPORTING, rf"\bwithin\s{ENGLISH_COUNT}\s{WORKING_DAY}\b(?! (?:of|after) {JOINING})"),
    (
        Need.REPORTING,
        rf"\b{ENGLISH_COUNT}\s(?:full )?{WORKING_DAY}\s(?:earlier|later|ahead|early|late|after|before)\b"
        rf"(?! {JOINING})",
    ),
    (Need.REPORTING, rf"\b(?:after|before) (?:the )?{ENGLISH_FESTIVAL}\b"),
)
