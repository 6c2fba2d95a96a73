"""What branches state, held against the core in force."""

from __future__ import annotations

import pytest

from branches.models import Branch
from notifications.catalogue import Catalogue
from notifications.lint import Kind
from notifications.local_text import findings_of
from notifications.models import Demand
from tests.factories import LocalPaperFactory

pytestmark = pytest.mark.django_db


def kinds(branch: Branch, **paper: str) -> set[Kind]:
    """What is found in a paper of the branch's."""
    stated = LocalPaperFactory.create(branch=branch, key="own", **paper)
    catalogue = Catalogue.current(branches=[branch])
    found = findings_of(branch, values=[], papers=[stated], catalogue=catalogue, above=[])
    return {one.finding.kind for one in found}


def test_a_paper_said_to_be_unnecessary_is_read_as_candidates_read_it(bj: Branch) -> None:
    waived = {"name": "身份证的原件和复印件", "name_en": "any ID card", "demand": Demand.NOT_NEEDED}
    assert Kind.WAIVED in kinds(bj, **waived)


def test_a_paper_of_the_branch_s_own_may_well_be_unnecessary(bj: Branch) -> None:
    assert (
        kinds(bj, name="社保转移证明", name_en="social security certificate", demand=Demand.NOT_NEEDED)
        == set()
    )
