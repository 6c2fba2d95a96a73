"""How people name a site and say that somebody goes there, in either language."""

from notifications.lint.patterns import HAN, in_one, pattern, words

# --- Chinese -------------------------------------------------------------------------------------
# With a name before it each of these is another site; alone (大楼, 支行) it is the candidate's own.
NAMED = in_one("""
    大厦|大楼|写字楼|办公楼|办公区|大酒店|酒店|宾馆|饭店|招待所|广场|公园|大学|学院|学校|中学|小学|党校|校区|校园|
    中心|分公司|基地|
    园区|科技园|产业园|创业园|礼堂|剧院|剧场|体育馆|图书馆|博物馆|文化宫|咖啡厅|咖啡馆|茶楼|机场|火车站|高铁站|商场|
    公寓|总行|分行|
    分理处|储蓄所|宿舍|仓库|档案馆|网点|营业部|营业所|支行|门店|医院|会所|小区|总部|度假村|山庄|训练营|酒楼|会馆
""")
STATION = r"(?:(?:(?![到去赴在于从请的先])[\u4e00-\u9fff]){2,6}站|地铁站?)"
NEXT_DOOR = "(?:别的|其他|另一[个家]|隔壁|对面|附近|旁边)的?"
# These are somebody else's even without a name.
ALONE = in_one(rf"""
    总行|总部|[省市]行|(?<!本)(?<!我)分行|分理处|储蓄所|校门口|党校|{STATION}?[a-z0-9]{{1,2}}(?:出入?|入)?口|
    地铁[站口]|公交站|
    {NEXT_DOOR}[{HAN}]{{0,6}}?(?:支行|网点|大厦|大楼|写字楼|楼|酒店|银行|学校|大院)|人社局|社保局|人才中心|人才市场|
    人力资源市场|
    劳务公司|外包公司|派遣公司|培训中心|培训基地|培训学院|培训学校|酒店|宾馆|咖啡厅|星巴克|旧址|新址|
    [新老](?:办公)?楼|附楼|
    临时(?:办公点|网点)|工会大楼
""")
NOT_IN_NAME = "到去赴至在往于从经由过前找请的了先改为是和或与我本该各报名带来搬移换"
SITE = pattern(rf"(?P<name>(?:(?![{NOT_IN_NAME}])[{HAN}a-z0-9·]){{1,10}}?)(?:{NAMED})|{ALONE}")
STREET = pattern(rf"""
    (?P<street>(?:(?![到去赴在至于往请])[{HAN}]){{1,10}}?(?:大道|大街|路|街|巷|胡同|弄|道))
    (?P<number>[甲乙丙]?[0-9零一二三四五六七八九十百]{{1,5}})(?:-\d{{1,4}})?号(?!线|出?口)
""")
OWN_NAME = pattern(r"""
    我们|我行|本行|本|我|该|此|同|大|主|东|西|南|北|新员工|员工|客户|访客|接待|[\da-z]座|[东西南北][侧座区]|
    .{0,4}[层楼内]
""")
FLOOR_BEFORE = pattern(r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})[层楼f]的?$")
LANDMARK = pattern(r"""
    的?(?:对面|旁|隔壁|附近|方向|背后|后面|一侧|[东西南北]侧|[往后右左]|[东西南北](?!门|座|区|楼|塔)|出站|换乘|下车|
    上车|步行|路口|十字)
    (?!的[\u4e00-\u9fff]{1,8}(?:报到|集合))
""")
SENT = pattern(r"""
    (?:(?<![报签收直坐乘达开])(?<!步行)(?<!乘车)(?<!地铁)(?<!公交)(?<!导航)[到去赴至往]|前往|(?<!不)在|于|
    (?:地点|地址|地方|位置)[^,。;]{0,6}?|改[为成]|设)[^,。;!?到去在]{0,6}$
""")
NOT_SENT = pattern(r"""
    (?:不要|不用|不必|无需|无须|请勿|勿|别|不得|并非|不是|不)(?:再|直接|先|误)?(?:跑|来|走)?[到去在往]?$
""")
MEET_THERE = pattern(r"\s?(?:见(?!面会)|集合|碰头|会合)")
MEETS = pattern(r"""
    [^,。;!?]{0,14}?(?:报[到道]|集合|签到|(?<!前)入职|办理?手续|碰头|会合|汇合|见|等候|等您|统一进|统一带|
    上班)(?!者|的[^地时])
""")
REPORTING_FOLLOWS = pattern("(?:集中)?报[到道](?!者|的[^地时])")
MOVES = pattern(rf"""
    (?:改|换|移|挪|转|调整|变更|迁|搬|更换)(?:到|至|在|为|去|往|成)了?
    (?P<where>[{HAN}a-z0-9·()]{{2,20}}?)(?=报[到道]|集合|签到|办理?|入职|进行|举行|找|[,。;!)]|$)
""")
A_MOMENT = pattern(r"""
    [\d零一二三四五六七八九十]{1,4}[点时月:日号年-]|[上中下]午|早|晚|周|星期|礼拜|[下本明后每次]|节|腊|正月|线上|
    网上|线下|
    电子|电话|提前|其他时间|另
""")
# 到望京报到: somewhere else, when the words name nothing that the branch itself has.
ANYWHERE = pattern(rf"""
    (?<![报签收得达直])(?:到|去|赴|前往|(?<!不)在)
    (?P<where>(?:(?!支行|行[里内部]|银行(?:集中|
    统一)?报)(?![层楼部岗台堂厅本我室处座窗柜客这此时日号点月周内前后天午定知里位司门侧口边旁到去在找需要请])[{HAN}a-z]){{2,12}}?)
    (?:统一|集中|直接|办理)?(?:报[到道](?!证|日)|集合(?!点))(?!者|的[^地]|前|后|时|当)
""")
SPEAKS_OF_REPORTING = pattern("报[到道]|集合|签到|入职|地[点址]|地方")

