"""How people say that a paper is not needed, is still missing, or may come later, in either language."""

from notifications.lint.patterns import ENGLISH_COUNT, in_one, pattern, words

# --- Not needed ----------------------------------------------------------------------------------
NOT_NEEDED = in_one("""
    无需|无须|毋需|毋须|不需要?|不用|不必|不要求|不强制(?:要求)?|可以?不(?:用|必|再)?|可以?免(?!费)|免(?!费|税|冠)|
    不再(?:需要|要求)?|省略|没必要|
    不做?硬性要求|非必[需须交]|不是必[需须交]|不是必备|不是硬性(?:要求|规定)?|非硬性|选交|选带|可选|自愿|可有可无|
    不作要求|不做要求|不收|不看|
    不查验|无要求|(?:不要|请勿|别|勿)(?:再|给)?(?:携?带|交|拿|提供|准备)
""")
HAND_IN = in_one("""
    (?:再|另行|必须|一定|强制|您|你|携?带来?|提供|提交|上交|递交|交来?|拿来?|准备|出示|出具|开具?|办理?|做|进行|补|
    来|要|参加|过来|管|理会|签|了|的|也|就|都)
""")
ENGLISH_HAND_IN = (
    "(?:bring|provide|submit|hand in|show|have|get|take|do|send|present|carry|produce|attach|supply)"
)
NEEDLESS_BEFORE = pattern(rf"""
    (?:(?<!不)(?<!不能)(?:{NOT_NEEDED}){HAND_IN}{{0,4}}|
    \b(?:no need (?:for|of|to {ENGLISH_HAND_IN})|(?:need not|not (?:need to|have to)?) ?{ENGLISH_HAND_IN}|never mind|
    not (?:need|require|ask for|want|insist on|expect|look at|check|collect)|no|(?:can|may) (?:skip|omit)|skip|
    exempt(?:ed)? from|waive|
    (?:can|may) leave out|(?:can|may) come without|(?:(?:can|could) do|(?:can|could|will) manage|are fine) without|
    forget(?: about)?|leave)
    (?: (?:a|an|the|your|any|original|new|separate)){{0,3}}\s?)$
""")
NEEDLESS_AFTER = words(
    rf"""
    (?:(?:{NOT_NEEDED}|没有?也)(?:{HAND_IN}|\s){{0,4}}|免交|免带|免提供|不(?:携?带|提供|提交|交|拍|开|办|做)(?:也|
    都|亦|就|(?=没|无))|没有?[也都])
    (?=$|[,。;!?、)(~]|即可|就行|没关系|可以|行|吧|哦|哈|啦|可|报到|入职|没事|无妨|不影响|亦|无所谓|能)
    """,
    r"""
    (?:(?:is|are) )?(?:not|no longer|not strictly|not really|never) (?:needed|required|necessary|compulsory|
    mandatory|a must|asked for|essential|
    obligatory)|(?:is|are) (?:optional|unnecessary|waived|voluntary)|optional|(?:can|may) be (?:skipped|omitted|
    left (?:out|at home)|dispensed with|
    waived|ignored)|(?:need not|not need to|not have to) be (?:brought|submitted|provided|handed in|shown|done|sent|
    presented)|
    (?:can|may) stay at home|if you (?:like|wish|want)|at home|only (?:needed|required|due|necessary|
    asked for) (?:after|later|once|when|in|by|from)
    """,
)
NOT_THE_PAPER = pattern(r"""
    的?(?:原件)?的?(?:复印|公证|认证|翻译|盖章|预约|密封|彩色|塑封|装订|号|外壳|封皮|副本|扫描|费|项目|收费|自费|
    空腹|拍|打印|排队|等候)|
    \s(?:cop|translation|notar|fee|appointment|number|scan|cost|on an empty|taken|older|with|without|by|in|that|
    which|from)[a-z]{0,10}
""")  # 无需毕业证公证: it is the notary who is not needed

