"""What a clause is about: the reporting itself, or something else that may well have its own day, hour or address."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from enum import IntEnum

from notifications.lint.findings import is_chinese
from notifications.lint.patterns import words
from notifications.lint.reading import Reading, masked

ARRIVAL = "arrival"  # the local field that tells the way to the reporting desk
FIELDS_OF_MEETING = frozenset(
    {ARRIVAL, "metro_exit", "papers_note"}
)  # elsewhere people meet for a health check, too
BEFORE_IN_CHINESE = 4  # letters: in Chinese a moment belongs to the verb that follows it


class Weight(IntEnum):
    FIRM = 0  # the reporting itself
    MEETING = 1  # a meeting, which is the reporting in some fields only
    FAINT = 2  # some coming or going
    ELSE = 3  # something else
    LEAN = 4  # 报到当天: the day of the offer, taken as known


class Need(IntEnum):
    """What must stand beside a day or an hour so that it is taken for the reporting's."""

    FIELD = 0  # in the field `arrival` nothing: that field is about the reporting
    WORD = 1  # any word about coming
    REPORTING = 2  # the reporting itself in the same clause, or a word about coming right beside it


TABLE = {
    Weight.FIRM: words(
        r"""
        报[到道](?!证|通知|须知|流程|材料|指引|前|后|之|时(?!间|段)|日(?!期|子|[为是定:])|当[天日]|那天|的?(?:新|同事|同学|人员|各位)|者)|
        入职(?!前|后|之|当|体检|材料|资料|满|培训|第|年限|通知|[一二两半]年|\d|次|即|起|者|那天|日(?!期|[为是定:])|须知|的?(?:新|同))|
        (?<!不)到岗|上岗(?!证)|[到来回]我?[行司支分](?!李|驶|政)|来支行|(?:来|正式|开始|首日|第一天)上班|上班第一天
        """,
        r"""
        (?<!health )(?<!medical )(?<!check-up )(?<!checkup )(?<!credit )(?<!test )(?<!the )(?<!a )(?<!your )(?<!original )(?<!this )
        (?<!of )(?<!any )report(?! (?:is|are|must|can|may|will|has|was|issued|valid|from|dated|older|not))|(?:the|your) reporting|
        reporting|onboarding(?! (?:officer|desk|team|staff|room|colleague))|induction|new (?:colleagues|hires|starters|joiners|staff)|
        join(?:ing)?|start(?:ing)? work(?:ing)?|(?:start|starting) (?:date|day|time)|first (?:working )?day
        """,
    ),
    Weight.MEETING: words(
        r"签到(?!处|台|表)|集合(?!点)|集中(?!停|供|培训)|碰头|会合|汇合|办理?(?:入职)?手续|点名",
        r"check(?:s|ing)?[ -]?in|assembl\w+|gather\w*|meet(?! the)|roll call|sign on",
    ),
    Weight.FAINT: words(
        r"""
        (?<![收看找遇拿提得做轮报签])到(?![期位账时]|访|处)|(?<![后起原本从])来(?!自|源|宾|访|电)|抵达|进门|等候|等待|恭候|(?<!如)找|
        登记|面谈|前往|准时|办理|直接上|上(?=[\d一二三四五六七八九十]{1,2}[层楼])|迟到|恕不|过时不候|务必
        """,
        r"come|coming|comes|arriv\w+|be (?:here|there|at|in|on)|show up|turn up|ask for|go to|get (?:here|there)|present yourself|"
        r"expect(?:s|ed)?(?: you| everyone)?|see you|wait(?:s|ing)?|sign in|make it|take in|late",
    ),
    Weight.ELSE: words(
        r"""
        体检|空腹|采血|抽血|化验|检查|检测|医院|门诊|诊|医务|疫苗|禁食|报告|有效|出具|开具|签发|
        停车|车位|车库|泊车|免费|收费|限行|入场|离场|食堂|餐|自助|咖啡|
        首班|末班|首末班|头班|班车|接驳|摆渡|公交|地铁|轻轨|列车|发车|线路|换乘|运营|高峰|封闭|施工|检修|停运|改造|维护|装修|
        开门|关门|[只才不]开|[开关](?=[东西南北正侧后大]门)|关闭|开放|营业|开馆|值守|值班|有人[值在]|午休|下班|闭店|门禁|安检|排队|拥挤|人多|拥堵|堵车|保安|打卡|弹性|作息|工作时间|上班时间|办公时间|
        开始上班|才上班|工资|发薪|薪|年假|休假|带薪|补贴|津贴|补助|社保|公积金|参保|缴存|报销|奖金|福利|班会|培训|活动|俱乐部|工会|球|健身|
        宿舍|团建|年会|欢迎|合影|拍照|讲座|参观|仪式|开会|会议(?!室|中心)|收快递|快递|答复|回复|
        施行|实施|印发|生效|起执行|办法|规定|条例|制度|政策|文件|废止|取消|停用|启用|出生|节日|生日|考试|毕业
        """,
        r"""
        clinics?|hospitals?|blood|fasting|fasted|health|check-?ups?|medical|tests?|examination|valid|validity|issued|dated|x-ray|doctor|
        park(?:ing)?|car park|garage|spaces?|free|charged?|canteen|lunch|breakfast|dinner|meals?|coffee|
        shuttles?|bus(?:es)?|trains?|metro|subway|closed|closes?|closing|opens?|opening|hours|staffed|manned|lifts? (?:is|are)|works|
        rush|peak|busy|crowded|queues?|security|salary|wages?|paid|pay|leave|bonus|holidays?|insurance|fund|allowance|training|club|
        rules?|regulations?|policy|policies|provisions?|effective|in force|abolished|reimburse\w*|refund\w*|graduat\w+|born|birthday|
        flexible|working time|office hours|appointments?|welcome|photo session|tour|lecture|reply|answer
        """,
    ),
    Weight.LEAN: words(
        r"(?:报[到道]|入职)(?:的)?(?:时(?!间|段)|当[天日]|那天|日(?!期|[为是定:]))",
        r"on the day|on your (?:reporting|first) day|when you (?:report|check in|join|come)",
    ),
}
SUPPOSED = words(
    r"(?:^|[,。;\s(])(?:您)?(?:如果|如(?!期|约)|若|遇|逢(?!双|单)|凡|万一|倘)",
    "if|in case|should you|whenever",
)
CONDITION = words(
    r"(?:报到|入职|到岗|前来|来行|到达|来|到)(?:的(?!时间|日期|地点|话)|者|人员|同事|同学)|"
    r"(?:周末|双休日|节假日|工作日)(?:来|前来|期间)?(?:报到|入职|到达|到行)?(?:时|请走|请从|需|须|无|走|从)",
    r"those who|anyone who|candidates who",
)
CLAUSE_OF_TIME = re.compile(r"[\s,.;]{0,2}(?:when|while)\b", re.A)


