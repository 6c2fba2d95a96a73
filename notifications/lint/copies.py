"""A copy, a scan or a photo where the core wants the original."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notifications.lint.findings import CorePaper, Finding, Kind
from notifications.lint.papers import Mention, Mentions
from notifications.lint.patterns import words
from notifications.lint.reading import Reading

COPY_ZH = "(?:复印|影印|扫描|电子|拍照|照片|传真|截图|副本|pdf|图片)"
COPY = words(
    "复印件?|影印件?|影本|扫描[件版]?|电子(?:版|件|档|照片?|材料|证照|证书|协议|报告|文档)|(?<=电子)(?:毕业证|学位证)|照片版|拍照|拍[张个]照片?|手机照片?|手机拍|"
    "(?:发|传|拍|给)[张个一]{0,2}照片|截图|截屏|传真件?|副本|pdf|图片|翻拍|的照片|(?:出示|凭|用|看|给)[^,。;]{0,3}照片",
    r"photo ?cop(?:y|ies|ied)|cop(?:y|ies)|scan(?:s|ned)?|soft ?cop(?:y|ies)|e-?cop(?:y|ies)|e-?version|electronic(?:ally)?|digital(?:ly)?|"
    r"(?:photo|picture|photograph|snapshot|image)s?(?: of| on your phone)|screenshots?|fax(?:ed)?|pdfs?|as (?:a )?(?:photos?|pictures?|images?)",
)
# A thing, not something one does: only a thing can be asked for without a verb.
COPY_ITSELF = re.compile(
    r"复印件|影印件|影本|扫描[件版]|电子[版件档照]|副本|传真件|(?:photo ?)?cop(?:y|ies)|scans?$|pdf|electronic|screenshot",
    re.A,
)

REFUSED = words(
    rf"""
    不(?:再)?(?:收|接受|认可?|看){COPY_ZH}|不接受|无效|(?:不|勿|不得|不可|不能|不可以|不允许|请勿|别|不要)[^,。;]{{0,4}}(?:代替|替代|代)|
    (?:不得|不能|不可|请勿|不要)(?:仅|只)?(?:以|用|凭|带|交|提供){COPY_ZH}?|(?:光有|仅凭|只带|仅带|仅有|只有)[^,。;]{{0,8}}(?:不行|无法|不能|不予|不可)|不予|谢绝|恕不|概不|不作为|除原件|原件以?外|原件之外
    """,
    r"""
    (?:not|n't|no longer|never|cannot) (?:be )?(?:accept\w*|enough|sufficient|valid|suffice|do|replace|substitut\w*|count\w*|only|just|take|a substitute)|
    no (?:cop|scan|photocop)\w*|not (?:a |an |the |just |only )?(?:cop|scan|photocop|photo|pictur|electronic)\w*|(?:instead of|rather than) (?:a |the |only )?(?:cop|scan|photocop|photo)\w*|
    (?:not|n't) (?:bring|send|submit)[^.;,]{0,12}(?:cop|scan)\w*|invalid|refused|rejected|(?:besides|in addition to|on top of|along with|as well as) (?:the |your |each )?originals?
    """,
)
ORIGINAL_LEFT = words(
    r"""
    (?:无需|无须|不用|不必|不需要?|不要|可以?不|免|不再|不看|不查验?|不核|不要求)(?:再|您|携?带|提供|出示|准备|查验|看|查|核验|来|交|上交|寄|纸质){0,3}[^,。;不]{0,4}原件(?!的?复印)|
    原件[^,。;不]{0,6}(?:不用|无需|无须|不必|不需要?|可以?不(?:用|必)?|免|不要|不)(?:再|携?带|提供|出示|准备|来|了|交|拿|看|要求){1,3}(?!走)|
    原件[^,。;]{0,4}(?:自己留|自己保管|自己收|收好|自留|留在?家|放在?家|留家|自行保管|以后再说|日后再|之后再|后补|再补|暂不|先不|先留)
    """,
    r"""
    no (?:need for )?(?:the )?originals?(?: (?:is|are))?(?: (?:needed|required|necessary))?|originals? (?:is|are)(?: not|n't) (?:needed|required|necessary)|
    (?:no need|not need|n't need|need not|not have|n't have|not required|needn't)(?: to)?(?: bring| for| show| see| hand in| carry)* ?(?:the |your |any )?originals?|without (?:the |your |any )?originals?|
    (?:leave|keep) (?:the |your )?originals?|originals? (?:can|may) (?:stay|be left|follow|come later|be shown later)|(?:do|does|will)(?: not|n't) (?:need|ask for|check|look at) (?:the |your |any )?originals?
    """,
)
INSTEAD_OF_ORIGINAL = words(
    rf"""
    (?:代替|替代)|代原件|(?:只|仅)(?:需|要|收|交|带|用|须|提供|提交|看)[^,。;]{{0,8}}{COPY_ZH}|先(?:交|用|带|提供|发|传|提交)[^,。;]{{0,4}}{COPY_ZH}|
    或者?(?:其|者)?[^,。;]{{0,3}}{COPY_ZH}|{COPY_ZH}[件版]?或(?:者)?原件|(?:没带|没有|忘带|忘了带?|缺|拿不到|丢了?)[^,。;]{{0,4}}原件|原件[^,。;]{{0,4}}(?:不在|丢|遗失|学校收|收走|在学校|在单位)
    """,
    r"""
    instead(?! of (?:a )?(?:cop|scan|photocop))|in place of|in lieu of|rather than (?:the |an |your )?originals?|not the originals?|(?:not|n't) have (?:the |your |an )?originals?|
    (?:only|just|simply)(?: need| bring| send| submit| want| take| hand in)?(?: us)?(?: a| an| one| the| clear| good)* (?:cop|scan|photocop|photo|pictur|electronic|pdf)\w*|
    (?:need|bring|send|submit|want|require)\w* only (?:a |the )?(?:cop|scan|photocop|electronic|pdf)\w*|
    or (?:a |an |its )?(?:clear |certified |colou?r |good )?(?:cop|scan|photocop|photo|pictur|electronic|pdf)\w*|(?:cop(?:y|ies)|scans?) or (?:the |an )?originals?|(?:cop(?:y|ies)|scans?|pdfs?) only
    """,
)
MADE_HERE = words(
    "现场(?:复印|扫描|拍)|复印机|由我[行们]|我[行们]会?(?:帮|来|代|统一|现场)?(?:复印|扫描)|代为|帮您|帮忙|免费复印|可?在[^,。;]{0,10}(?:复印|打印|拍)|自助|复印服务|复印店|打印店|"
    "(?:复印|扫描|拍照)(?:后|并)?(?:留存|存档|备案|退|归还|当场|交还)|存档|留底|以免|水印|朋友圈",
    r"copiers?|(?:make|take|making|taking) (?:a |the |any |your )?(?:cop|scan|photocop)\w*|cop(?:y|ied|ies) (?:here|on the spot|at the desk|shop|machine|can be made)|"
    r"we (?:will |shall |can )?(?:copy|scan|photograph|photocopy|make|take)|(?:copied|scanned|photographed) (?:and|here|at|on)|by us|copy machine|copying",
)
BESIDES = words(
    "另|额外|外加|同时|再[带备交附]|再准备|多[带备印复]|多准备|还需|还要|还请|也要|都要|此外|附上?|各[一二两三1-9]|一并|一同|加带|连同|备用|备份|自留|加一份|外带",
    r"besides|in addition|additional(?:ly)?|extra|as well(?: as)?|also|plus|along with|together with|spare|further|another|one more|for (?:our|the|your) (?:own )?(?:files?|records?)|on top|second copy",
)
ORIGINAL = words("原件|正本", "originals?")
ORIGINAL_WANTED = words(
    "(?:带|交|出示|核对|核验|查验|审核|提供|须|需|看|凭|必须|以)[^,。;]{0,8}原件|原件[^,。;]{0,6}(?:核|查验|退还|归还|为准|必须|需|须|当场|备查|带|交|审)|原件[^,。;]{0,4}(?:及|和|与|、|加|各)",
    r"(?:bring|show|present|need|require|see|check|hand in|behind|with|and|of|to) (?:the |your |its |an |each |all )?originals?|originals? (?:and|must|will|are|is|plus|with)",
)
ENOUGH = words(
    rf"""
    即可|就行|就可以|就好|便可|就成|就够|也行|也可|亦可|均可|都行|都可|可以|也成|足够|够了|够用|为准|没问题|没关系|有效|不看|
    可(?:只|先)?(?:提供|用|交|带|凭|以|发|传|提交|出示|接受|拿|拍|扫|使用)|(?<!不)(?:接受|认可)|收{COPY_ZH}
    """,
    r"""
    (?:is|are|'s|will be|would be) (?:quite |perfectly |also |all |just )?(?:enough|sufficient|fine|ok|okay|acceptable|accepted|good|alright|right|we need|you need|adequate|valid|welcome)|
    suffices?|will do|would do|does the job|good enough|we (?:also )?(?:accept|take)|can be (?:accepted|used|sent|shown|submitted)|(?:can|may|could) (?:bring|send|submit|provide|show|hand in|use|present|upload|e-?mail)|okay|ok|all we need|all you need
    """,
)


def copies_for_originals(reading: Reading, mentions: Mentions) -> Iterator[Finding]:
    """Copies that are to do where the original must be shown, and originals that may stay at home."""
    for match in COPY.finditer(reading.text):
        meant = mentions.meant(*match.span())
        if (paper := _original_due(meant)) and _replaces_original(reading, match, meant, paper):
            yield reading.finding(Kind.FORM, *match.span(), core=paper.named_for(reading.original))
        elif _is_general(meant) and _replaces_original(reading, match, meant, None):
            yield reading.finding(Kind.FORM, *match.span())
    for match in ORIGINAL_LEFT.finditer(reading.text):
        meant = mentions.meant(match.start(), match.end())
        if _original_due(meant) or _is_general(meant):
            yield reading.finding(Kind.FORM, *match.span())


def _original_due(meant: list[Mention]) -> CorePaper | None:
    due = (mention.required for mention in meant if mention.required and "original" in mention.required.form)
    return next(due, None)


def _is_general(meant: list[Mention]) -> bool:
    return all(mention.general for mention in meant)


def _replaces_original(
    reading: Reading, match: re.Match[str], meant: list[Mention], paper: CorePaper | None
) -> bool:
    text, clause, sentence = reading.text, reading.clause(*match.span()), reading.sentence(*match.span())
    if REFUSED.search(text, *sentence):
        return False
    if ORIGINAL_LEFT.search(text, *sentence) or INSTEAD_OF_ORIGINAL.search(text, *sentence):
        return True
    if ORIGINAL.search(text, *clause) or ORIGINAL_WANTED.search(text, *sentence):
        return False
    if MADE_HERE.search(text, *clause) or BESIDES.search(text, *clause):
        return False
    if ENOUGH.search(text, *sentence):
        return True
    return bool(paper and paper.form == "original") and _asked_for(match, meant)


def _asked_for(match: re.Match[str], meant: list[Mention]) -> bool:
    """离职证明（复印件）, copy of the degree certificate: a copy by name, right beside its paper."""
    near = min(max(match.start() - mention.end, mention.start - match.end()) for mention in meant)
    return near <= 12 and COPY_ITSELF.match(match[0]) is not None
