"""An offer's facts in the candidate's language, and in the branch's time."""

import copy
import json
from datetime import UTC, datetime, timedelta

import pytest

from branches.models import Branch
from candidates.models import Channel, Language, Offer
from notifications.dates import date_text, moment_text
from notifications.facts import changes_between, message_values, offer_values
from tests.factories import OfferFactory

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 12, 7, 1, 0, tzinfo=UTC)  # nine in the morning in Beijing


@pytest.fixture
def monday(bj_cbd: Branch) -> Offer:
    return OfferFactory.create(branch=bj_cbd, onboarding_at=MONDAY, answer_by=MONDAY - timedelta(hours=15))


@pytest.mark.parametrize(
    ("language", "shown"), [("zh-hans", "2026年12月7日（周一）09:05"), ("en", "Mon 7 Dec 2026, 09:05")]
)
def test_a_moment_is_written_as_its_readers_write_it(language: str, shown: str) -> None:
    assert moment_text(datetime(2026, 12, 7, 9, 5, tzinfo=UTC), language) == shown


@pytest.mark.parametrize("days", range(7))
def test_every_weekday_is_named_right_in_both_languages(days: int) -> None:
    day = MONDAY + timedelta(days=days)
    assert date_text(day, "zh-hans").endswith(f"（周{'一二三四五六日'[days]}）")
    assert date_text(day, "en").startswith(f"{day:%a} ")


def test_times_are_those_of_the_branch(monday: Offer) -> None:
    chinese = offer_values(monday, channel=Channel.SMS, language=Language.CHINESE)
    assert chinese["onboarding_at"] == "2026年12月7日（周一）09:00"
    assert (chinese["onboarding_date"], chinese["onboarding_time"]) == ("2026年12月7日（周一）", "09:00")
    assert chinese["answer_by"] == "2026年12月6日（周日）18:00"
    monday.branch.time_zone = "Europe/London"
    london = offer_values(monday, channel=Channel.SMS, language=Language.ENGLISH)
    assert london["onboarding_at"] == "Mon 7 Dec 2026, 01:00"


def test_wechat_takes_one_form_of_a_time_only(monday: Offer) -> None:
    for language in Language.values:
        values = offer_values(monday, channel=Channel.WECHAT, language=language)
        assert (values["onboarding_at"], values["answer_by"]) == ("2026-12-07 09:00", "2026-12-06 18:00")


def test_the_branch_speaks_the_candidate_s_language(monday: Offer) -> None:
    english = offer_values(monday, channel=Channel.EMAIL, language=Language.ENGLISH)
    assert (english["branch_name"], english["branch_city"]) == ("CBD Sub-branch", "Beijing")
    chinese = offer_values(monday, channel=Channel.EMAIL, language=Language.CHINESE)
    assert (chinese["branch_name"], chinese["branch_city"]) == ("北京CBD支行", "北京")
    assert chinese["candidate_name"] == english["candidate_name"] == "王小明"


@pytest.mark.parametrize("language", Language.values)
def test_an_offer_without_a_position_still_reads_well(monday: Offer, language: str) -> None:
    monday.position_title = ""
    assert offer_values(monday, channel=Channel.SMS, language=language)["position"] == "TELLER"
    monday.position_code = ""
    assert offer_values(monday, channel=Channel.SMS, language=language)["position"]


# --- What changed --------------------------------------------------------------------------------
def test_unchanged_facts_are_not_told(monday: Offer) -> None:
    assert changes_between(copy.copy(monday), monday, old_branch=monday.branch) == []


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "zh-hans",
            [
                "入职时间：2026年12月7日（周一）09:00 → 2026年12月9日（周三）09:00",
                "入职网点：北京CBD支行 → 上海陆家嘴支行",
                "岗位：综合柜员 → 客户经理",
            ],
        ),
        (
            "en",
            [
                "First day: Mon 7 Dec 2026, 09:00 → Wed 9 Dec 2026, 09:00",
                "Branch: CBD Sub-branch → Lujiazui Sub-branch",
                "Position: 综合柜员 → 客户经理",
            ],
        ),
    ],
)
def test_each_change_is_told_old_and_new(
    monday: Offer, bj_cbd: Branch, sh_ljz: Branch, language: str, told: list[str]
) -> None:
    before = copy.copy(monday)
    monday.branch, monday.position_title = sh_ljz, "客户经理"
    monday.onboarding_at += timedelta(days=2)
    facts = json.dumps({"changes": changes_between(before, monday, old_branch=bj_cbd)}, ensure_ascii=False)
    assert message_values(facts, language=language)["changes"] == told


def test_a_message_without_facts_of_its_own_has_none() -> None:
    assert message_values("", language=Language.CHINESE) == {}


def test_other_facts_of_a_message_are_taken_as_they_are() -> None:
    facts = json.dumps({"decision": "同意", "missing_papers": ["体检报告"], "number": 7})
    assert message_values(facts, language=Language.CHINESE) == {
        "decision": "同意",
        "missing_papers": ["体检报告"],
    }
