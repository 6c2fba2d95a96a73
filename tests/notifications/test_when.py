"""What goes out when: written cases, each with every message to the minute."""

from datetime import UTC, datetime

import pytest
import time_machine

from branches.models import Branch
from notifications.models import Purpose
from tests.factories import published
from tests.notifications.when import Case, play
from tests.notifications.when_cases import CASES

pytestmark = pytest.mark.django_db


@pytest.fixture
def texts(bank: Branch) -> None:
    """In force long before the cases' time."""
    with time_machine.travel(datetime(2025, 1, 1, tzinfo=UTC)):
        for purpose in Purpose.values:
            published(purpose)


@pytest.mark.usefixtures("texts")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_goes_out_when(case: Case, bj_cbd: Branch) -> None:
    expected = [line.strip() for line in case.sent.splitlines() if line.strip()]
    assert "\n".join(play(case, branch=bj_cbd)) == "\n".join(expected)