# --- Later ---------------------------------------------------------------------------------------
GIVE = "(?:交(?![通流接])|补|提供|提交|给(?!予)|邮?寄|快递|上传|送|拿|带(?!薪)|发)"
JOINING = "(?:入职|报到|到岗|上班)"
LATER = words(
    rf"""
    后补|后交|后提[交供]|补[交齐上来递报带寄办做检]|缓交|缓一?缓|迟交|晚交|
    (?<![\d一二三四五六七八九十作])日后再?{GIVE}|
    晚(?:些|点|几天|两天|一点|一?周)(?:时候)?[再也]?{GIVE}|迟些|迟几天|
    (?:{JOINING}|签约|签合同|开工|来)(?:之|以)?后[^,。;]{{0,10}}?(?:{GIVE}|做|体检|完成|检)|{JOINING}后再说|
    {JOINING}(?:的)?[一两半三\d]{{1,2}}个?[天日周月]内?[^,。;]{{0,6}}?(?:{GIVE}|做|体检|完成)|
    (?:转正|试用期|实习期?|年底|月底|年)(?:结束|满|期)?(?:之|以)?[前内后]?(?:期间|时)?[^,。;]{{0,6}}?(?:{GIVE}|再?做)|
    (?:拿到|办好|出来|下来|开出来?|取到|领到)(?:以?后|了|之后|时)?(?:再|尽快|及时|马上){GIVE}|
    [一二两三四五六七八九十半几\d]{{1,3}}个?(?:工作日|星期|周|天|日|月)(?:之|以)?内?再?{GIVE}|
    (?:以后|之后|过后|日后|后面|晚点|回头|改天)再(?:安排|说|做|检|办|去|弄)|
    (?:下周|下个?月|之后|以后|过后|晚点|晚些|稍后|随后|后续|回头|过几天|过两天|改天|第二天|次日)[^,。;]{{0,8}}?{GIVE}|
    [等待][^,。;]{{1,12}}?再{GIVE}|先报到|先入职|先来报到|暂缓|暂不|先不|可缓|不着急|不急|延后|延期|推迟|宽限
    """,
    rf"""
    (?:hand(?:ed|ing)?|send|sent|bring|brought|submit[a-z]{{0,4}}|give|given|provided?|suppl[a-z]{{1,4}}|
    deliver(?:ed)?|turn(?:ed)?|pass(?:ed)?|
    e?-?mail(?:ed)?|upload(?:ed)?|show[a-z]{{0,3}}|present(?:ed)?|produced?|done|do it|do this|have it|get it|
    take it|take the test|arrive|come)
    [^.;]{{0,30}}?\b(?<!no )(?<!not )(?:later(?! than)|afterwards|
    after (?:you |your |the )?(?:have )?(?:join|report|start|first (?:day|week|month)|onboarding|arriv|
    probation)[a-z]{{0,4}}|
    within {ENGLISH_COUNT} (?:working )?(?:days?|weeks?|months?)|in (?:your|the) (?:first|second|third) (?:week|
    month)|(?:next|
    the following) (?:week|month)|
    in due course|subsequently|once (?:you have|it is|you get|available|issued|they)|when(?:ever)? (?:it is|
    you have|ready|available|you get|they)|
    at a later (?:date|time|stage)|another (?:day|time)|(?:during|before the end of|by the end of|in) (?:the |
    your )?probation|
    (?:a |one |two |some |\d )(?:days?|weeks?|months?) (?:later|after))|
    (?:can|may|could|might|to) (?:follow|wait|come later|be late)|follows? later|to follow|(?:in )?no (?:hurry|
    rush)|later is (?:fine|ok|okay)|
    (?:can|may|could) be (?:late|postponed|deferred|delayed|put off|done later)|catch up later|(?:can|
    may) be (?:done|taken|made) after
    """,
)
LATER_BEFORE = pattern(rf"""
    (?:(?:{JOINING}(?:之|以)?后|转正前)(?!的)[^,。;]{{0,8}}?(?:再|{GIVE}|完成|做|进行|参加|安排|内)|后补|补[交齐办]|
    暂缓|延后|推迟|缓交)
    (?:{GIVE}|做|您的)?$
""")
WITH_VERB = pattern(
    r"\b(?:hand|send|bring|submit|give|provide|supply|deliver|mail|upload|show|do|take|have|get|complete)\b"
)
WHEN_LATER = pattern(rf"""
    \b(?<!no )(?<!not )(?:later(?! than)|afterwards|
    after (?:you |your |the )?(?:have )?(?:join|report|start|first (?:day|week|month)|onboarding|arriv|
    probation)[a-z]{{0,4}}|
    within {ENGLISH_COUNT} (?:working )?(?:days?|weeks?|months?) (?:of|after) (?:you |your )?(?:join|report|start|
    first|arriv|onboard)[a-z]{{0,4}}|
    in (?:your|the) (?:first|second|third) (?:(?:few |[a-z]{{1,12}} )?(?:weeks?|months?))|any ?time|during (?:your |
    the )?probation|
    when (?:it|they) (?:arrives?|comes?|(?:is|are) ready)|when your [a-z ]{{1,24}}(?:issued|sent|signed|ready)|
    once (?:it|they|you)\b)
""")
NOT_LATER = words(
    """
    (?:不|勿|不得|不能|不可|不接受|无法|谢绝|概不|恕不|不予|逾期|避免|以免|切勿)[^,。;]{0,6}(?:后补|补[交齐办]|缓交|
    迟交|晚交|先报到|先入职|暂缓|延)|
    退还|归还|发还|方可|才能|后才|下发|发放|领取|返还|影响报到|再报到|再来报到|收到|接到|通知后|报到前|入职前
    """,
    r"""
    not? later|(?:can|may|must) not[^.;]{0,24}later|not (?:accepted|be)[^.;]{0,24}later|not (?:follow|wait)|
    returned|handed back|given back|
    give (?:it|them) back
    """,
)
ALLOWED = words(
    "再说|可|能|就行|也行|没关系|没事|即可|再补|后补|先报到|先入职|不急|不影响",
    "can|may|could|fine|ok|okay|no (?:problem|hurry|rush)|later|follow",
)