# --- English -------------------------------------------------------------------------------------
ENGLISH_SITE = in_one(r"""
    head ?office|headquarters|head quarters|(?:sub-?)?branch(?: office)?|training (?:cent(?:re|er)|school|base)|
    hotel|tower|
    plaza|building|university|campus|college|school|(?:conference |convention |data |business |service )?cent(?:re|
    er)|
    auditorium|station|(?:metro |subway )?exit [a-z]?\d{0,2}|airport|caf[eé]|coffee shop|starbucks|mall|square|
    office block|
    dormitory|agency|job fair|park|gate|outlet|annexe?|premises|hall of residence|offices?(?= (?:in|at|next|
    across))|theatre|
    library|museum|warehouse|restaurant|hospital|next door|across the (?:street|road)
""")
# Verbs of which each one says that people report there; the rest may be about anything.
MEETING_VERB = in_one("""
    report(?:ing)?|check(?:ing)?[ -]in|meet(?:ing)?|gather|assemble|onboarding|induction|welcome|receive|point|
    place|location|
    join|moved|relocated|shifted|switched|transferred|venue|changed|formalities|present yourself|see you|
    see everyone|find us|(?:pick|collect|fetch) you(?: up)?
""")
GOING_VERB = in_one("""
    take|bring|deliver|sign in|come|go|head|show up|turn up|proceed|registration|arrive|wait|be|you are expected
""")
FILLING = in_one(r"""
    (?:\s(?:the originals|your originals|your papers|the papers|everything|them|it|us|up|straight|directly|first|
    instead|all|yourself|outside|please|is|are|will|has|been|be|held|takes?|place|now|
    only|for|you|your|day|temporarily|new|staff|to report|and)){0,6}
""")
ENGLISH_SENT = pattern(rf"""
    \b(?:(?P<meeting>{MEETING_VERB})|{GOING_VERB}){FILLING}\s?(?:to|at|in|outside|by|near|is|:)?\s
    (?P<where>(?:(?!and |then |from |past |with |
    opposite )[a-z0-9'&-]{{1,20}}\s){{0,6}}?(?:{ENGLISH_SITE}))(?![a-z0-9])
    (?!\s(?:lift|side|entrance|door|desk|lobby|reception|car))
""")
OWN_ENGLISH = pattern(r"""
    (?:to |at |in )?(?:(?:the|our|this|your|a|main|same|east|west|north|south|front|rear|whole|branch|office|bank|
    lobby|of|
    floor|\d{1,2}|bank's|business|visitors?|back|side|ground|first|second|third|on|reception|service|left|
    right)\s){0,6}
    (?:branch|sub-?branch|building|tower|branch office|premises|gate|square|park|offices?|centre|hall)
""")
CLINIC = pattern("hospital|clinic|check-up|medical|health")
ENGLISH_STREET = pattern(r"""
    \b\d{1,4}[a-z]?,?\s(?!minutes?|mins?|metres?|m\b|stops?|floors?|km|and\b|or\b|to\b)(?:[a-z]{1,20}\s){1,4}?
    (?:road|rd|street|st|avenue|ave|lane|boulevard|blvd)\b
""")
SPELT_OUT = (
    (pattern(r"\brd\b"), "road"),
    (pattern(r"\bst\b"), "street"),
    (pattern(r"\bave\b"), "avenue"),
    (pattern(r"\bblvd\b"), "boulevard"),
    (pattern("[, ]{1,3}"), " "),
)

