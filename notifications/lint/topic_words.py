"""The words that say what a clause is about, in either language."""

from enum import IntEnum

from notifications.lint.patterns import pattern, words


class Weight(IntEnum):
    FIRM = 0  # the reporting itself
    MEETING = 1  # a meeting, which is the reporting in some fields only
    FAINT = 2  # some coming or going
    ELSE = 3  # something else, which may well have its own day, hour or address
    LEAN = 4  # 报到当天: the day of the offer, taken as known


TOPICS = {
    Weight.FIRM: words(
        r"""
        报[到道](?!证|通知|须知|流程|材料|指引|前|后|之|时(?!间|段)|日(?!期|子|[为是定调改推提:\0])|当[天日]|那天|
        的?(?:新|同事|同学|人员|各位)|者)|
        入职(?!前|后|之|当|体检|材料|资料|满|培训|第|年限|通知|[一二两半]年|\d|次|即|起|者|那天|日(?!期|
        [为是定调改推提:\0])|须知|的?(?:新|同))|
        上岗(?!证)|[到来回]我?[行司支分](?!李|驶|政)|来支行|(?:来|正式|开始|首日|第一天)上班|上班第一天
        """,
        r"""
        (?<!health )(?<!medical )(?<!check-up )(?<!checkup )(?<!credit )(?<!test )(?<!the )(?<!a )(?<!your )
        (?<!original )(?<!this )(?<!of )(?<!any )report(?! (?:is|are|must|can|may|will|has|was|issued|valid|
        from|dated|older|not))|
        (?:the|your) reporting|reporting|onboarding(?! (?:officer|desk|team|staff|room|colleague))|induction|intake|
        new (?:colleagues|hires|starters|joiners|staff)|newcomers|join(?:ing)?|start(?:ing)? work(?:ing)?|
        start (?:on|the)|
        start(?= \0)|
        (?:start|starting) (?:date|day|time)|first (?:working )?day
        """,
    ),
    Weight.MEETING: words(
        "(?<!不)到岗(?:打卡)?|签到(?!处|台|表)|集合(?!点)|集中(?!停|供|培训)|碰头|会合|汇合|办理?(?:入职)?手续|点名",
        r"""
        check(?:s|ing)?[ -]?in(?: (?:opens|closes|starts|begins|ends|runs))?|assembl\w{1,4}|gather\w{0,4}|
        meet(?! the)|
        roll call|sign on
        """,
    ),
    Weight.FAINT: words(
        r"""
        (?<![收看找遇拿提得做轮报签])到(?![期位账时]|访|处)|(?<![后起原本从])来(?!自|源|宾|访|电)|抵达|进门|等候|
        等待|恭候|(?<!如)找|
        登记|面谈|接待|前往|准时|办理|直接上|上(?=[\d一二三四五六七八九十]{1,2}[层楼])|迟到|恕不|过时不候|务必
        """,
        r"""
        come|coming|comes|arriv\w{1,4}|(?:be|is|are) here|be (?:there|at|in|on)|show up|turn up|ask for|go to|
        get (?:here|there)|
        present yourself|expect(?:s|ed)?(?: you| everyone)?|see you|wait(?:s|ing)?|sign in|make it|take in|late
        """,
    ),
    Weight.ELSE: words(
        r"""
        体检|空腹|采血|抽血|化验|检查|检测|医院|门诊|诊|医务|疫苗|禁食|报告|有效|出具|开具|签发|
        停车|车位|车库|泊车|免费|收费|限行|锁门|熄灯|清场|食堂|餐|自助|咖啡|
        首班|末班|首末班|头班|班车|接驳|摆渡|公交|地铁|轻轨|列车|发车|线路|换乘|运营|高峰|封闭|施工|检修|停运|改造|
        维护|装修|
        开门|关门|[只才不]开|[开关](?=[东西南北正侧后大]门)|关闭|[前后]有|开放|开(?=$|[,。;])|营业|开馆|值守|值班|
        有人[值在]|
        午休|下班|
        闭店|门禁|安检|排队|拥挤|人多|拥堵|堵车|保安|打卡|弹性|作息|工作时间|上班时间|办公时间|开始上班|才上班|
        工资|发薪|薪|年假|休假|带薪|补贴|津贴|补助|社保|公积金|参保|缴存|报销|奖金|福利|班会|培训|活动|俱乐部|工会|
        球|健身|
        宿舍|团建|年会|欢迎|合影|拍照|讲座|参观|仪式|开会|会议(?!室|中心)|快递|答复|回复|
        施行|实施|印发|生效|起执行|办法|规定|条例|制度|政策|文件|废止|取消|停用|启用|出生|节日|生日|考试|毕业
        """,
        r"""
        clinics?|hospitals?|blood|fasting|fasted|health|check-?ups?|medical|tests?|examination|valid|validity|
        issued|dated|x-ray|
        doctor|park(?:ing)?|car park|garage|spaces?|free|charged?|canteen|lunch|breakfast|dinner|meals?|coffee|
        shuttles?|
        bus(?:es)?|trains?|metro|subway|doors?|gates?|entrances?|lock(?:s|ed)?|closed|closes?|closing|opens?|
        opening|hours|staffed|manned|lifts? (?:is|
        are)|works|
        rush|peak|busy|crowded|queues?|security|salary|wages?|paid|pay|leave|bonus|holidays?|insurance|fund|
        allowance|training|
        club|rules?|regulations?|policy|policies|provisions?|effective|in force|abolished|reimburse\w{0,4}|
        refund\w{0,4}|
        graduat\w{1,4}|born|birthday|flexible|working time|office hours|appointments?|welcome|photo session|tour|
        lecture|
        reply|answer
        """,
    ),
    Weight.LEAN: words(
        "(?:报[到道]|入职)的?(?:时(?!间|段)|当[天日]|那天|日(?!期|[为是定调改推提:\0]))",
        "on the day|on your (?:reporting|first) day|when you (?:report|check in|join|come)",
    ),
}
# The clause only says what holds for those who come then: 如周六报到, 周六报到的同事, 周末报到请走侧门.
SUPPOSED = words(
    r"(?:^|[,。;\s(])您?(?:如果|如(?!期|约)|若|遇|逢(?!双|单)|凡|万一|倘)",
    "if(?! you (?:like|wish|want|prefer)| possible)|in case|should you|whenever|those who|anyone who|candidates who",
)
WHILE = pattern(r"[\s,.;]{0,2}(?:when|while)\b")
THOSE_WHO = pattern("""
    [^,。;接受办]{0,4}?(?:报到|入职|到岗|前来|来行|到达|来|到)(?:的(?!时|日期|地点|话)|者|人员|同事|同学)
""")
AT_WEEKENDS = pattern("""
    (?:周末|双休日|节假日|工作日)(?:来|前来|期间)?(?:报到|入职|到达|到行)?(?:时|请走|请从|需|须|无|走|从)
""")