@dataclass(frozen=True)
class Word:
    weight: Weight
    start: int
    end: int
    chinese: bool

    def farness(self, start: int, end: int) -> int:
        gap = max(self.start - end, start - self.end, 0)
        return gap + BEFORE_IN_CHINESE if self.chinese and self.end <= start else gap


class Topics:
    """The words of one text that say what its clauses are about, in their order."""

    def __init__(self, reading: Reading, *, taken: list[tuple[int, int]]) -> None:
        """`taken`: where no word may be read, such as the 到 of 9点到11点."""
        plain = masked(reading.text, taken)
        self.reading = reading
        self.words = sorted(
            (
                Word(weight, *match.span(), is_chinese(match[0]))
                for weight, pattern in TABLE.items()
                for match in pattern.finditer(plain)
            ),
            key=lambda word: (word.start, word.end),
        )
        self._starts = [word.start for word in self.words]

    def within(self, start: int, end: int) -> list[Word]:
        return self.words[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def nearest(self, start: int, end: int, *, field: str) -> Word | None:
        """The word that says most about what stands at `start:end`: in its clause, else in the sentence before it."""
        clause_start, clause_end = self.reading.clause(start, end)
        if heard := self._heard(clause_start, clause_end, field):
            return min(heard, key=lambda word: (word.farness(start, end), word.weight))
        before = self._heard(self.reading.sentence(start, end)[0], clause_start, field)
        return before[-1] if before else None

    def names_reporting(self, start: int, end: int) -> bool:
        return any(word.weight == Weight.FIRM for word in self.within(*self.reading.clause(start, end)))

    def conditional(self, start: int, end: int) -> bool:
        """Whether the clause only says what holds for those who come then."""
        clause_start, clause_end = self.reading.clause(start, end)
        text = self.reading.text
        if self.supposed(start, end) or CLAUSE_OF_TIME.match(text, max(clause_start - 1, 0)):
            return True
        return CONDITION.search(text, max(clause_start - 1, 0), min(clause_end, end + 12)) is not None

    def supposed(self, start: int, end: int) -> bool:
        clause_start, _ = self.reading.clause(start, end)
        return SUPPOSED.search(self.reading.text, max(clause_start - 1, 0), end) is not None

    def _heard(self, start: int, end: int, field: str) -> list[Word]:
        around = self.within(start, end)
        told = field == ARRIVAL or any(word.weight == Weight.LEAN for word in around)
        return [word for word in around if self._is_heard(word, field, told)]

    @staticmethod
    def _is_heard(word: Word, field: str, told: bool) -> bool:
        if word.weight == Weight.MEETING:
            return field in FIELDS_OF_MEETING
        return word.weight in (Weight.FIRM, Weight.ELSE) or (word.weight == Weight.FAINT and told)
