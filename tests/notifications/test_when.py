"""What goes out when: written cases, each with every message to the minute."""

import pytest

from branches.models import Branch
from tests.notifications.when import Case, play, play_together, publish_texts
from tests.notifications.when_cases import CASES

pytestmark = pytest.mark.django_db
BY_NAME = {case.name: case for case in CASES}


def expected(case: Case) -> str:
    return "\n".join(line.strip() for line in case.sent.splitlines() if line.strip())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_goes_out_when(case: Case, bj_cbd: Branch) -> None:
    publish_texts()
    assert "\n".join(play(case, branch=bj_cbd)) == expected(case)


def test_people_of_one_branch_at_once_get_each_what_they_would_alone(bj_cbd: Branch) -> None:
    publish_texts()
    names = [
        "nobody ever reacts: every channel, three reminders, then it is HR's",
        "confirmed within the hour: only the first day is left to be reminded of",
        "HR moves a confirmed day forward after the three-day reminder: said again for the new day",
        "four days before: all that is still to come",
        "pending across the three-day mark, then refused: what is left for the day that stands",
    ]
    cases = [BY_NAME[name] for name in names]
    together = play_together(cases, branch=bj_cbd)
    assert ["\n".join(lines) for lines in together] == [expected(case) for case in cases]


def test_no_case_is_written_twice() -> None:
    assert len(BY_NAME) == len(CASES) >= 80
