"""A mandatory paper said to be unnecessary, or that it may come later."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notifications.lint.copies import COPY, ORIGINAL
from notifications.lint.findings import Finding, Kind
from notifications.lint.papers import LOCAL, Mention, Mentions
from notifications.lint.patterns import ENGLISH_COUNT, in_one, words
from notifications.lint.reading import Reading

NOT_NEEDED = in_one("""
    无需|无须|毋需|毋须|不需要?|不用|不必|不要求|不强制(?:要求)?|可以?不(?:用|必|再)?|可以?免(?!费)|免(?!费|税|冠)|不再(?:需要|要求)?|省略|没必要|
    不做?硬性要求|非必[需须交]|不是必[需须交]|不是必备|选交|选带|可选|自愿|可有可无|不作要求|不做要求|不收|不看|不查验|无要求
""")
HAND_IN = "再|另行|必须|一定|强制|您|你|携?带来?|提供|提交|上交|递交|交来?|准备|出示|出具|开具?|办理?|做|进行|补|来|要|参加|过来|了|的|也|就|都"
ENGLISH_HAND_IN = (
    "(?:bring|provide|submit|hand in|show|have|get|take|do|send|present|carry|produce|attach|supply)"
)
NEEDLESS_BEFORE = re.compile(
    rf"(?:(?<!不)(?<!不能)(?:{NOT_NEEDED})(?:{HAND_IN}){{0,4}}|"
    rf"\b(?:no need (?:for|of|to {ENGLISH_HAND_IN})|(?:need not|needn't|(?:do|does|will)(?: not|n't) (?:need|have) to) {ENGLISH_HAND_IN}|"
    r"(?:do|does|will)(?: not|n't) (?:need|require|ask for|want)|not require|no|can skip|may skip|skip|exempt(?:ed)? from|waive|can leave out|may leave out|(?:can|may) come without|forget(?: about)?|leave)"
    r"(?: (?:a|an|the|your|any|original|new|separate)){0,3}\s?)$",
    re.A,
)
NEEDLESS_AFTER = words(
    rf"""
    (?:(?:{NOT_NEEDED}|没有?也)(?:{HAND_IN}|\s){{0,4}}|免交|免带|免提供)(?=$|[,。;!?、)(~]|即可|就行|没关系|可以|行|吧|哦|哈|啦|可|报到|入职|没事|无妨|不影响|亦)
    """,
    r"""
    (?:(?:is|are|'s)?\s?(?:not|n't|no longer|not strictly|not really|never) (?:needed|required|necessary|compulsory|mandatory|a must|asked for|essential|obligatory)|(?:is|are) (?:optional|unnecessary|waived|voluntary|not obligatory)|optional|
    (?:can|may) be (?:skipped|omitted|left (?:out|at home)|dispensed with|waived|ignored)|(?:need not|does not need to|do not need to|doesn't need to|don't need to|does not have to|do not have to|doesn't have to|don't have to) be (?:brought|submitted|provided|handed in|shown|done|sent|presented)|
    (?:can|may) stay at home|if you (?:like|wish|want)|at home)
    """,
)
NOT_THE_PAPER = re.compile(  # 无需毕业证公证: it is the notary who is not needed
    r"的?(?:原件)?的?(?:复印|公证|认证|翻译|盖章|预约|密封|彩色|塑封|装订|号|外壳|封皮|副本|扫描|费|项目|收费|自费|空腹|拍|打印|排队|等候)|\s(?:cop|translation|notar|fee|appointment|number|scan|cost|on an empty)\w*",
    re.A,
)
GIVE = r"(?:交(?![通流接])|补|提供|提交|给(?!予)|寄|上传|送|拿|带(?!薪)|发)"
LATER = words(
    rf"""
    后补|后交|后提[交供]|补[交齐上来递报带寄办做检]|缓交|缓一?缓|迟交|晚交|(?<![\d一二三四五六七八九十作])日后再?{GIVE}|
    晚(?:些|点|几天|两天|一点|一?周)(?:时候)?[再也]?{GIVE}|迟些|迟几天|(?:入职|报到|到岗|上班|签约|签合同|开工|来)(?:之|以)?后[^,。;]{{0,10}}?(?:{GIVE}|做|体检|完成|检)|
    (?:入职|报到|到岗|上班)[一两半三\d]{{1,2}}个?[天日周月]内?[^,。;]{{0,6}}?(?:{GIVE}|做|体检)|
    (?:转正|试用期|实习期?|年底|月底|年)(?:结束|满|期)?(?:之|以)?[前内后]?(?:期间|时)?[^,。;]{{0,6}}?(?:{GIVE})|
    (?:拿到|办好|出来|下来|开出来?|取到|领到)(?:以?后|了|之后|时)?(?:再|尽快|及时|马上)(?:{GIVE})|
    [一二两三四五六七八九十半几\d]{{1,3}}个?(?:工作日|星期|周|天|日|月)(?:之|以)?内?再?(?:{GIVE})|(?:以后|之后|过后|日后|后面|晚点|回头|改天)再(?:安排|说|做|检|办|去|弄)|
    (?:下周|下个?月|之后|以后|过后|晚点|晚些|稍后|随后|后续|回头|过几天|过两天|改天|第二天|次日)[^,。;]{{0,8}}?{GIVE}|(?:入职|报到)后再说|先报到|先入职|先来报到|暂缓|暂不|先不|可缓|不着急|不急|延后|延期|推迟|宽限
    """,
    rf"""
    (?:hand\w*|send|sent|bring|brought|submit\w*|give|given|provide\w*|suppl\w+|deliver\w*|turn\w*|pass\w*|mail\w*|upload\w*|show\w*|present\w*|produce\w*|done|do it|do this|have it|get it|take it|take the test|arrive|come)[^.;]{{0,30}}?\b(?<!no )(?<!not )(?:later(?! than)|afterwards|
    after (?:you |your |the )?(?:have )?(?:join\w*|report\w*|start\w*|first (?:day|week|month)|onboarding|arriv\w*|probation|reporting)|within {ENGLISH_COUNT} (?:working )?(?:days?|weeks?|months?)|in (?:your|the) first (?:week|month)|
    (?:next|the following) (?:week|month)|in due course|subsequently|once (?:you have|it is|it's|you get|available|issued|they)|when (?:it is|it's|you have|ready|available|you get|they)|at a later (?:date|time|stage)|another (?:day|time)|(?:during|before the end of|by the end of|in) (?:the |your )?probation\w*|
    (?:a |one |two |some |\d )(?:days?|weeks?|months?) (?:later|after))|
    (?:can|may|could|might|to) (?:follow|wait|come later|be late)|follows? later|to follow|(?:can|may|could) be (?:late|postponed|deferred|delayed|put off|done later)|(?:in )?no (?:hurry|rush)|later is (?:fine|ok|okay)|catch up later|(?:can|may) be (?:done|taken|made) after
    """,
)
LATER_BEFORE = re.compile(
    rf"(?:(?:(?:入职|报到|到岗|上班)(?:之|以)?后|转正前)(?!的)[^,。;]{{0,8}}?(?:再|{GIVE}|完成|做|进行|参加|安排|内)|后补|补[交齐办]|暂缓|延后|推迟|缓交)(?:{GIVE}|做|您的)?$",
    re.A,
)
WITH_VERB = re.compile(
    r"\b(?:hand|send|bring|submit|give|provide|supply|deliver|mail|upload|show|do|take|have|get|complete)\b",
    re.A,
)
WHEN_LATER = re.compile(
    rf"\b(?<!no )(?<!not )(?:later(?! than)|afterwards|after (?:you |your |the )?(?:have )?(?:join\w*|report\w*|start\w*|first (?:day|week|month)|onboarding|arriv\w*|probation)|"
    rf"within {ENGLISH_COUNT} (?:working )?(?:days?|weeks?|months?) (?:of|after) (?:you |your )?(?:join|report|start|first|arriv|onboard)\w*|in (?:your|the) first (?:week|month)|during (?:your |the )?probation)",
    re.A,
)
NOT_LATER = words(
    "(?:不|勿|不得|不能|不可|不接受|无法|谢绝|概不|恕不|不予|逾期|避免|以免|切勿)[^,。;]{0,6}(?:后补|补[交齐办]|缓交|迟交|晚交|先报到|先入职|暂缓|延)|退还|归还|发还|方可|才能|后才|下发|发放|领取|返还|影响报到|收到|接到|通知后|报到前|入职前",
    r"no(?:t)? later|(?:cannot|can't|can not|may not|must not|not accepted|not be)[^.;]{0,24}later|not (?:follow|wait)|(?:returned|handed back|given back|give (?:it|them) back)",
)
ALLOWED = words(
    "可|能|就行|也行|没关系|没事|即可|再补|后补|先报到|先入职|不急|不影响",
    r"can|may|could|fine|ok|okay|no (?:problem|hurry|rush)|later|follow",
)
MISSING_BEFORE = re.compile(
    r"(?:没有?|没带|没拿到|没办|未|尚未|还没|暂无|来不及|缺|忘带|忘了带?|丢了?|拿不到|开不出|赶不上)[^,。;]{0,6}$|"
    r"\b(?:without|missing|lack|no|forgot|lost|(?:not|n't)(?: yet)? (?:have|got|had|received|done|taken))(?: (?:a|an|the|your|any|yet|got|received)){0,3}\s?$",
    re.A,
)
MISSING_AFTER = re.compile(
    r"[^,。;]{0,4}?(?:还?没|未|尚未|丢|遗失|不在手|来不及|开不出|拿不到)[^,。;]{0,8}|\s(?:is|are|has|have)(?: not|n't)(?: yet| been)* (?:ready|issued|arrived|available|here)|\s(?:is|are) (?:late|lost|missing|delayed)",
    re.A,
)
STILL_FINE = words(
    "也可以?(?!能)|也能|也行|亦可|照样|照常|先(?:报到|入职|来|办)|没关系|没事|不影响|不耽误|无妨|不要紧|不用担心|别担心|可先|可以先|不碍事|不妨",
    r"(?:can|may) (?:still|also|nevertheless|join|report|start|come)|still (?:join|report|come|start)|no problem|(?:is|are|'s) (?:fine|ok|okay)|don't worry|do not worry|not a problem|won't stop|(?:does not|doesn't) matter|come anyway",
)
ONLY_BEFORE = re.compile(
    r"(?:(?:只|仅)(?:需要?|要|用|须|携?带)(?:您|你|携?带|准备|提供|交|来|上|出示){0,3}|"
    r"\b(?:(?:only|just|simply)(?: need to)?(?: bring| need| have to bring| carry| take)?(?: along)?|all you need(?: to bring)? is|(?:bring|need) (?:only|just|nothing but))(?: (?:a|an|the|your)){0,1}\s?)$",
    re.A,
)
NOTHING_ELSE = words(
    "即可|就行|就可以|就好|就够|便可|就成|其[他它余][^,。;]{0,6}(?:不|无|免)",
    r"nothing else|that is all|that's all|is enough|nothing more|no other|will do|suffices?",
)

ANSWER = 20  # letters into the next sentence


def waived(reading: Reading, mentions: Mentions) -> Iterator[Finding]:
    """Mandatory papers that the text lets its readers leave at home or hand in after the day of reporting."""
    lists = mentions.lists()
    for listed, following in zip(lists, [*lists, []][1:], strict=True):
        due = [mention for mention in listed if mention.required]
        general = all(mention.general for mention in listed)
        if not due and not general:
            continue
        until = following[0].start if following else len(reading.text)
        for start, end in _waivers(reading, listed[0].start, listed[-1].end, until=until, general=general):
            if not _fits_the_core(reading, listed, start, end):
                core = due[0].required.named_for(reading.original) if due and due[0].required else ""
                yield reading.finding(Kind.WAIVED, start, end, core=core)


def _waivers(
    reading: Reading, start: int, end: int, *, until: int, general: bool
) -> Iterator[tuple[int, int]]:
    """What is said at either side of the papers at `start:end`; at `until` the next ones begin."""
    text = reading.text
    before, (sentence, after) = reading.clause(start, end)[0], reading.sentence(start, end)
    after = min(after, until)
    if not general:
        yield from _needless_before(text, before, start, end)
        yield from _missing_but_fine(text, sentence, start, end, after)
        yield from _nothing_else(text, before, start, end, after)
    for match in NEEDLESS_AFTER.finditer(text, end, after):
        if not COPY.search(text, max(before, start - 5), match.start()) and not _leaves_a_copy(
            text, end, match.start(), after
        ):
            yield match.span()
    yield from _later_before(text, before, start, end)
    if not general and (WITH_VERB.search(text, before, start) or ALLOWED.search(text, end, after)):
        yield from (match.span() for match in WHEN_LATER.finditer(text, end, after))
    # What is answered to a question speaks of it still: 开不出来？入职后补交。
    for match in LATER.finditer(text, end, min(end + reading.earshot, until)):
        if NOT_LATER.search(text, max(end, match.start() - 8), after) or (match.start() > after + ANSWER):
            continue
        if not general or ALLOWED.search(text, end, after):
            yield match.span()


def _leaves_a_copy(text: str, end: int, start: int, last: int) -> bool:
    """原件不用带，复印件就够: that is a copy instead of the original, and no paper less."""
    return bool(ORIGINAL.search(text, end, start) and COPY.search(text, start, last + ANSWER))


def _later_before(text: str, first: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    """入职后补交毕业证."""
    for match in LATER_BEFORE.finditer(text[first:start]):
        if not NOT_LATER.search(text, first, end):
            yield first + match.start(), end


def _needless_before(text: str, first: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    match = NEEDLESS_BEFORE.search(text[first:start])
    if match and not NOT_THE_PAPER.match(text, end):
        yield first + match.start(), end


def _missing_but_fine(text: str, first: int, start: int, end: int, last: int) -> Iterator[tuple[int, int]]:
    lacking = MISSING_BEFORE.search(text[first:start])
    pending = MISSING_AFTER.match(text, end)
    if (lacking or pending) and (fine := STILL_FINE.search(text, end, last)):
        yield (first + lacking.start() if lacking else start), fine.end()


def _nothing_else(text: str, first: int, start: int, end: int, last: int) -> Iterator[tuple[int, int]]:
    match = ONLY_BEFORE.search(text[first:start])
    if match and NOTHING_ELSE.search(text, end, last) and not COPY.search(text, start, last):
        yield first + match.start(), end


def _fits_the_core(reading: Reading, listed: list[Mention], start: int, end: int) -> bool:
    """The core itself lets those go without a paper who never had it; a local paper is the branch's to waive."""
    text, first = reading.text, min(start, listed[0].start)
    near = reading.sentence(first, end)
    if all(mention.general for mention in listed):
        return LOCAL.search(text, max(near[0], first - 12), listed[-1].end) is not None
    return any(
        mention.not_owed_by and mention.not_owed_by.search(text, *near)
        for mention in listed
        if mention.required
    )