# --- Missing, and nobody minds -------------------------------------------------------------------
MISSING_BEFORE = pattern(r"""
    (?:没有?|没带|没拿到|没办|未|尚未|还没|暂无|来不及|缺|忘带|忘了带?|丢了?|拿不到|开不出|赶不上)[^,。;]{0,6}$|
    \b(?:without|missing|lack|no|forgot|lost|not(?: yet)? (?:have|got|had|received|done|taken))
    (?: (?:a|an|the|your|any|yet|got|received)){0,3}\s?$
""")
MISSING_AFTER = pattern(r"""
    [^,。;]{0,4}?(?:没有(?=[的,也就可])|(?:没|未)(?=[拿取出开到办下收发带做签盖批])|丢|遗失|不在手|来不及|开不出|
    拿不到)[^,。;]{0,8}|
    \s(?:is|are|has|have) not(?: yet| been){0,2} (?:ready|issued|arrived|available|here)|\s(?:is|are) (?:late|lost|
    missing|delayed)
""")
STILL_FINE = words(
    """
    也可以?(?!能)|也能|也行|亦可|照样|照常|先(?:报到|入职|来|办)|没关系|没事|不影响|不耽误|无妨|不要紧|不用担心|
    别担心|可先|可以先|不碍事|不妨|就行|即可|就可以|就?可(?:入职|报到)
    """,
    """
    (?:can|may) (?:still|also|nevertheless|join|report|start|come)|still (?:join|report|come|start)|no problem|
    (?:is|are) (?:fine|ok|okay)|
    not worry|not a problem|not stop|not matter|come anyway
    """,
)

# --- One paper and no other ----------------------------------------------------------------------
ONLY_BEFORE = pattern(r"""
    (?:(?:只|仅)(?:需要?|要|用|须|携?带)(?:您|你|携?带|准备|提供|交|来|上|出示){0,3}|
    \b(?:(?:only|just|simply)(?: need to)?(?: bring| need| have to bring| carry| take)?(?: along)?|
    all you need(?: to bring)? is|
    (?:bring|need) (?:only|just|nothing but))(?: (?:a|an|the|your))?\s?)$
""")
NOTHING_ELSE = words(
    "即可|就行|就可以|就好|就够|便可|就成|其[他它余][^,。;]{0,6}(?:不|无|免)",
    "nothing else|that is all|is enough|nothing more|no other|will do|suffices?|the rest",
)