# --- Both ----------------------------------------------------------------------------------------
ELSE_THERE = words(
    "体检|采血|医院|停|开车|自驾|车位|车库|乘|公交|地铁|班车|打车|开车|导航|食堂|用餐",
    r"clinics?|hospitals?|health|medical|park(?:ing)?|garage|bus|metro|subway|train|taxi|canteen|lunch|shuttle",
)
# The branch's own address is no longer what says where.
LEFT_OPEN = words(
    r"""
    (?:报[到道]|入职|集合)的?(?:具体)?(?:地点|地址|地方|位置)[^,。;]{0,4}(?:另行|另|待|未定|有变|变更|不在|
    以[^,。;]{0,8}(?:电话|短信|微信|群|支行|我们|现场)[^,。;]{0,6}为准|由[^,。;]{1,8}(?:通知|告知|安排))|
    (?:线上|网上|远程|云端?|视频|在线|居家)(?:方式)?(?:办理|完成)?(?:报[到道]|入职(?!培训|教育|课|考|测)|签到)|
    报[到道][^,。;]{0,8}(?:线上|网上|远程|视频|在线)(?:办理|进行|完成)?|
    (?:不用|无需|不必|无须|不要|不再|不在)(?:再|亲自|本人)?[来到]?(?:我|本)?[支分]?行(?:现场)?(?:报[到道]|办理|$|
    [,。;])|
    (?:不用|无需|不必|无须)(?:再|亲自|本人)?[来到去](?:支行|现场|行里|网点)
    """,
    r"""
    (?:report|reporting|join|check in|onboard(?:ing)?|formalities)(?: for work)?
    (?: is| takes place| will be| are| held| done){0,2} (?:online|remotely|remote|by video|virtually|virtual|
    from home)|
    online (?:reporting|onboarding|meeting instead)|instead of coming (?:to|in)|
    (?:no need to|need not|do not|not have to) (?:come|report) (?:in person|(?:to )?(?:the|this|our|here)
    (?: (?:branch|office|bank|sub-?branch|building))?(?! (?:before|after|on|at|earlier|until)))|
    (?:reporting |meeting |joining )(?:place|venue|location|address) (?:will be|is|may be|has)\s?(?:still |yet |
    been )?
    (?:confirmed|announced|told|decided|changed|to be|tba|tbc)
    """,
)
