"""Which paper a text speaks of: one of the core's, one that the core excludes, or any other."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from notifications.lint.findings import Core, CorePaper
from notifications.lint.patterns import words
from notifications.lint.reading import Reading, masked, read

HEALTH_CHECK = "health_check"  # the local field in which a report is the health report


@dataclass(frozen=True)
class PaperWords:
    """What people call a paper, and who does not owe it although it is mandatory."""

    called: re.Pattern[str]
    act: re.Pattern[str] | None = None  # what one does to get it: 体检 for 体检报告
    not_owed_by: re.Pattern[str] | None = None


PAPERS = (
    PaperWords(
        words(
            "身份证(?!号)件?|二代证",
            r"(?:id|identity|identification) ?cards?|identity (?:papers?|documents?)",
        )
    ),
    PaperWords(
        words(
            "(?:学历|学位|毕业)(?:学位|学历|、|和|及)?(?:证书|证(?!明))|文凭|双证(?!明)|(?<=学信网)电子证书",
            r"(?:degree|diploma|graduation|education\w*|academic) (?:certificates?|papers?|diplomas?)|diplomas?|degrees?",
        )
    ),
    PaperWords(
        words(
            "(?:[一1]寸|证件|免冠|登记)(?:彩色?|免冠|登记)?照片?|照片",
            r"(?:id|passport|identity|id-size|passport-size) (?:photos?|photographs?|pictures?)|photos|photographs",
        )
    ),
    PaperWords(
        words(
            "体检(?:报告单?|表|单|结果|证明)|入职体检",
            r"(?:health|medical|check-?up)(?: check-?up| examination)? (?:reports?|certificates?|results?)",
        ),
        act=words(
            "(?<!健康)(?<!年度)体检(?!中心|医院|机构|套餐|费|当天|前|项目|时)",
            r"(?:health|medical) (?:checks?|check-?ups?|exam(?:ination)?s?|tests?)|medicals?",
        ),
    ),
    PaperWords(
        words(
            "三方协议书?|就业协议书?|三方(?!机构|公司|支付)",
            r"tripartite(?: agreements?| contracts?| employment agreements?)?|(?:three|3)-(?:party|way) agreements?|employment agreements?",
        ),
        not_owed_by=words(
            "社招|社会招聘|往届|非应届|曾工作|有工作|工作经[验历]|已工作|在职",
            r"experienced|lateral\w*|non-?graduates?|not (?:a )?(?:fresh |recent )?graduates?|previously employed|from another (?:job|employer)",
        ),
    ),
    PaperWords(
        words(
            "离职(?:证明?|材料)|解除劳动(?:合同|关系)的?证明|解除证明|(?<!开)(?<!打)离职单",
            r"(?:leaving|separation|resignation|termination|severance|exit|departure|discharge) (?:certificates?|letters?|proof|papers?)|"
            r"(?:certificates?|proof|letters?) of (?:leaving|separation|resignation|termination|departure)|release letters?",
        ),
        not_owed_by=words(
            "(?<!非)应届|毕业生|在校生|未曾?有?(?:工作|就业|参加工作)|[无没]有?过?(?:正式)?工作过?(?:经[历验])?|首次就业|第一份工作|没上过班|没有单位|未缴|从未",
            r"(?<!non-)graduates?|first job|never (?:been )?(?:employed|worked|had)|no (?:previous|earlier|former|prior) (?:job|employ\w*)|"
            r"not (?:been )?(?:employed|worked)|students?|n't (?:been )?(?:employed|worked|had a job)|without (?:a )?previous",
        ),
    ),
    PaperWords(
        words(
            r"乙型?肝炎?(?!疫苗)|两对半|(?:乙肝)?表面抗原|\bhbs?(?:v|ag)\b",
            r"hep(?:atitis)?[ -]?b(?! vaccin)|hbv|hbsag",
        )
    ),
    PaperWords(
        words(
            "妊娠|孕检|验孕|早孕|孕期?检[查测]|怀孕(?:检|测|试|筛)|怀没怀孕|hcg",
            r"pregnancy|pregnan\w* (?:test|check|screen)\w*|hcg",
        )
    ),
    PaperWords(
        words(
            "报到证(?!件|明)|派遣证",
            r"(?:employment |graduates?'? |job )?registration (?:certificates?|cards?)|dispatch (?:certificates?|letters?|cards?)|baodaozheng",
        )
    ),
    PaperWords(
        words(
            "户口[本簿页卡册]|户口(?:首页|本人页|个人页|复印件|原件|证明|材料)|户籍(?:证明|[页本簿卡]|材料|誊本)|户主页|常住人口登记[卡表]",
            r"(?:household|family) (?:registers?|registration (?:book(?:let)?s?|certificates?|pages?|cards?|records?|documents?)|booklets?)|"
            r"hukou(?: (?:books?|booklets?|pages?|copy|copies|certificates?|documents?|papers?))|residence booklets?",
        )
    ),
)
# A paper the core does not speak of: the branch's own to ask for or to waive.
OTHER = words(
    "[\u4e00-\u9fff]{0,8}?(?:证明|凭证|登记表|协议|发票|账号|流水|居住证|社保卡|保障卡|推荐表|成绩单|健康证|资格证书?|等级证书?|"
    "职称证书?|荣誉证书|承诺书|信用报告|征信报告|银行卡|登记凭证|申请表|结婚证|驾驶证|获奖证书)",
    r"(?:(?!the |your |of |all |these |any |an? |and |or |bring |no |for |need |as |is |are |to )[a-z]+ ){1,3}?"
    r"(?:certificates?|permits?|forms?|proof|invoices?|cards?|numbers?|slips?|statements?|transcripts?|letters?|receipts?|licen[cs]es?)|"
    r"transcripts?|invoices?|permits?",
)
ANY = words("材料|证件(?!照)|资料|证书|文件(?!袋)", r"papers?|documents?|paperwork|certificates?")
LOCAL = words("本地|当地|补充(?=材料)|本市|社保|居住|公积金", "local|city's|residence|social|fund|insurance")
REPORT = words("报告(?!厅|人)", r"(?:the |your |a |this )reports?|reports? (?:can|may|is|are|by)")
LISTED = re.compile(
    r"\s?(?:原件)?(?:、|,|/|和|及|与|以及|或者?|and|or|, and)?\s?(?:the |your |a |an )?", re.A
)


@dataclass(frozen=True)
class Mention:
    """`required`, `excluded`: what the core says of it, neither for a local paper; `general`: papers as such."""

    start: int
    end: int
    required: CorePaper | None = None
    excluded: CorePaper | None = None
    not_owed_by: re.Pattern[str] | None = None
    general: bool = False


class Mentions:
    """All papers that a text names, in their order."""

    def __init__(self, reading: Reading, *, field: str, core: Core) -> None:
        found: list[Mention] = []
        for pattern, mention in _rows(core, field):
            unread = masked(reading.text, [(mention.start, mention.end) for mention in found])
            found += [replace(mention, start=m.start(), end=m.end()) for m in pattern.finditer(unread)]
        self.reading = reading
        self.all = sorted(found, key=lambda mention: mention.start)
        self._starts = [mention.start for mention in self.all]

    def lists(self) -> list[list[Mention]]:
        """Mentions that are named together count together: 学位证和离职证明."""
        lists: list[list[Mention]] = []
        for mention in self.all:
            if lists and LISTED.fullmatch(self.reading.text, lists[-1][-1].end, mention.start):
                lists[-1].append(mention)
            else:
                lists.append([mention])
        return lists

    def meant(self, start: int, end: int) -> list[Mention]:
        """The papers that what is said at `start:end` is about: those just before it, else the next in its clause."""
        before = bisect_right(self._starts, start) - 1
        if before >= 0 and start - self.all[before].end <= self.reading.earshot:
            return self._list_of[before]
        after = bisect_left(self._starts, end)
        if after < len(self.all) and self.all[after].start < self.reading.clause(start, end)[1]:
            return self._list_of[after]
        return []

    @cached_property
    def _list_of(self) -> list[list[Mention]]:
        return [together for together in self.lists() for _ in together]


def called(paper: CorePaper) -> list[PaperWords]:
    """How texts may call it: the rows of the table that its own names belong to, and these names."""
    names = [read(name).text for name in (paper.name, paper.name_en) if name.strip()]
    known = [row for row in PAPERS if any(row.called.search(name) for name in names)]
    return [*known, PaperWords(re.compile("|".join(re.escape(name) for name in names)))] if names else known


def _rows(core: Core, field: str) -> Iterator[tuple[re.Pattern[str], Mention]]:
    """Patterns with the mention they make; where two read the same letters, the first one counts."""
    for paper in core.excluded:
        for row in called(paper):
            yield row.called, Mention(0, 0, excluded=paper)
    for paper in core.required:
        for row in called(paper):
            yield row.called, Mention(0, 0, required=paper, not_owed_by=row.not_owed_by)
    yield OTHER, Mention(0, 0)
    for paper in core.required:
        yield from ((act, Mention(0, 0, required=paper)) for act in _acts(paper, field))
    yield ANY, Mention(0, 0, general=True)


def _acts(paper: CorePaper, field: str) -> Iterator[re.Pattern[str]]:
    """What is done to get the paper; among the benefits a health check is none of the candidate's papers."""
    for row in called(paper):
        if row.act and field == HEALTH_CHECK:
            yield REPORT
        if row.act and field != "benefits":
            yield row.act
