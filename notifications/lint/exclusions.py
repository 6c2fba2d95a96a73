"""A paper or a test asked for that the core excludes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notifications.lint.findings import Finding, Kind
from notifications.lint.papers import Mention, Mentions
from notifications.lint.patterns import pattern, words
from notifications.lint.reading import Reading
from notifications.lint.topic_words import SUPPOSED

# What sounds like a denial and is none.
NO_DENIAL = pattern(r"""
    不能漏|不可漏|不要漏|别漏|勿漏|不得?遗漏|不能少|不可少|不可缺|不得缺|不能缺|缺一不可|不要忘记?|别忘|勿忘|不限|
    不仅|不但|不只|不光|
    不超过|不少于|不足|不便|不[查做检带交]不[行可能]|非[查做检]不可|不然|免费|
    not (?:forget|fail|omit|leave out|miss)|not only|without fail|no later than|free of charge|without exception
""")
# 没有户口本的不能办理: a denial that demands it all the same.
STOPPED_WITHOUT = words(
    """
    (?:未|没有?|不|缺少?|无)(?:携?带|提供|提交|交|做|查|检)?[^,。;]{0,14}
    (?:无法|不能|不予|不得|不可以|影响|不认|不收|无效|退回|暂缓|推迟|重[做办])
    """,
    "(?:without|no)[^.;]{0,30}(?:can not|will not|may not|unable|not be)",
)
DENIED = words(
    """
    不|无需|无须|毋|免(?!费|冠|疫)|未列|未要求|未包|取消|禁止|严禁|杜绝|停用|停发|停止|废止|排除|除[^,。;]{0,8}外|
    勿|别(?!的|人)|没有|
    非必|剔除|去掉|略过|省略|删
    """,
    r"""
    not|no|never|nor|neither|none|without|exclud\w{1,5}|except|apart from|other than|abolished|cancel\w{0,5}|
    skip\w{0,4}|
    omit\w{0,4}|prohibit\w{0,3}|forbid\w{0,5}|ban(?:s|ned)?|free of|unnecessary|dropped|removed|leave (?:it|them|
    your|the)|at home|
    refuse|illegal|against
    """,
)
ASKED = words(
    """
    (?<![不无])(?:需要?|须|要(?!求)|必查|必检|加[查做测项]|携?带|提供|提交|交|出示|准备|包括|包含|(?<!不)含|做|请|凭|
    附)
    """,
    r"""
    must|need(?:s|ed)?|bring|includ\w{1,3}|submit|provide|require[sd]?|please|take|carry|hand in|show|add|with|plus|
    cover\w{0,3}
    """,
)
# 不得要求您做: such a denial holds for the rest of its clause, unless the clause turns round.
FORBIDDEN = words(
    "不得|不要求|不能要求|禁止|严禁|不允许|不会|不应|无权|不准|不许|拒绝",
    "never|neither|must not|may not|can not|not allowed|nobody|no one",
)
ASKED_AGAIN = words("请|须|必须|务必|另|还要|但", "please|but|must(?! not)|however")
REACH_OF_DENIAL = 2  # letters after a denial in which 带 and the like still belong to it: 不用带
ITS_OWN = pattern(r"""
    [ ,。;()、]{0,3}(?:(?:等|项目|检测|检查|两项|五项|筛查|原件|复印件|tests?|screening|and|is|are|both|it|they|
    these|which|that)
    [ ,。;()、]{0,3}){0,4}
""")
NEXT_SUBJECT = pattern(r"""
    \s?(?:这些?|以上|二者|两[项者]|它们|it|they|these|both|which|this)?\s?(?:一律|均|都|也|全部|已经?|请|可|应|is|
    are)?\s?
""")


def excluded_demanded(reading: Reading, mentions: Mentions) -> Iterator[Finding]:
    plain = NO_DENIAL.sub(lambda match: "\0" * len(match[0]), reading.text)
    for mention in mentions.all:
        if mention.excluded and not _denied(reading, plain, mention):
            core = mention.excluded.named_for(reading.original)
            yield reading.finding(Kind.EXCLUDED, mention.start, mention.end, core=core)


def _denied(reading: Reading, plain: str, mention: Mention) -> bool:
    clause_start, clause_end = reading.clause(mention.start, mention.end)
    if STOPPED_WITHOUT.search(plain, max(clause_start, mention.start - 20), clause_end):
        return False
    before = _last_denial(plain, reading.sentence(mention.start, mention.end)[0], mention.start)
    forbidden = FORBIDDEN.search(plain, clause_start, mention.start)
    if forbidden and not ASKED_AGAIN.search(plain, forbidden.end(), mention.start):
        return True
    if before and not ASKED.search(plain, before.end() + REACH_OF_DENIAL, mention.start):
        return True
    if DENIED.search(plain, mention.end, clause_end):
        return True
    return _denied_next(reading, plain, mention)


def _last_denial(plain: str, start: int, end: int) -> re.Match[str] | None:
    return max(DENIED.finditer(plain, start, end), key=lambda match: match.end(), default=None)


def _denied_next(reading: Reading, plain: str, mention: Mention) -> bool:
    """乙肝、妊娠，一律不查: the next clause denies it without naming anything else."""
    clause_start, clause_end = reading.clause(mention.start, mention.end)
    end, (_, sentence_end) = mention.end, reading.sentence(mention.start, mention.end)
    if not ITS_OWN.fullmatch(plain, end, clause_end):
        return False
    if SUPPOSED.search(plain, max(clause_start - 1, 0), end):  # 若医院加做乙肝，请要求去掉
        return DENIED.search(plain, clause_end, sentence_end) is not None
    subject = NEXT_SUBJECT.match(plain, clause_end)
    follows = subject.end() if subject else clause_end
    return DENIED.match(plain, follows) is not None
