"""What people call a paper, in either language, and who need not have it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from notifications.lint.patterns import pattern, words


@dataclass(frozen=True)
class PaperWords:
    """`act`: what one does to get it. `not_owed_by`: who goes without it although it is mandatory."""

    called: re.Pattern[str]
    act: re.Pattern[str] | None = None
    not_owed_by: re.Pattern[str] | None = None


ID_CARD = PaperWords(
    words("身份证(?!号)件?|二代证", "(?:id|identity|identification) ?cards?|identity (?:papers?|documents?)")
)
DEGREE = PaperWords(
    words(
        "(?:学历|学位|毕业)(?:学位|学历|、|和|及)?(?:证书|证明?)|文凭|双证(?!明)|(?<=学信网)电子证书",
        r"""
        (?:degree|diploma|graduation|education(?:al)?|academic) (?:certificates?|papers?|diplomas?)|diplomas?|degrees?
        """,
    )
)
PHOTOS = PaperWords(
    words(
        "(?:[一1]寸|证件|免冠|登记)(?:彩色?|免冠|登记)?照片?|照片",
        "(?:id|passport|identity|id-size|passport-size) (?:photos?|photographs?|pictures?)|photos|photographs",
    )
)
HEALTH_REPORT = PaperWords(
    words(
        "体检(?:报告单?|表|单|结果|证明)|入职体检",
        "(?:health|medical|check-?up)(?: check-?up| examination)? (?:reports?|certificates?|results?)",
    ),
    act=words(
        "(?<!健康)(?<!年度)体检(?!中心|医院|机构|套餐|费|当天|前|项目|时)",
        "(?:health|medical) (?:checks?|check-?ups?|exam(?:ination)?s?|tests?)|medicals?|check-?ups?(?! reports?)",
    ),
)
TRIPARTITE_AGREEMENT = PaperWords(
    words(
        "三方协议书?|就业协议书?|三方(?!机构|公司|支付)",
        """
        tripartite(?: agreements?| contracts?| employment agreements?)?|(?:three|3)-(?:party|way) agreements?|
        employment agreements?
        """,
    ),
    not_owed_by=words(
        "社招|社会招聘|往届|非应届|曾工作|有工作|工作经[验历]|已工作|在职",
        """
        experienced|laterals?|lateral hires?|non-?graduates?|not (?:a )?(?:fresh |recent )?graduates?|
        previously employed|
        from another (?:job|employer)
        """,
    ),
)
LEAVING_CERTIFICATE = PaperWords(
    words(
        "离职(?:证明?|材料)|解除劳动(?:合同|关系)的?证明|解除证明|(?<!开)(?<!打)离职单",
        """
        (?:leaving|separation|resignation|termination|severance|exit|departure|discharge) (?:certificates?|letters?|
        proof|papers?)|
        (?:certificates?|proof|letters?) of (?:leaving|separation|resignation|termination|departure)|release letters?
        """,
    ),
    not_owed_by=words(
        """
        (?<!非)应届|毕业生|在校生|未曾?有?(?:工作|就业|参加工作)|[无没]有?过?(?:正式)?工作过?(?:经[历验])?|
        首次(?:就业|工作)|
        第一份工作|没上过班|没有单位|从未
        """,
        """
        (?<!non-)graduates?|first job|never (?:been )?(?:employed|worked|had)|no (?:previous|earlier|former|
        prior) (?:job|employ)[a-z]{0,6}|
        not (?:been )?(?:employed|worked)|students?|without (?:a )?previous
        """,
    ),
)
HEPATITIS_B = PaperWords(
    words(
        r"乙型?肝炎?(?!疫苗)|两对半|(?:乙肝)?表面抗原|\bhbs?(?:v|ag)\b",
        "hep(?:atitis)?[ -]?b(?! vaccin)|hbv|hbsag",
    )
)
PREGNANCY = PaperWords(
    words(
        "妊娠|孕检|验孕|早孕|孕期?检[查测]|怀孕(?:检|测|试|筛)|怀没怀孕|hcg",
        "pregnancy|pregnan(?:t|cy) (?:test|check|screen)[a-z]{0,4}|hcg",
    )
)
REGISTRATION_CERTIFICATE = PaperWords(
    words(
        "报到证(?!件|明)|派遣证",
        """
        (?:employment |graduates?'? |job )?registration (?:certificates?|cards?)|
        dispatch (?:certificates?|letters?|cards?)|baodaozheng
        """,
    )
)
HOUSEHOLD_REGISTER = PaperWords(
    words(
        """
        户口[本簿页卡册]|户口(?:首页|本人页|个人页|复印件|原件|证明|材料)|户籍(?:证明|[页本簿卡]|材料|誊本)|户主页|
        常住人口登记[卡表]
        """,
        """
        (?:household|family) (?:registers?|registration (?:book(?:let)?s?|certificates?|pages?|cards?|records?|
        documents?)|booklets?)|
        hukou (?:books?|booklets?|pages?|copy|copies|certificates?|documents?|papers?)|residence booklets?
        """,
    )
)
PAPERS = (
    ID_CARD,
    DEGREE,
    PHOTOS,
    HEALTH_REPORT,
    TRIPARTITE_AGREEMENT,
    LEAVING_CERTIFICATE,
    HEPATITIS_B,
    PREGNANCY,
    REGISTRATION_CERTIFICATE,
    HOUSEHOLD_REGISTER,
)
# A paper that the core does not speak of: the branch's own to ask for and to waive.
OTHER = words(
    """
    [\u4e00-\u9fff]{0,8}?(?:证明|凭证|登记表|协议|发票|账号|流水|居住证|社保卡|保障卡|推荐表|成绩单|健康证|
    资格证书?|等级证书?|
    职称证书?|荣誉证书|承诺书|信用报告|征信报告|银行卡|登记凭证|申请表|结婚证|驾驶证|获奖证书)
    """,
    """
    (?:(?!the |your |of |all |these |any |an? |and |or |bring |no |for |need |as |is |are |to |scanned |copied |
    electronic |digital |original |certified |missing |other )[a-z]{1,20} ){1,3}?
    (?:certificates?|permits?|forms?|proof|invoices?|cards?|numbers?|slips?|statements?|transcripts?|letters?|
    receipts?|
    licen[cs]es?)|transcripts?|invoices?|permits?
    """,
)
GENERAL = words("材料|证件(?!照)|资料|证书|文件(?!袋)", "papers?|documents?|paperwork|certificates?")
LOCAL = words("本地|当地|补充(?=材料)|本市|社保|居住|公积金", "local|city's|residence|social|fund|insurance")
# In the field on the health check.
REPORT = words("报告(?!厅|人)", "(?:the |your |a |this )reports?|reports? (?:can|may|is|are|by)")
LISTED = pattern(r"\s?(?:原件)?(?:、|,|/|和|及|与|以及|或者?|and|or|, and)?\s?(?:the |your |a |an )?")
