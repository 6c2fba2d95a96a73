"""How people write an hour, in either language; each with what must stand beside it so that it is the reporting's."""

from notifications.lint.need import Need
from notifications.lint.patterns import COUNT, ENGLISH_COUNT, HAN_DIGITS, NUMBER, SPELT

LONG_PART = "(?:上午|下午|早上|早晨|清晨|清早|一大?早|中午|午间|午后|傍晚|晚上|晚间|凌晨)"
PART = f"(?:{LONG_PART}|早|晚)"
# 三点要求, 2点说明: no hour
NO_HOUR = "[击心名餐赞评儿要说建事规情原好限长候辰代常刻]|注意|内容|理由|提示|以[上下]|问题"
MINUTES = (
    rf"(?:\s?(?:半|整|[一三]刻|{NUMBER}\s?分(?!钟)|[0-5]\d(?!\d)|[一二三四五]?十[一二三四五六七八九]?))?"
)
OCLOCK = rf"\s?(?:点钟?|时)(?!{NO_HOUR})"
A_BIT = r"一[点时](?![半整钟前到后一三刻\d])"
COUNTED = "下这有第共如意几早晚差近远快慢多少"  # 以下两点, 早一点
AM_PM = r"\s?[ap]\.?m\b\.?"
LATER = "(?:推迟|延后|延迟|顺延|推后|晚)"  # 提前 a little is what the hour of the offer wants anyway
COMES = r"(?=[,\s]?(?:再|统一|集中|准时|请|过|前|直接|就)?.{0,2}(?:报到|签到|到岗|集合|来|到))"
PAST = "(?:half past|(?:a )?quarter (?:past|to)|(?:five|ten|twenty|twenty-five)(?: minutes)? (?:past|to))"
THEN = r"(?=$|[,;!)]|\.(?!\d)|\s(?:on|for|to|please|and|at|then|in the)\b)"

HOURS: tuple[tuple[Need, str], ...] = (
    # 9:00, 上午9:30, 9:30 am
    (
        Need.FIELD,
        rf"(?:{PART}[的在]?\s?)?(?<!\d)(?<!\d[:.])(?:[01]?\d|2[0-4])\s?:\s?[0-5]\d(?![\d:])(?:{AM_PM})?",
    ),
    # 上午九点半, 早8点, 八点四十, 9时30分
    (Need.FIELD, rf"{LONG_PART}\s?{NUMBER}{OCLOCK}{MINUTES}"),
    (Need.FIELD, rf"[早晚](?!{A_BIT})\s?{NUMBER}{OCLOCK}{MINUTES}"),
    (Need.FIELD, rf"(?<![\d:.{COUNTED}])\d{{1,2}}{OCLOCK}{MINUTES}"),
    (Need.FIELD, rf"(?<![{HAN_DIGITS}{COUNTED}])(?!{A_BIT})[{HAN_DIGITS}]{{1,3}}{OCLOCK}{MINUTES}"),
    # 上午8.30, 8.30准时
    (Need.FIELD, rf"{PART}\s?\d{{1,2}}\.[0-5]\d(?!\d)"),
    (Need.WORD, r"(?<![\d.])(?:0?[6-9]|1\d)\.[0-5]0(?=前|到|之前|准时|集|报|\s?(?:sharp|am|pm))"),
    # 0830 hrs, 9 am, half past nine, nine o'clock, by 9, nine thirty, noon
    (Need.FIELD, r"\b[012]\d[0-5]\d\s?(?:hrs|hours|h)\b"),
    (Need.FIELD, rf"(?<![\d:.])\d{{1,2}}(?:[:.][0-5]\d)?{AM_PM}"),
    (Need.FIELD, rf"\b{PAST}\s(?:{SPELT}|\d{{1,2}})\b(?!\sminutes)"),
    (
        Need.FIELD,
        rf"\b(?:{SPELT}|\d{{1,2}})\s?(?:o'? ?clock|sharp|in the (?:morning|afternoon)|a\.m|p\.m|am|pm)\b",
    ),
    (
        Need.WORD,
        rf"\b(?:at|by|before|until|around|from|after)\s(?:{SPELT}|\d{{1,2}})(?:[ -](?:thirty|fifteen|forty-five))?"
        rf"{THEN}",
    ),
    (Need.WORD, rf"\b{SPELT}[ -](?:thirty|fifteen|forty-five)\b|\b(?:noon|midday)\b"),
    (Need.FIELD, r"\b(?:before|after|by|at|until) (?:noon|midday)\b"),
    # half a day: 下午报到, 改到下午, in the afternoon
    (Need.REPORTING, rf"(?<!当天)(?<!当日)(?:{LONG_PART}|上班前|下班前|午休后|午饭后){COMES}"),
    (Need.REPORTING, rf"(?<=[在到为于放安定]){LONG_PART}(?![\d{HAN_DIGITS}])"),
    (Need.REPORTING, r"\b(?:in|during) the (?:morning|afternoon|evening)\b|\bafter lunch\b|\bfirst thing\b"),
    (Need.REPORTING, r"\b(?:morning|afternoon)s? only\b"),
    # 推迟一小时, an hour later than
    (Need.REPORTING, rf"{LATER}[到至]?(?:{COUNT}个?半?(?:小时|钟头)|半个?(?:小时|钟头)|{NUMBER}分钟)"),
    (Need.REPORTING, rf"\b{ENGLISH_COUNT}\s(?:hours?|minutes)\s(?:later|earlier) than\b"),
)
