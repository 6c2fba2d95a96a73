"""The fixed cast: the bank's tree, its people, and two candidates of two branches."""

import pytest

from branches.models import Branch, Role, User
from candidates.models import InterviewSource, Language, Offer
from notifications.models import TemplateVersion
from tests.factories import (
    BranchFactory,
    LocalPaperFactory,
    LocalValueFactory,
    OfferFactory,
    SourceFactory,
    UserFactory,
    core,
    published,
)
from tests.house import house, running_stack

__all__ = ["house", "running_stack"]  # fixtures of the whole house, for stories


# --- The tree: HQ → BJ → BJ-CBD, HQ → SH → SH-LJZ ------------------------------------------------
@pytest.fixture
def bank(db: None) -> Branch:
    """Headquarters, with the facts it states for everybody."""
    core(
        bank_name=("海岳银行", "Haiyue Bank"),
        papers=[
            {"key": "id_card", "name": "身份证", "name_en": "ID card", "form": "original_and_copy"},
            {"key": "degree", "name": "学历学位证书", "name_en": "degree certificates", "form": "original"},
        ],
    )
    return BranchFactory.create(code="HQ", name="总行", name_en="Head Office")


@pytest.fixture
def bj(bank: Branch) -> Branch:
    branch = BranchFactory.create(parent=bank, code="BJ", name="北京分行", name_en="Beijing Branch")
    LocalPaperFactory.create(branch=branch)
    return branch


@pytest.fixture
def bj_cbd(bj: Branch) -> Branch:
    branch = BranchFactory.create(parent=bj, code="BJ-CBD", name="北京CBD支行", name_en="CBD Sub-branch")
    LocalValueFactory.create(branch=branch)
    return branch


@pytest.fixture
def sh(bank: Branch) -> Branch:
    return BranchFactory.create(
        parent=bank, code="SH", name="上海分行", name_en="Shanghai Branch", city="上海"
    )


@pytest.fixture
def sh_ljz(sh: Branch) -> Branch:
    return BranchFactory.create(
        parent=sh, code="SH-LJZ", name="上海陆家嘴支行", name_en="Lujiazui Sub-branch", city="上海"
    )


# --- People --------------------------------------------------------------------------------------
@pytest.fixture
def hq(bank: Branch) -> User:
    """Headquarters' HR."""
    return UserFactory.create(username="hq", branch=bank, role=Role.HQ_HR, is_staff=True)


@pytest.fixture
def bj_hr(bj: Branch) -> User:
    """HR of the 分行 above BJ-CBD."""
    return UserFactory.create(username="bj", branch=bj)


@pytest.fixture
def bj_cbd_hr(bj_cbd: Branch) -> User:
    return UserFactory.create(username="bj-cbd", branch=bj_cbd)


@pytest.fixture
def sh_ljz_hr(sh_ljz: Branch) -> User:
    """Another branch's HR."""
    return UserFactory.create(username="sh-ljz", branch=sh_ljz)


@pytest.fixture
def stranger(db: None) -> User:
    """Signed in, but with no role anywhere."""
    return UserFactory.create(username="stranger")


# --- Offers --------------------------------------------------------------------------------------
@pytest.fixture
def source(db: None) -> InterviewSource:
    return SourceFactory.create()


@pytest.fixture
def offer(bj_cbd: Branch) -> Offer:
    """王小明 at BJ-CBD, who reads Chinese."""
    return OfferFactory.create(
        branch=bj_cbd, candidate__phone="+8613800138000", candidate__email="xm@example.com"
    )


@pytest.fixture
def english_offer(bj_cbd: Branch) -> Offer:
    return OfferFactory.create(
        branch=bj_cbd,
        candidate__name="Alex Example",
        candidate__language=Language.ENGLISH,
        position_title="Teller",
    )


@pytest.fixture
def sh_offer(sh_ljz: Branch) -> Offer:
    """A candidate of the other branch."""
    return OfferFactory.create(branch=sh_ljz, candidate__name="李小红", candidate__phone="+8613800138001")


@pytest.fixture
def pass_notice(bank: Branch) -> TemplateVersion:
    """The published texts of the pass notice."""
    return published()
