"""Which papers one candidate is asked for, and in which words."""

import pytest
from django.db import IntegrityError, transaction

from branches.models import Branch
from candidates.models import Language
from notifications.catalogue import Catalogue
from notifications.models import CorePaper, Demand, Form, LocalPaper
from notifications.papers import Papers, paper_words
from notifications.preview import sample_offer
from tests.factories import LocalPaperFactory, core

pytestmark = pytest.mark.django_db
CAMPUS = {"category": {"is": ["campus"]}}
SOCIAL = {"category": {"is": ["social"]}}


def papers_of(branch: Branch, *, category: str = "campus") -> Papers:
    return Catalogue.current(branches=[branch]).papers(sample_offer(branch, category=category))


def named(papers: list[CorePaper] | list[LocalPaper]) -> list[str]:
    return [paper.name for paper in papers]


def test_the_core_s_papers_come_in_their_order_and_only_those_that_are_meant(bj_cbd: Branch) -> None:
    core(
        papers=[
            {"key": "photos", "name": "照片", "condition": SOCIAL},
            {"key": "id_card", "name": "身份证"},
            {"key": "hepatitis_b", "name": "乙肝检测", "demand": Demand.FORBIDDEN},
        ]
    )
    assert named(papers_of(bj_cbd, category="campus").core) == ["身份证"]
    assert named(papers_of(bj_cbd, category="social").core) == ["照片", "身份证"]


def test_the_nearest_statement_about_a_local_paper_counts(bj: Branch, bj_cbd: Branch) -> None:
    assert named(papers_of(bj_cbd).local) == ["社保转移证明"]
    own = LocalPaperFactory.create(branch=bj_cbd, name="社保转移证明（本支行）")
    assert named(papers_of(bj_cbd).local) == ["社保转移证明（本支行）"]
    assert named(papers_of(bj).local) == ["社保转移证明"]
    own.demand = Demand.NOT_NEEDED
    own.save()
    papers = papers_of(bj_cbd)
    assert papers.local == []
    assert [paper.name for paper in papers.not_needed] == ["社保转移证明（本支行）"]


def test_a_nearer_statement_for_others_leaves_the_farther_one_in_force(bj_cbd: Branch) -> None:
    LocalPaperFactory.create(branch=bj_cbd, name="只对社招", condition=SOCIAL)
    assert named(papers_of(bj_cbd, category="campus").local) == ["社保转移证明"]
    assert named(papers_of(bj_cbd, category="social").local) == ["只对社招"]


def test_no_local_paper_takes_the_place_of_a_core_one(bj_cbd: Branch) -> None:
    LocalPaperFactory.create(branch=bj_cbd, key="id_card", name="身份证", form=Form.COPY)
    LocalPaperFactory.create(branch=bj_cbd, key="degree", name="学历学位证书", demand=Demand.NOT_NEEDED)
    papers = papers_of(bj_cbd)
    assert [(paper.name, paper.form) for paper in papers.core] == [
        ("身份证", Form.BOTH),
        ("学历学位证书", Form.ORIGINAL),
    ]
    assert named(papers.local) == ["社保转移证明"]
    assert papers.not_needed == []


def test_only_headquarters_can_forbid_a_paper(bj_cbd: Branch) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        LocalPaperFactory.create(branch=bj_cbd, key="x", demand=Demand.FORBIDDEN)


@pytest.mark.parametrize(
    ("form", "months", "chinese", "english"),
    [
        ("", None, "体检报告", "health report"),
        (Form.ORIGINAL, None, "体检报告原件", "health report (original)"),
        (Form.COPY, None, "体检报告复印件", "health report (copy)"),
        (Form.BOTH, None, "体检报告原件及复印件", "health report (original and copy)"),
        (Form.ORIGINAL, 3, "体检报告原件（3个月内）", "health report (original, at most 3 months old)"),
        ("", 6, "体检报告（6个月内）", "health report (at most 6 months old)"),
    ],
)
def test_a_paper_says_as_what_and_how_fresh_it_is_to_be(
    form: str, months: int | None, chinese: str, english: str
) -> None:
    paper = CorePaper(name="体检报告", name_en="health report", form=form, valid_months=months)
    assert paper_words(paper, Language.CHINESE) == chinese
    assert paper_words(paper, Language.ENGLISH) == english
