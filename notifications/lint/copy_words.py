"""How people speak of copies and originals, in either language."""

from notifications.lint.patterns import pattern, words

COPIES = "(?:打印|复印|影印|扫描|电子|拍照|照片|传真|截图|副本|pdf|图片)"
ENGLISH_COPIES = r"(?:(?:photo ?)?cop(?:y|ies)|scan|photo|pictur|electronic|pdf|digital)[a-z]{0,8}"
ORIGINALS = "(?:the |your |any |an |its |each |all )?originals?"

COPY = words(
    r"""
    打印件|打印版|网页版|电子(?=身份证|学位|学历|毕业|离职|三方|体检)|复印件?|影印件?|影本|扫描[件版]?|电子(?:版|件|
    档|照片?|材料|证照|证书|协议|报告|文档)|电子[\u4e00-\u9fff]{1,4}版|
    (?<=电子)(?:毕业证|学位证)|照片版|拍照|拍[张个]照片?|手机照片?|手机拍|手机上?(?:出示|展示|看)|
    (?<=[证书议告明])照片|
    (?:发|传|拍|给)[张个一]{0,2}照片|(?:出示|凭|用|看|给)[^,。;]{0,3}照片|截图|截屏|传真件?|副本|pdf|图片|翻拍|的照片
    """,
    r"""
    photo ?cop(?:y|ies|ied)|cop(?:y|ies)|scan(?:s|ned)?|soft ?cop(?:y|ies)|e-?cop(?:y|ies)|e-?version|
    electronic(?:ally)?|
    digital(?:ly)?|(?:photo|picture|photograph|snapshot|image)s?(?: of| on your phone)|on (?:your|a|the) phone|
    screenshots?|
    fax(?:ed)?|pdfs?|as (?:a )?(?:photos?|pictures?|images?)
    """,
)
# A thing and nothing one does, so that it can be asked for without a verb.
COPY_ITSELF = pattern(r"""
    复印件|影印件|影本|扫描[件版]|电子[版件档照]|副本|传真件|(?:photo ?)?cop(?:y|ies)|scans?$|pdf|electronic|
    screenshot
""")
# The copy is refused, or comes on top of the original.
REFUSED = words(
    rf"""
    不(?:再)?(?:收|接受|认可?|看){COPIES}|不接受|无效|(?:不|勿|不得|不可|不能|不可以|不允许|请勿|别|
    不要)[^,。;]{{0,4}}(?:代替|替代|代)|
    (?:不得|不能|不可|请勿|不要)(?:仅|只)?(?:以|用|凭|带|交|提供){COPIES}|不予|谢绝|恕不|概不|不作为|除原件|
    原件以?外|原件之外|
    (?:光有|仅凭|只带|仅带|仅有|只有)[^,。;]{{0,8}}(?:不行|无法|不能|不予|不可)
    """,
    rf"""
    (?:not|no longer|never) (?:be )?(?:accept|enough|sufficient|valid|suffice|do|replace|substitut|count|only|just|
    take|a substitute)[a-z]{{0,5}}|
    not? (?:a |an |the |just |only |any )?{ENGLISH_COPIES}|(?:instead of|rather than) (?:a |the |
    only )?{ENGLISH_COPIES}|
    not (?:bring|send|submit)[^.;,]{{0,12}}{ENGLISH_COPIES}|invalid|refused|rejected|we keep|keep only|we retain|
    (?:besides|in addition to|on top of|along with|as well as) {ORIGINALS}
    """,
)
ORIGINAL_LEFT = words(
    r"""
    (?:无需|无须|不用|不必|不需要?|不要|可以?不|免|不再|不看|不查验?|不核|不要求|请勿)
    (?:再|您|携?带|提供|出示|准备|查验|看|查|核验|来|交|上交|寄|纸质){0,3}[^,。;不]{0,4}(?:原件(?!的?复印|
    [^,。;]{0,2}(?:寄|邮|交给|折|弄|装|托|遗|丢|涂))|纸质|正本)|
    原件[^,。;不]{0,6}(?:不用|无需|无须|不必|不需要?|可以?不(?:用|必)?|免|不要|不)(?:再|携?带|提供|出示|准备|来|了|
    交|拿|看|要求){1,3}(?!走)|
    原件[^,。;]{0,4}(?:自己留|自己保管|自己收|收好|自留|留在?家|放在?家|留家|自行保管|以后再说|日后再|之后再|后补|
    再补|暂不|先不|先留)
    """,
    rf"""
    no (?:need for )?{ORIGINALS}(?: (?:is|are))?(?: (?:needed|required|necessary))?|originals? (?:is|
    are) not (?:needed|required|necessary)|
    (?:no need|need not|
    not(?: need| have| required)?)(?: to)?(?: bring| for| show| see| hand in| carry){{0,2}} {ORIGINALS}(?! by)|
    without {ORIGINALS}|
    (?:leave|keep) (?:the |your )?originals?|originals? (?:can|may) (?:stay|be left|follow|come later|be shown later)|
    not (?:need|ask for|check|look at) {ORIGINALS}|originals? (?:need not|do not need to|do not have to) be|
    no (?:paper|hard copy) (?:is )?(?:needed|required)
    """,
)
INSTEAD = words(
    rf"""
    代替|替代|代原件|视同原件|等同原件|视为原件|(?:只|仅)(?:需|要|收|交|带|用|须|提供|提交|
    看)[^,。;]{{0,8}}{COPIES}|先(?:交|用|带|提供|发|传|提交)[^,。;]{{0,4}}{COPIES}|
    或者?(?:其|者)?[^,。;]{{0,3}}{COPIES}|{COPIES}[件版]?或者?原件|(?:没带|没有|忘带|忘了带?|缺|拿不到|
    丢了?)[^,。;]{{0,4}}原件|
    原件[^,。;]{{0,4}}(?:不在|丢|遗失|学校收|收走|在学校|在单位)|暂用{COPIES}|原件、?复印件[^,。;]{{0,6}}(?:一样|
    其一|任一|二选一|都行|均可)|以[^,。;]{{0,8}}{COPIES}[件版]?为准
    """,
    rf"""
    instead(?! of (?:a )?{ENGLISH_COPIES})|in place of|in lieu of|rather than {ORIGINALS}|not {ORIGINALS}|
    not have {ORIGINALS}|
    (?:only|just|simply)(?: need| bring| send| submit| want| take| hand in)?(?: us)?
    (?: a| an| one| the| clear| good){{0,3}} {ENGLISH_COPIES}|
    (?:need|bring|send|submit|want|require)s? only (?:a |the )?{ENGLISH_COPIES}|
    or (?:a |an |its )?(?:clear |certified |colou?r |good )?{ENGLISH_COPIES}|{ENGLISH_COPIES} or {ORIGINALS}|
    {ENGLISH_COPIES} only
    """,
)
MADE_HERE = words(
    """
    现场(?:复印|扫描|拍)|复印机|由我[行们]|我[行们]会?(?:帮|来|代|统一|现场)?(?:复印|扫描)|代为|帮您|帮忙|免费复印|
    可?在[^,。;]{0,10}(?:复印|打印|拍)|
    自助|复印服务|复印店|打印店|(?:复印|扫描|拍照)(?:后|并)?(?:留存|存档|备案|退|归还|当场|交还)|存档|留底|以免|
    水印|朋友圈
    """,
    rf"""
    copiers?|(?:make|take|making|taking) (?:a |the |any |your )?{ENGLISH_COPIES}|cop(?:y|ied|ies) (?:here|
    on the spot|at the desk|shop|machine|can be made)|
    we (?:will |shall |can )?(?:copy|scan|photograph|photocopy|make(?! do)|take)|(?:copied|scanned|
    photographed) (?:and|
    here|at|on)|by us|copying
    """,
)
BESIDES = words(
    """
    另|额外|外加|同时|再[带备交附]|再准备|多[带备印复]|多准备|还需|还要|还请|也要|都要|此外|附上?|各[一二两三1-9]|
    一并|一同|加带|连同|备用|备份|
    自留|加一份|外带
    """,
    """
    besides|in addition|additional(?:ly)?|extra|as well(?: as)?|also|plus|along with|together with|spare|further|
    another|one more|
    for (?:our|the|your) (?:own )?(?:files?|records?)|on top|second copy|for yourself
    """,
)
ORIGINAL = words("原件|正本|纸质", "originals?|on paper|paper version")
ORIGINAL_WANTED = words(
    """
    (?:带|交|出示|核对|核验|查验|审核|提供|须|需|看|凭|必须|以)[^,。;]{0,8}原件|原件[^,。;]{0,4}(?:及|和|与|、|加|各)|
    原件[^,。;]{0,6}(?:核|查验|退还|归还|为准|必须|需|须|当场|备查|带|交|审)
    """,
    rf"""
    (?:bring|show|present|need|require|see|check|hand in|behind|with|and|of|to) {ORIGINALS}|
    originals? (?:and|must|will|are|is|plus|with)
    """,
)
ENOUGH = words(
    rf"""
    即可|就行|就可以|就好|便可|就成|就够|也行|也可|亦可|均可|都行|都可|可以|也成|足够|够了|够用|为准|没问题|没关系|
    算数|作数|
    有效|不看|
    可(?:只|先)?(?:提供|用|交|带|凭|以|发|传|提交|出示|接受|拿|拍|扫|使用)|(?<!不)(?:接受|认可)|收{COPIES}
    """,
    """
    (?:is|are|will be|would be) (?:quite |perfectly |also |all |just )?(?:enough|sufficient|fine|ok|okay|acceptable|
    accepted|good|alright|right|
    we need|you need|adequate|valid|welcome)|suffices?|will do|would do|does the job|good enough|
    we (?:also )?(?:accept|take)|
    (?:can|may|could) be (?:a |an )?(?:accepted|used|sent|shown|submitted|presented|handed in|scan|copy|photo)|
    (?:can|may|could) (?:bring|send|submit|provide|show|hand in|use|present|upload|e-?mail)|okay|ok|all we need|
    all you need|e-?mail us|
    (?:happy|content|fine|make do|satisfied) with
    """,
)
